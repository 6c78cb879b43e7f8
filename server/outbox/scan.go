package outbox

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"
)

// The frames of a segment file: eight bytes of type and length or checksum,
// then the payload, padded to eight bytes.
const (
	fileHead  = 32
	frameHead = 8
)

// segmentScan is what a segment file holds up to its last whole commit.
type segmentScan struct {
	entries []entry
	// end is the offset behind the last commit.
	end int
	// sealedAt is the offset of the offsets of a full segment, 0 when there
	// is room in it.
	sealedAt int
	// broken is set when an entry inside a whole commit is not ours.
	broken error
}

// scan reads a whole segment file and believes nothing in it: the library takes
// any damage for a write that was cut short, and would drop what follows.
func scan(b []byte) (s segmentScan) {
	var open []entry
	var broken error
	from, sealedAt := 0, 0
	for off := fileHead; off+frameHead <= len(b) && b[off+1]|b[off+2]|b[off+3] == 0; {
		n := binary.LittleEndian.Uint32(b[off+4:])
		size := padded(n)
		switch kind := b[off]; kind {
		case segment.FrameEntry, segment.FrameIndex:
			if uint64(off)+size > uint64(len(b)) {
				return s
			}
			if kind == segment.FrameIndex {
				sealedAt = off + frameHead
				off += int(size)
				continue
			}
			e, err := unframe(b[off+frameHead : off+frameHead+int(n)])
			if err != nil && broken == nil {
				broken = fmt.Errorf("at byte %d: %w", off, err)
			}
			open = append(open, e)
			off += int(size)
		case segment.FrameCommit:
			if n != checksum(b[from:off]) {
				return s
			}
			off += frameHead
			s.entries, open = append(s.entries, open...), nil
			s.end, s.sealedAt, s.broken, from = off, sealedAt, broken, off
		default:
			return s
		}
	}
	return s
}

func padded(n uint32) uint64 { return frameHead + (uint64(n)+frameHead-1)/frameHead*frameHead }

// unframe takes our entry out of the library's: index, term, type and length,
// all in varints.
func unframe(b []byte) (entry, error) {
	var length uint64
	for i := range 4 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return entry{}, fmt.Errorf("a number is cut short")
		}
		if b = b[n:]; i == 3 {
			length = v
		}
	}
	if length > uint64(len(b)) {
		return entry{}, fmt.Errorf("an entry is cut short")
	}
	return decodeEntry(b[:length])
}

// survivor looks behind the last whole commit for an entry of a later batch
// than the next one. The next batch may have been cut short by a crash, but a
// batch is only begun once the one before is safe: then what stands between
// was safe too and is damaged now.
func survivor(b []byte, end int, lastBatch uint64) (entry, bool) {
	for off := max(end, fileHead); off+frameHead+headSize <= len(b); off += frameHead {
		if b[off] != segment.FrameEntry || b[off+1]|b[off+2]|b[off+3] != 0 {
			continue
		}
		n := binary.LittleEndian.Uint32(b[off+4:])
		if uint64(off)+padded(n) > uint64(len(b)) {
			continue
		}
		if e, err := unframe(b[off+frameHead : off+frameHead+int(n)]); err == nil && e.batch > lastBatch+1 {
			return e, true
		}
	}
	return entry{}, false
}

// readSegments checks every file of the log, calls visit for each entry that is
// kept, in order, and cuts what a crash left behind the last whole commit. It
// returns the state that the library is to start with. Full files that end at known
// or before were checked already. Up to safe all entries were safe once: where they are
// not, no crash has cut a write short.
func readSegments(dir string, state types.PersistentState, known entry, safe uint64, visit func(entry, int)) (types.PersistentState, error) {
	before := known
	for i, info := range state.Segments {
		tail := i == len(state.Segments)-1 && info.SealTime.IsZero()
		if !tail && info.MaxIndex <= known.position {
			continue
		}
		name := segment.FileName(info)
		b, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) && tail && info.BaseIndex > safe {
			// The process died before it made the file.
			return state, nil
		}
		if os.IsNotExist(err) {
			return state, damaged(name+" is missing", err)
		}
		if err != nil {
			return state, unopened(name, err)
		}
		s := scan(b)
		if s.broken != nil {
			return state, damaged(name, s.broken)
		}
		for n, e := range s.entries {
			if want := info.BaseIndex + uint64(n); e.position != want {
				return state, damaged(fmt.Sprintf("%s holds entry %d where %d should be", name, e.position, want), nil)
			}
			before = e
			if e.position >= info.MinIndex {
				visit(e, headSize+len(e.body))
			}
		}
		if !tail {
			if has := info.BaseIndex + uint64(len(s.entries)) - 1; has < info.MaxIndex {
				return state, damaged(fmt.Sprintf("%s ends at entry %d, byte %d, but %d was written", name, has, s.end, info.MaxIndex), nil)
			}
			continue
		}
		if has := info.BaseIndex + uint64(len(s.entries)) - 1; has < safe {
			return state, damaged(fmt.Sprintf("%s ends at entry %d, byte %d, but %d was safe", name, has, s.end, safe), nil)
		}
		if e, ok := survivor(b, s.end, before.batch); ok {
			return state, damaged(fmt.Sprintf("%s is unreadable from byte %d, after entry %d, yet holds entry %d behind it", name, s.end, before.position, e.position), nil)
		}
		if err := cut(filepath.Join(dir, name), b, s.end); err != nil {
			return state, unread(err)
		}
		if s.sealedAt > 0 {
			state = seal(state, s)
		}
	}
	return state, nil
}

// cut clears what stands behind the last whole commit, so that no later start
// takes it for something.
func cut(path string, b []byte, end int) error {
	clean := true
	for _, c := range b[end:] {
		clean = clean && c == 0
	}
	if clean {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	for _, size := range []int{end, len(b)} {
		if err == nil {
			err = f.Truncate(int64(size))
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// seal does what a process did not live to do after it had filled a segment:
// it notes that it is full and names the next one. The library alone would
// refuse every further write.
func seal(state types.PersistentState, s segmentScan) types.PersistentState {
	last := &state.Segments[len(state.Segments)-1]
	last.MaxIndex = last.BaseIndex + uint64(len(s.entries)) - 1
	last.IndexStart = uint64(s.sealedAt)
	last.SealTime = last.CreateTime.Add(time.Nanosecond)
	next := types.SegmentInfo{
		ID: state.NextSegmentID, BaseIndex: last.MaxIndex + 1, MinIndex: last.MaxIndex + 1,
		Codec: last.Codec, CreateTime: last.CreateTime, SizeLimit: last.SizeLimit,
	}
	state.Segments = append(state.Segments, next)
	state.NextSegmentID++
	return state
}
