package publish

import (
	"context"

	"github.com/leadiumx/consent/consent"
)

// Keeper is what a node keeps by itself of a store that may not answer.
type Keeper interface {
	// KeptEditions returns the newest edition of every site that is kept.
	KeptEditions() []consent.Edition
	// KeptDocument returns the copy of a document of KindCatalog, if there is one.
	KeptDocument(kind, id string) (d consent.Document, found bool, err error)
}

// noVersion is never the store's, so the first that it tells is another one.
const noVersion = -1

// LoadKept serves what the node itself has kept, until the store answers and
// Watch reads what is live now. It returns how many sites are served; with none,
// every site is answered as Unavailable. Errors: Unavailable when it cannot be
// told which of them are archived: nothing is served then.
func (d *Desk) LoadKept(ctx context.Context, k Keeper) (int, error) {
	d.live.Store(&snapshot{kept: true, version: noVersion})
	doc, found, err := k.KeptDocument(KindCatalog, shelfID)
	var shelf shelf
	if err == nil && found {
		shelf, err = openShelf(doc)
	}
	if err != nil {
		return 0, err
	}
	// Versions may have begun anew.
	shelf.version = noVersion
	s, err := d.snapshot(ctx, k.KeptEditions(), shelf)
	if err != nil {
		return 0, err
	}
	s.kept, s.version = true, noVersion
	d.live.Store(s)
	return len(s.order), nil
}
