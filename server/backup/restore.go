package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Report says what a restore did.
type Report struct {
	// Time is when the backup was made.
	Time       time.Time `json:"time"`
	Tombstones int       `json:"tombstones"`
	Editions   int       `json:"editions"`
	Documents  int       `json:"documents"`
	Notes      int       `json:"notes"`
	Records    int       `json:"records"`
	// Kept is what the store had already and kept as it was, Erased the records
	// of subjects that were erased after the backup was made: they stay erased.
	Kept   int `json:"kept"`
	Erased int `json:"erased"`
	// Damaged are records whose evidence could not be read when it was backed
	// up. They are left out.
	Damaged int `json:"damaged"`
}

// maxLine bounds a line; documents and notes are at most 256 KiB.
const maxLine = 2 << 20

// Check reads a backup to its end. Errors: Invalid for one that is cut,
// damaged or of a later form.
func Check(in io.Reader) error {
	return scan(in, func(line) error { return nil })
}

// Restore puts a backup into a store. Who is erased comes first, so that
// nothing of them is read by anybody in between; what the store already has is
// never overwritten, and who was erased in it stays so. It can be repeated
// after a failure. Errors: Invalid when the backup is not whole, and nothing was
// changed; those of the store.
func Restore(ctx context.Context, store consent.Store, in io.ReadSeeker) (Report, error) {
	r := &restorer{ctx: ctx, store: store, contexts: map[consent.ContextCode][]byte{}, journals: map[string]bool{}, counted: map[string]bool{}}
	for _, pass := range []func(line) error{func(line) error { return nil }, r.bury, r.put} {
		if _, err := in.Seek(0, io.SeekStart); err != nil {
			return r.Report, fmt.Errorf("read the backup from its beginning: %w", err)
		}
		if err := scan(in, pass); err != nil {
			return r.Report, err
		}
	}
	return r.Report, nil
}

// scan gives each line to each and checks the whole.
func scan(in io.Reader, each func(line) error) error {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	sum, n, ended := sha256.New(), 0, false
	for s.Scan() {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil || ended || (n == 0) != (l.Type == "backup") {
			return bad(fmt.Sprintf("line %d is none of a backup", n+1), err)
		}
		switch {
		case n == 0 && (l.Head == nil || l.Head.Version != version):
			return bad("it was written by another version of this program", nil)
		case l.Type == "end":
			if l.End == nil || l.End.Lines != n || l.End.SHA256 != hexOf(sum) {
				return bad("its checksum does not fit: it was changed or damaged", nil)
			}
			ended = true
		default:
			sum.Write(append(s.Bytes(), '\n'))
			if err := each(l); err != nil {
				return err
			}
		}
		n++
	}
	if err := s.Err(); err != nil {
		return bad("it cannot be read", err)
	}
	if !ended {
		return bad("it has no end: it was cut short", nil)
	}
	return nil
}

func hexOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

func bad(what string, err error) error {
	return &consent.Error{Code: consent.Invalid, Cause: "the backup is not whole: " + what, Fix: "take another backup; nothing was put back that this one damaged", Err: err}
}

type restorer struct {
	Report
	ctx      context.Context
	store    consent.Store
	contexts map[consent.ContextCode][]byte
	// journals are those that were empty when their first note came.
	journals map[string]bool
	counted  map[string]bool
}

func (r *restorer) bury(l line) error {
	if l.Tombstone == nil {
		return nil
	}
	r.Tombstones++
	return r.store.Bury(r.ctx, *l.Tombstone)
}

func (r *restorer) put(l line) error {
	switch {
	case l.Head != nil:
		r.Time = l.Head.Time
	case l.Edition != nil:
		return r.tally(&r.Editions, r.store.Publish(r.ctx, *l.Edition), consent.Conflict)
	case l.Document != nil:
		_, err := r.store.PutDocument(r.ctx, consent.Document{Kind: l.Document.Kind, ID: l.Document.ID, Body: l.Document.Body})
		return r.tally(&r.Documents, err, consent.Conflict)
	case l.Note != nil:
		return r.note(*l.Note)
	case l.Counts != nil:
		return r.count(*l.Counts)
	case l.Context != nil:
		r.contexts[consent.CodeOfContext(l.Context)] = l.Context
	case l.Record != nil:
		return r.record(*l.Record)
	}
	return nil
}

// tally counts what was stored, or what was there already.
func (r *restorer) tally(n *int, err error, there consent.Code) error {
	switch {
	case err == nil:
		*n++
	case consent.CodeOf(err) == there:
		r.Kept++
	default:
		return err
	}
	return nil
}

func (r *restorer) record(b record) error {
	code, _ := consent.EvidenceCode(b.Evidence)
	rec, err := consent.Unpack(b.ID, r.contexts[code], b.Evidence, b.Secret)
	if err != nil {
		// It was damaged before it was backed up.
		r.Damaged++
		return nil
	}
	_, fresh, err := r.store.Append(r.ctx, rec)
	switch code := consent.CodeOf(err); {
	case code == consent.Erased && rec.Levels == nil, code == consent.IDReused, err == nil && !fresh:
		r.Kept++
	case code == consent.Erased:
		r.Erased++
	case err != nil:
		return err
	default:
		r.Records++
	}
	return nil
}

// note appends to journals that were empty; one that goes on is never mixed
// with an older one.
func (r *restorer) note(n note) error {
	empty, known := r.journals[n.Journal]
	if !known {
		first, err := r.store.Notes(r.ctx, n.Journal, 0, 1)
		if err != nil {
			return err
		}
		empty = len(first) == 0
		r.journals[n.Journal] = empty
	}
	if !empty {
		r.Kept++
		return nil
	}
	_, err := r.store.AppendNote(r.ctx, n.Journal, n.Body)
	return r.tally(&r.Notes, err, "")
}

// count adds to days on which nothing was counted yet.
func (r *restorer) count(c counts) error {
	key := c.Site + " " + c.Day
	if !r.counted[key] {
		there, err := r.store.Counts(r.ctx, c.Site, c.Day, c.Day)
		if err != nil {
			return err
		}
		for name := range there[c.Day] {
			if !consent.CountedByRecords(name) {
				r.Kept++
				return nil
			}
		}
		r.counted[key] = true
	}
	return r.store.Count(r.ctx, c.Site, c.Day, c.Add)
}

// IsEmpty reports whether a store holds nothing that a backup would hold.
func IsEmpty(ctx context.Context, store consent.Store) (bool, error) {
	full := errors.New("not empty")
	err := store.Tombstones(ctx, func(consent.Tombstone) error { return full })
	if errors.Is(err, full) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	live, err := store.Live(ctx)
	if err != nil {
		return false, err
	}
	kinds, journals, err := store.Contents(ctx)
	return len(live)+len(kinds)+len(journals) == 0, err
}
