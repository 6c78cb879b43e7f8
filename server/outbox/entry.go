package outbox

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// The kinds of entries.
const (
	kindRecord = 'R'
	kindErase  = 'E'
)

// digest is 128 bits of the SHA-256 of a site and a name on it.
type digest [16]byte

// digestOf names a pair of strings; the length of the first keeps pairs apart.
func digestOf(site, name string) (d digest) {
	var room [96]byte
	b := binary.BigEndian.AppendUint32(room[:0], uint32(len(site)))
	sum := sha256.Sum256(append(append(b, site...), name...))
	copy(d[:], sum[:])
	return d
}

// head is what the index needs of an entry.
type head struct {
	kind byte
	// position counts entries from 1; batch counts fsyncs.
	position, batch uint64
	// time is when the entry was logged, clock when the visitor decided or
	// from when on the subject is forgotten; both in milliseconds since 1970.
	time, clock int64
	// mark is the record's id, person its subject; zero when there is none.
	mark, person digest
}

// entry is one line of the log:
//
//	crc32c of all that follows · kind · position · batch · time · clock · mark · person · body
//
// Numbers are big-endian. The body of a record is its id, its secret, its
// context and its evidence, each behind its length; that of an erasure is the
// site, the subject, the place in the chain and, where those who are linked to
// the subject are meant too, a byte. The log's own checksums are not looked at when an
// entry is read, so each carries one.
type entry struct {
	head
	body []byte
	// line is nil, or the body behind room for the head.
	line []byte
	// kept is the record of the body, for as long as the entry is in memory.
	kept *consent.Record
}

// place is where an entry stands in its chain.
type place struct {
	site, node string
	seq        uint64
	link       consent.Link
	leaf       consent.Hash
}

const (
	headSize = 4 + 1 + 8 + 8 + 8 + 8 + 16 + 16
	// maxBody is far above what a consent write can hold.
	maxBody = 1 << 20
)

func (e *entry) encode() []byte {
	line := e.line
	if line == nil {
		line = append(make([]byte, headSize, headSize+len(e.body)), e.body...)
	}
	b := append(line[:4], e.kind)
	for _, n := range []uint64{e.position, e.batch, uint64(e.time), uint64(e.clock)} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(append(b, e.mark[:]...), e.person[:]...)
	binary.BigEndian.PutUint32(b, checksum(line[4:]))
	return line
}

