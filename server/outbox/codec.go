package outbox

import (
	"encoding/binary"
	"io"
	"time"

	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/types"
)

// codec writes entries as the library's own does, byte for byte, but each in one
// piece: the library makes room anew for each of its eight parts.
type codec struct {
	wal.BinaryCodec
	// line is where the one writer makes an entry.
	line []byte
	// never is how a time is written that nobody set.
	never []byte
}

func newCodec() (*codec, error) {
	never, err := time.Time{}.MarshalBinary()
	return &codec{never: never}, err
}

// codecID is what codec is called towards the library, which lets nobody have the
// number of its own. On the disk, where both are one, stands only that.
const codecID = wal.FirstExternalCodecID

// ID implements wal.Codec.
func (*codec) ID() uint64 { return codecID }

// Encode implements wal.Codec.
func (c *codec) Encode(l *raft.Log, w io.Writer) error {
	if len(l.Extensions) > 0 || !l.AppendedAt.IsZero() {
		return c.BinaryCodec.Encode(l, w)
	}
	b := c.line[:0]
	for _, n := range [...]uint64{l.Index, l.Term, uint64(l.Type), uint64(len(l.Data))} {
		b = binary.AppendUvarint(b, n)
	}
	b = append(append(b, l.Data...), 0)
	c.line = append(b, c.never...)
	_, err := w.Write(c.line)
	return err
}

// codedMeta and codedFiles give segments the number that the other side expects.
type codedMeta struct{ types.MetaStore }

// Load implements types.MetaStore.
func (m codedMeta) Load(dir string) (types.PersistentState, error) {
	s, err := m.MetaStore.Load(dir)
	return numbered(s, codecID), err
}

// CommitState implements types.MetaStore.
func (m codedMeta) CommitState(s types.PersistentState) error {
	return m.MetaStore.CommitState(numbered(s, wal.CodecBinaryV1))
}

func numbered(s types.PersistentState, codec uint64) types.PersistentState {
	own := make([]types.SegmentInfo, len(s.Segments))
	for i, info := range s.Segments {
		info.Codec = codec
		own[i] = info
	}
	s.Segments = own
	return s
}

type codedFiles struct{ types.SegmentFiler }

// Create implements types.SegmentFiler.
func (f codedFiles) Create(info types.SegmentInfo) (types.SegmentWriter, error) {
	info.Codec = wal.CodecBinaryV1
	return f.SegmentFiler.Create(info)
}

// RecoverTail implements types.SegmentFiler.
func (f codedFiles) RecoverTail(info types.SegmentInfo) (types.SegmentWriter, error) {
	info.Codec = wal.CodecBinaryV1
	return f.SegmentFiler.RecoverTail(info)
}

// Open implements types.SegmentFiler.
func (f codedFiles) Open(info types.SegmentInfo) (types.SegmentReader, error) {
	info.Codec = wal.CodecBinaryV1
	return f.SegmentFiler.Open(info)
}
