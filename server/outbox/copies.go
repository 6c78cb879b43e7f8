package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/leadiumx/consent/consent"
)

// copiesName is the folder of the documents that are copied to this disk.
const copiesName = "documents"

// copies holds documents of a few kinds on this node's disk: what a node has to
// know to serve sites while the store does not answer, and what must not be
// forgotten when the store is wiped.
type copies struct {
	dir string
	// kinds are copied; their documents change, but are never dropped.
	kinds []string

	mu   sync.Mutex
	held map[string]string
}

func (c *copies) path(kind, id string) string {
	return filepath.Join(c.dir, url.PathEscape(kind)+"."+url.PathEscape(id)+".json")
}

// put keeps a document, if it is another one than the last time.
func (c *copies) put(d consent.Document) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	path := c.path(d.Kind, d.ID)
	if body, ok := c.held[path]; ok && body == string(d.Body) {
		return nil
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := replaceFile(path, b); err != nil {
		return err
	}
	c.held[path] = string(d.Body)
	return nil
}

// get returns a copy; found is false when there never was one.
func (c *copies) get(kind, id string) (d consent.Document, found bool, err error) {
	b, err := os.ReadFile(c.path(kind, id))
	if errors.Is(err, fs.ErrNotExist) {
		return d, false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	if err == nil && (d.Kind != kind || d.ID != id) {
		err = fmt.Errorf("it names another document")
	}
	if err != nil {
		return d, false, unread(fmt.Errorf("read the copy of the document %s of %s: %w", id, kind, err))
	}
	return d, true, nil
}

// Document returns one document; see consent.Cabinet. One of the copied kinds
// that the store has lost is put back there first.
func (b *Outbox) Document(ctx context.Context, kind, id string) (consent.Document, error) {
	d, err := b.inner.Document(ctx, kind, id)
	if b.copies == nil || !slices.Contains(b.copies.kinds, kind) {
		return d, err
	}
	if consent.CodeOf(err) == consent.NotFound {
		kept, found, unread := b.copies.get(kind, id)
		if !found {
			return d, errors.Join(err, unread)
		}
		b.o.Log.Error("the store has lost a document; it is put back from this node's copy", "kind", kind, "id", id)
		kept.Version = 0
		if d, err = b.inner.PutDocument(ctx, kept); consent.CodeOf(err) == consent.Conflict {
			// Another node was first.
			d, err = b.inner.Document(ctx, kind, id)
		}
	}
	if err == nil {
		if err := b.copies.put(d); err != nil {
			b.o.Log.Warn("a document cannot be copied to this node", "kind", kind, "err", err)
		}
	}
	return d, err
}

// KeptDocument returns this node's copy of a document, without asking the
// store; found is false when there is none. Errors: Unavailable for a copy that
// cannot be read.
func (b *Outbox) KeptDocument(kind, id string) (d consent.Document, found bool, err error) {
	if b.copies == nil {
		return d, false, nil
	}
	return b.copies.get(kind, id)
}

// KeptEditions returns the newest edition of every site of which this node has
// a copy, ordered by site id, without asking the store. One that is damaged is
// left out.
func (b *Outbox) KeptEditions() []consent.Edition {
	if b.mirror == nil {
		return nil
	}
	var all []consent.Edition
	for _, at := range b.mirror.newest() {
		e, err := b.mirror.get(at.site, at.number)
		if err != nil {
			b.o.Log.Error("this node's copy of a site cannot be read", "site", at.site, "err", err)
			continue
		}
		all = append(all, e)
	}
	return all
}

// Edition returns one edition; see consent.Catalog. Editions never change, so
// that while the store does not answer this node's copy is as good.
func (b *Outbox) Edition(ctx context.Context, site string, n int) (consent.Edition, error) {
	if err := ctx.Err(); err != nil {
		return consent.Edition{}, late(err)
	}
	if b.mirror == nil {
		return b.inner.Edition(ctx, site, n)
	}
	b.mu.Lock()
	down := b.down
	b.mu.Unlock()
	if down {
		if e, err := b.mirror.get(site, n); err == nil {
			return e, nil
		}
	}
	e, err := b.inner.Edition(ctx, site, n)
	if consent.CodeOf(err) == consent.Unavailable {
		if e, err := b.mirror.get(site, n); err == nil {
			return e, nil
		}
	}
	return e, err
}