// decodeEntry reads an entry; the body shares memory with b.
func decodeEntry(b []byte) (e entry, err error) {
	if len(b) < headSize || binary.BigEndian.Uint32(b) != checksum(b[4:]) {
		return e, fmt.Errorf("the checksum of %d bytes is wrong", len(b))
	}
	e.kind = b[4]
	e.position, e.batch = binary.BigEndian.Uint64(b[5:]), binary.BigEndian.Uint64(b[13:])
	e.time, e.clock = int64(binary.BigEndian.Uint64(b[21:])), int64(binary.BigEndian.Uint64(b[29:]))
	copy(e.mark[:], b[37:])
	copy(e.person[:], b[53:])
	e.body = b[headSize:]
	if e.kind != kindRecord && e.kind != kindErase {
		return e, fmt.Errorf("an entry of the unknown kind %q", e.kind)
	}
	return e, nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// recordEntry makes the entry of a record whose body comes with its place.
func recordEntry(r *consent.Record, now int64) *entry {
	e := &entry{head: head{kind: kindRecord, time: now, clock: r.Clock, mark: digestOf(r.Site, r.ID)}, kept: r}
	if r.Subject != "" {
		e.person = digestOf(r.Site, r.Subject)
	}
	return e
}

// chained packs the record behind a head of its chain.
func (e *entry) chained(with *consent.Packer, node string, before consent.Head) (consent.Head, error) {
	r := e.kept
	r.Node = node
	after, err := with.Chain(r, before)
	if err != nil {
		return before, err
	}
	e.line = words(make([]byte, headSize), []byte(r.ID), r.Secret, r.Sealed.Context, r.Sealed.Evidence)
	e.body = e.line[headSize:]
	if len(e.body) > maxBody {
		return before, consent.Fail(consent.Invalid, "the record is larger than 1 MiB", "send less")
	}
	return after, nil
}

func eraseEntry(site, subject string, at, now int64) *entry {
	return &entry{head: head{kind: kindErase, time: now, clock: at, person: digestOf(site, subject)}}
}

// forgets writes the body of an erasure behind a head of its chain.
func (e *entry) forgets(site, subject string, wide bool, node string, before consent.Head) consent.Head {
	after := before.Next(consent.ForgotLeaf(site, node, before.Seq+1, time.UnixMilli(e.time)))
	b := words(nil, []byte(site), []byte(subject), []byte(node), after.Link[:])
	if e.body = binary.AppendUvarint(b, after.Seq); wide {
		e.body = append(e.body, wideMark)
	}
	return after
}

// wideMark ends an erasure of more than one subject.
const wideMark = 1

// wide reports whether an erasure means those who are linked to its subject too.
func (e *entry) wide() bool {
	_, rest, ok := readWords(e.body, 4)
	_, used := binary.Uvarint(rest)
	return ok && used > 0 && len(rest) > used && rest[used] == wideMark
}

// erasure reads the body of an erasure.
func (e *entry) erasure() (subject string, p place, err error) {
	w, rest, ok := readWords(e.body, 4)
	if !ok || len(w[3]) != len(p.link) {
		return "", p, fmt.Errorf("entry %d of the node log is no erasure", e.position)
	}
	p.site, p.node = string(w[0]), string(w[2])
	copy(p.link[:], w[3])
	p.seq, _ = binary.Uvarint(rest)
	p.leaf = consent.ForgotLeaf(p.site, p.node, p.seq, time.UnixMilli(e.time))
	return string(w[1]), p, nil
}

// record is the entry's record, for the caller alone.
func (e *entry) record() (r consent.Record, err error) {
	if r, err = e.shared(); e.kept != nil {
		return cloned(r), nil
	}
	return r, err
}

// shared is the entry's record, of which nothing may be changed.
func (e *entry) shared() (r consent.Record, err error) {
	if e.kept != nil {
		return *e.kept, nil
	}
	w, rest, ok := readWords(e.body, 4)
	if !ok || len(rest) != 0 {
		return r, fmt.Errorf("entry %d of the node log is no record", e.position)
	}
	if len(w[1]) == 0 {
		w[1] = nil
	}
	if r, err = consent.Unpack(string(w[0]), w[2], w[3], w[1]); err != nil {
		return r, fmt.Errorf("entry %d of the node log is no record: %w", e.position, err)
	}
	return r, nil
}

// place reads where the entry stands.
func (e *entry) place() (p place, err error) {
	if e.kind == kindErase {
		_, p, err = e.erasure()
		return p, err
	}
	r, err := e.record()
	if err != nil {
		return p, err
	}
	return placeOf(&r), nil
}

func placeOf(r *consent.Record) place {
	return place{r.Site, r.Node, r.Seq, r.Link, consent.Leaf(r.ID, *r.Sealed)}
}

func words(b []byte, all ...[]byte) []byte {
	size := len(b)
	for _, w := range all {
		size += binary.MaxVarintLen32 + len(w)
	}
	b = slices.Grow(b, size)
	for _, w := range all {
		b = append(binary.AppendUvarint(b, uint64(len(w))), w...)
	}
	return b
}

func readWords(b []byte, n int) (all [][]byte, rest []byte, ok bool) {
	for range n {
		size, used := binary.Uvarint(b)
		if used <= 0 || size > uint64(len(b)-used) {
			return nil, nil, false
		}
		all, b = append(all, b[used:used+int(size):used+int(size)]), b[used+int(size):]
	}
	return all, b, true
}

func cloned(r consent.Record) consent.Record {
	r.Levels, r.Vendors, r.Over = maps.Clone(r.Levels), maps.Clone(r.Vendors), maps.Clone(r.Over)
	return r
}
