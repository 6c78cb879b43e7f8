package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

// State says whether a site is served.
type State string

// The states of a site. An archived site is not served and can come back; a
// deleted one cannot. The records of both stay until they are too old.
const (
	IsDraft    State = "draft"
	IsLive     State = "live"
	IsArchived State = "archived"
	IsDeleted  State = "deleted"
)

// KindCatalog is the kind of the document that names the archived sites. It is
// never dropped.
const KindCatalog = "catalog"

const shelfID = "archived"

// shelf lists the sites that are not served any more. It is one document, so
// that every server sees a change with one small read.
type shelf struct {
	Sites   map[string]shelved `json:"sites"`
	version int64
}

type shelved struct {
	At      time.Time `json:"at"`
	Deleted bool      `json:"deleted,omitempty"`
}

func (s *snapshot) state(site string, published bool) State {
	switch off, ok := s.shelf.Sites[site]; {
	case ok && off.Deleted:
		return IsDeleted
	case ok:
		return IsArchived
	case published:
		return IsLive
	}
	return IsDraft
}

func (d *Desk) readShelf(ctx context.Context) (s shelf, err error) {
	doc, err := d.o.Store.Document(ctx, KindCatalog, shelfID)
	if consent.CodeOf(err) == consent.NotFound {
		return shelf{}, nil
	}
	if err != nil {
		return s, err
	}
	return openShelf(doc)
}

func openShelf(doc consent.Document) (s shelf, err error) {
	if err := json.Unmarshal(doc.Body, &s); err != nil {
		return s, fmt.Errorf("read which sites are archived: %w", err)
	}
	s.version = doc.Version
	return s, nil
}

func (d *Desk) changeShelf(ctx context.Context, change func(map[string]shelved) error) error {
	for range 5 {
		s, err := d.readShelf(ctx)
		if err != nil {
			return err
		}
		if s.Sites == nil {
			s.Sites = map[string]shelved{}
		}
		if err := change(s.Sites); err != nil {
			return err
		}
		body, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("encode which sites are archived: %w", err)
		}
		_, err = d.o.Store.PutDocument(ctx, consent.Document{Kind: KindCatalog, ID: shelfID, Version: s.version, Body: body})
		if err == nil {
			return d.Load(ctx)
		}
		if consent.CodeOf(err) != consent.Conflict {
			return err
		}
	}
	return consent.Fail(consent.Conflict, "others archive sites at this moment", "try again")
}

// Archive stops serving a site: its tag is answered as an unknown site's, and
// everything is denied. Archiving twice is no error. Errors: UnknownSite.
func (d *Desk) Archive(ctx context.Context, site string) error {
	if _, err := d.Owner(ctx, site); err != nil {
		return err
	}
	return d.changeShelf(ctx, func(sites map[string]shelved) error {
		if _, ok := sites[site]; !ok {
			sites[site] = shelved{At: d.o.Clock().UTC()}
		}
		return nil
	})
}

// Restore serves an archived site again. Errors: UnknownSite, Conflict for one
// that was deleted.
func (d *Desk) Restore(ctx context.Context, site string) error {
	if _, err := d.Owner(ctx, site); err != nil {
		return err
	}
	return d.changeShelf(ctx, func(sites map[string]shelved) error {
		if sites[site].Deleted {
			return consent.Fail(consent.Conflict, "the site was deleted", "create another site")
		}
		delete(sites, site)
		return nil
	})
}

// Delete forgets a site for good. One that was never published leaves nothing
// and frees its id. Of one that was published the editions and records stay,
// since they prove what visitors chose, and the id is never given again; it
// must be archived first. What others keep of the site goes by also, before the
// id can be somebody else's. Errors: UnknownSite, Conflict, and those of also.
func (d *Desk) Delete(ctx context.Context, site string, also func(ctx context.Context) error) error {
	tenant, err := d.Owner(ctx, site)
	if err != nil {
		return err
	}
	_, err = d.Newest(site)
	published := err == nil
	if published {
		err := d.changeShelf(ctx, func(sites map[string]shelved) error {
			off, ok := sites[site]
			if !ok {
				return consent.Fail(consent.Conflict, "the site is live", "archive it first, and delete it when no page carries its tag any more")
			}
			off.Deleted = true
			sites[site] = off
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := also(ctx); err != nil {
		return err
	}
	if err := d.o.Store.DropDocument(ctx, kindDraft, draftID(tenant, site)); err != nil || published {
		return err
	}
	if err := d.changeShelf(ctx, func(sites map[string]shelved) error { delete(sites, site); return nil }); err != nil {
		return err
	}
	return d.o.Store.DropDocument(ctx, kindSite, site)
}
