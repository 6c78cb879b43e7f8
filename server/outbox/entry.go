package outbox

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"

	"github.com/leadiumx/consent/consent"
)

// The kinds of entries.
const (
	kindRecord = 'r'
	kindErase  = 'e'
)

// digest is 128 bits of the SHA-256 of a site and a name on it.
type digest [16]byte

// digestOf names a pair of strings; the length of the first keeps pairs apart.
func digestOf(site, name string) (d digest) {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(site)))
	sum := sha256.Sum256(append(append(b, site...), name...))
	copy(d[:], sum[:])
	return d
}

// head is what the index needs of an entry, so that a start reads no JSON.
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
//	crc32c of all that follows · kind · position · batch · time · clock · mark · person · JSON
//
// Numbers are big-endian. The log's own checksums are not looked at when an
// entry is read, so each carries one.
type entry struct {
	head
	body []byte
	// kept is the record of the body, for as long as the entry is in memory.
	kept *consent.Record
}

// erasure is the body of an entry that forgets a subject.
type erasure struct {
	Site    string `json:"site"`
	Subject string `json:"subject"`
}

const (
	headSize = 4 + 1 + 8 + 8 + 8 + 8 + 16 + 16
	// maxBody is far above what a consent write can hold.
	maxBody = 1 << 20
)

func (e *entry) encode() []byte {
	b := make([]byte, 4, headSize+len(e.body))
	b = append(b, e.kind)
	for _, n := range []uint64{e.position, e.batch, uint64(e.time), uint64(e.clock)} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(append(append(b, e.mark[:]...), e.person[:]...), e.body...)
	binary.BigEndian.PutUint32(b, checksum(b[4:]))
	return b
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

func recordEntry(r consent.Record, now int64) (entry, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return entry{}, consent.Errorf(consent.Invalid, "the record is not encodable: %w", err)
	}
	if len(body) > maxBody {
		return entry{}, consent.Fail(consent.Invalid, "the record is larger than 1 MiB", "send less")
	}
	// The caller goes on with its own maps.
	r = cloned(r)
	e := entry{head: head{kind: kindRecord, time: now, clock: r.Clock, mark: digestOf(r.Site, r.ID)}, body: body, kept: &r}
	if r.Subject != "" {
		e.person = digestOf(r.Site, r.Subject)
	}
	return e, nil
}

func eraseEntry(site, subject string, at, now int64) (entry, error) {
	body, err := json.Marshal(erasure{site, subject})
	if err != nil {
		return entry{}, consent.Errorf(consent.Invalid, "the names are not encodable: %w", err)
	}
	return entry{head: head{kind: kindErase, time: now, clock: at, person: digestOf(site, subject)}, body: body}, nil
}

// record is the entry's record, for the caller alone.
func (e *entry) record() (r consent.Record, err error) {
	if e.kept != nil {
		return cloned(*e.kept), nil
	}
	if err := json.Unmarshal(e.body, &r); err != nil {
		return r, fmt.Errorf("entry %d of the node log is no record: %w", e.position, err)
	}
	return r, nil
}

func cloned(r consent.Record) consent.Record {
	r.Levels, r.Vendors, r.Over = maps.Clone(r.Levels), maps.Clone(r.Vendors), maps.Clone(r.Over)
	return r
}
