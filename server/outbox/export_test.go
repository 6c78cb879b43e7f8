package outbox

import (
	"time"

	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/types"
)

// WithFiles puts a file system under the log.
func (o Options) WithFiles(files types.VFS) Options {
	o.files = files
	return o
}

// WithLinger sets how long entries gather for an embedded store.
func (o Options) WithLinger(wait time.Duration) Options {
	o.linger = wait
	return o
}

// Scan reads a segment file as a start does, and returns how many entries are
// in whole commits and where these end.
func Scan(b []byte) (entries, end int, broken error) {
	s := scan(b)
	var last uint64
	if n := len(s.entries); n > 0 {
		last = s.entries[n-1].batch
	}
	_, _ = survivor(b, s.end, last)
	return len(s.entries), s.end, s.broken
}

// Entries are those of a segment file that a start would hand over, encoded.
func Entries(b []byte) [][]byte {
	s := scan(b)
	if s.broken != nil {
		return nil
	}
	var all [][]byte
	for _, e := range s.entries {
		all = append(all, e.encode())
	}
	return all
}

// Queued is how many wait for the writer.
func (b *Outbox) Queued() int { return len(b.requests) }

// NewCodec is what writes entries.
func NewCodec() (wal.Codec, error) { return newCodec() }

// Datasync is how a file that has its name gets to the disk.
func Datasync(f any) (bool, error) { return datasync(f) }

// Table is what an index finds positions in.
type Table struct{ t *table }

// NewTable makes an empty one.
func NewTable() Table { return Table{newTable()} }

// Get is of the table.
func (t Table) Get(key [16]byte) uint64 { return t.t.get(key) }

// Put is of the table.
func (t Table) Put(key [16]byte, position uint64) uint64 { return t.t.put(key, position) }

// Drop is of the table.
func (t Table) Drop(first uint64) {
	for part := range tableParts {
		t.t.drop(part, first)
	}
}

// Index is for its test.
type Index struct{ x *index }

// NewIndex makes an empty one whose first entry will stand at a position.
func NewIndex(first uint64) Index { return Index{newIndex(first)} }

// Add takes in the next record, which the store has at once.
func (i Index) Add(position uint64, id, person [16]byte, clock int64) {
	defer func() { i.x.at(position).flags |= flagHad }()
	i.x.add(head{kind: kindRecord, position: position, mark: id, person: person, time: clock, clock: clock}, 100)
}

// Drop forgets entries before a position, and what the tables know of them in
// some of their parts.
func (i Index) Drop(first uint64, parts int) {
	i.x.drop(first)
	for part := range parts {
		i.x.clean(part)
	}
}

// Find is where a record stands by its id, 0 for nowhere.
func (i Index) Find(id [16]byte) uint64 {
	position, _ := i.x.lookup(id)
	return position
}

// Of are the positions and the newest clock of a person.
func (i Index) Of(person [16]byte) ([]uint64, int64) {
	return i.x.positions(person), i.x.newest(person)
}

// Count is what is kept.
func (i Index) Count() (entries int, bytes int64) { return i.x.count(), i.x.bytes }

// Since is the position before the first entry of a time or later.
func (i Index) Since(time int64) uint64 { return i.x.since(time) }
