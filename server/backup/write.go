package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"time"

	"github.com/leadiumx/consent/consent"
)

// page is how much is read at a time of what comes in pages.
const page = 500

// Store is a store that can prove what it holds.
type Store interface {
	consent.Store
	// Proved returns the documents that prove what is held of a site now, all of
	// one kind. They cover the chain of a node up to seq; node is empty when
	// nothing is proved.
	Proved(ctx context.Context, site string) (all []consent.Document, node string, seq uint64, err error)
}

type writer struct {
	ctx   context.Context
	store Store
	// proved are the kinds of documents that were written with the records.
	proved map[string]bool
	out    *bufio.Writer
	sum    hash.Hash
	lines  int
	known  map[consent.ContextCode]bool
	now    time.Time
}

// Write writes a backup. What was acknowledged before is in it, and what proves it;
// of what comes meanwhile some may be. Who was erased before it ends is erased in it.
// Errors: those of the store and of out; what was written then has no end.
func Write(ctx context.Context, store Store, now time.Time, out io.Writer) error {
	w := &writer{ctx: ctx, store: store, proved: map[string]bool{}, sum: sha256.New(), known: map[consent.ContextCode]bool{}, now: now}
	w.out = bufio.NewWriterSize(io.MultiWriter(out, w.sum), 64<<10)
	if err := w.put(line{Type: "backup", Head: &head{version, now.UTC().Truncate(time.Second)}}); err != nil {
		return err
	}
	for _, step := range []func() error{w.tombstones, w.catalog, w.cabinet, w.tombstones} {
		if err := step(); err != nil {
			return err
		}
	}
	// The sum is that of all lines before the one that tells it.
	if err := w.out.Flush(); err != nil {
		return err
	}
	if err := w.put(line{Type: "end", End: &end{w.lines, hex.EncodeToString(w.sum.Sum(nil))}}); err != nil {
		return err
	}
	return w.out.Flush()
}

func (w *writer) put(l line) error {
	b, err := json.Marshal(l)
	if err != nil {
		return consent.Errorf(consent.Invalid, "a line of the backup is not encodable: %w", err)
	}
	w.lines++
	_, err = w.out.Write(append(b, '\n'))
	return err
}

// tombstones come first, and again last: whoever is erased meanwhile is in the
// second list.
func (w *writer) tombstones() error {
	return w.store.Tombstones(w.ctx, func(t consent.Tombstone) error {
		return w.put(line{Type: "tombstone", Tombstone: &t})
	})
}

func (w *writer) catalog() error {
	live, err := w.store.Live(w.ctx)
	if err != nil {
		return err
	}
	for _, newest := range live {
		site := newest.Site.ID
		editions, err := w.store.Editions(w.ctx, site)
		if err != nil {
			return err
		}
		for i := len(editions) - 1; i >= 0; i-- {
			if err := w.put(line{Type: "edition", Edition: &editions[i]}); err != nil {
				return err
			}
		}
		if err := w.counts(site, editions[len(editions)-1].PublishedAt); err != nil {
			return err
		}
		if err := w.ledger(site); err != nil {
			return err
		}
	}
	return nil
}

// ledger writes the records of a site after what proves them. What comes to this
// node meanwhile is left out: nothing in the backup would prove it.
func (w *writer) ledger(site string) error {
	proof, node, seq, err := w.store.Proved(w.ctx, site)
	if err != nil {
		return err
	}
	for _, d := range proof {
		w.proved[d.Kind] = true
		if err := w.document(d); err != nil {
			return err
		}
	}
	return w.store.Export(w.ctx, site, func(r consent.Record) error {
		if node != "" && r.Node == node && r.Seq > seq {
			return nil
		}
		return w.record(r)
	})
}

func (w *writer) document(d consent.Document) error {
	return w.put(line{Type: "document", Document: &document{d.Kind, d.ID, d.Body}})
}

func (w *writer) record(r consent.Record) error {
	sealed, secret, err := r.Pack()
	if err != nil {
		return err
	}
	if code := sealed.Code(); !w.known[code] {
		w.known[code] = true
		if err := w.put(line{Type: "context", Context: sealed.Context}); err != nil {
			return err
		}
	}
	return w.put(line{Type: "record", Record: &record{r.ID, sealed.Evidence, secret}})
}

// counts writes what was counted apart from records: these count themselves
// when they are put back.
func (w *writer) counts(site string, since time.Time) error {
	const day = 24 * time.Hour
	until := w.now.Add(2 * day)
	if oldest := until.Add(-10 * 365 * day); since.Before(oldest) {
		since = oldest
	}
	for from := since.Add(-day); from.Before(until); from = from.Add((consent.MaxCountedDays - 1) * day) {
		to := from.Add((consent.MaxCountedDays - 2) * day)
		all, err := w.store.Counts(w.ctx, site, from.UTC().Format(time.DateOnly), to.UTC().Format(time.DateOnly))
		if err != nil {
			return err
		}
		for at, n := range all {
			own := map[string]int64{}
			for name, v := range n {
				if !consent.CountedByRecords(name) {
					own[name] = v
				}
			}
			if len(own) == 0 {
				continue
			}
			if err := w.put(line{Type: "counts", Counts: &counts{site, at, own}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) cabinet() error {
	kinds, journals, err := w.store.Contents(w.ctx)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		if w.proved[kind] {
			continue
		}
		for after := ""; ; {
			some, err := w.store.Documents(w.ctx, kind, after, page)
			if err != nil {
				return err
			}
			for _, d := range some {
				if err := w.document(d); err != nil {
					return err
				}
				after = d.ID
			}
			if len(some) < page {
				break
			}
		}
	}
	for _, journal := range journals {
		for after := int64(0); ; {
			some, err := w.store.Notes(w.ctx, journal, after, page)
			if err != nil {
				return err
			}
			for _, n := range some {
				if err := w.put(line{Type: "note", Note: &note{journal, n.Body}}); err != nil {
					return err
				}
				after = n.Number
			}
			if len(some) < page {
				break
			}
		}
	}
	return nil
}
