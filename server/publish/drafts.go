package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	kindDraft = "draft"
	kindSite  = "site"
	// AnyVersion saves a draft whatever is there.
	AnyVersion = -1
)

// draftID puts the drafts of one tenant beside each other.
func draftID(tenant, site string) string { return tenant + "/" + site }

// Owner returns the tenant that a site belongs to. Errors: UnknownSite.
func (d *Desk) Owner(ctx context.Context, site string) (string, error) {
	if e, err := d.Newest(site); err == nil {
		return e.Site.Tenant, nil
	}
	if len(site) > 64 || site == "" {
		return "", NoSite(site)
	}
	c, _, err := d.claimOf(ctx, site)
	if code := consent.CodeOf(err); code == consent.NotFound || code == consent.Invalid {
		return "", NoSite(site)
	}
	return c.Tenant, err
}

// NoSite is the one error for a site that does not exist, that is not served, or
// that is none of the caller's business.
func NoSite(site string) error {
	return consent.Fail(consent.UnknownSite, fmt.Sprintf("there is no site %q", clip(site)),
		"check the site id in the tag, or create the site with `lxconsent site apply`")
}

// Newest returns the newest edition of a site, archived or not. The edition is
// shared: do not change it. Errors: UnknownSite.
func (d *Desk) Newest(site string) (*consent.Edition, error) {
	s := d.live.Load()
	if e, ok := s.sites[site]; ok {
		return e, nil
	}
	if e, ok := s.shelved[site]; ok {
		return e, nil
	}
	return nil, NoSite(site)
}

// Draft returns a site's draft with its version; without one, the newest
// edition with version 0. Errors: UnknownSite.
func (d *Desk) Draft(ctx context.Context, site string) (consent.Draft, int64, error) {
	tenant, err := d.Owner(ctx, site)
	if err != nil {
		return consent.Draft{}, 0, err
	}
	doc, err := d.o.Store.Document(ctx, kindDraft, draftID(tenant, site))
	if err == nil {
		draft, err := decodeDraft(doc)
		return draft, doc.Version, err
	}
	if consent.CodeOf(err) != consent.NotFound {
		return consent.Draft{}, 0, err
	}
	e, err := d.Newest(site)
	if err != nil {
		return consent.Draft{}, 0, err
	}
	return consent.Draft{Site: e.Site, SavedAt: e.PublishedAt, By: e.By}, 0, nil
}

func decodeDraft(doc consent.Document) (draft consent.Draft, err error) {
	if err := json.Unmarshal(doc.Body, &draft); err != nil {
		return draft, fmt.Errorf("read a draft: %w", err)
	}
	return draft, nil
}

// SaveDraft stores a draft of a valid site document over the version that was
// read, or over any. It returns the new version. Errors: Invalid, Conflict when
// somebody else saved in between, UnknownSite when the id is another tenant's.
func (d *Desk) SaveDraft(ctx context.Context, site consent.Site, by string, version int64) (consent.Draft, int64, error) {
	site = d.normal(site)
	if err := d.Check(site); err != nil {
		return consent.Draft{}, 0, err
	}
	if e, err := d.Newest(site.ID); err == nil && e.Site.Tenant != site.Tenant {
		return consent.Draft{}, 0, consent.Fail(consent.Invalid, "a draft cannot move a site to another organisation", "leave `tenant` as it is")
	}
	draft, doc, err := d.drafted(site, by)
	if err != nil {
		return draft, 0, err
	}
	if err := d.claim(ctx, &site, false); err != nil {
		return consent.Draft{}, 0, err
	}
	if version == AnyVersion {
		old, err := d.o.Store.Document(ctx, kindDraft, doc.ID)
		if err != nil && consent.CodeOf(err) != consent.NotFound {
			return consent.Draft{}, 0, err
		}
		version = old.Version
		if err != nil {
			version = 0
		}
	}
	doc.Version = version
	doc, err = d.o.Store.PutDocument(ctx, doc)
	if consent.CodeOf(err) == consent.Conflict {
		return draft, 0, consent.Fail(consent.Conflict, "somebody else saved this draft since you loaded it", "load it again and repeat your change")
	}
	return draft, doc.Version, err
}

// drafted is a site document as the draft that somebody saves now. Errors: Invalid
// when it is larger than what a store keeps as one.
func (d *Desk) drafted(site consent.Site, by string) (consent.Draft, consent.Document, error) {
	draft := consent.Draft{Site: site, SavedAt: d.o.Clock().UTC(), By: by}
	body, err := json.Marshal(draft)
	if err != nil {
		return draft, consent.Document{}, fmt.Errorf("encode a draft: %w", err)
	}
	doc := consent.Document{Kind: kindDraft, ID: draftID(site.Tenant, site.ID), Body: body}
	return draft, doc, doc.Check()
}

// Entry is one site as the list shows it.
type Entry struct {
	ID   string
	Name string
	// Live is the edition in force, of an archived site the newest; nil for a
	// site that was never published.
	Live *consent.Edition
	// Upcoming is nil when no edition is scheduled.
	Upcoming *consent.Edition
	Draft    consent.Draft
	// Changed says that the draft differs from what was published last.
	Changed bool
	// State is live, draft, archived or deleted.
	State State
}

// told is what a list tells of a site.
func told(s *consent.Site) consent.Site {
	return consent.Site{ID: s.ID, Tenant: s.Tenant, Name: s.Name, Origins: s.Origins}
}

// List returns every site of a tenant, or of all of them when it is empty, live
// or only drafted, in the order of ids. Of a draft's document it has only what a list
// tells.
func (d *Desk) List(ctx context.Context, tenant string) ([]Entry, error) {
	snap, now := d.live.Load(), d.o.Clock()
	found := map[string]Entry{}
	for _, sites := range []map[string]*consent.Edition{snap.sites, snap.shelved} {
		for id, e := range sites {
			if tenant == "" || e.Site.Tenant == tenant {
				found[id] = snap.entry(e, nil, now)
			}
		}
	}
	const page = 100
	after, prefix := "", ""
	if tenant != "" {
		prefix = draftID(tenant, "")
		after = prefix
	}
	for {
		docs, err := d.o.Store.Documents(ctx, kindDraft, after, page)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			if after = doc.ID; !strings.HasPrefix(doc.ID, prefix) {
				break
			}
			draft, err := decodeDraft(doc)
			if err != nil {
				return nil, err
			}
			live, _ := d.Newest(draft.Site.ID)
			if live == nil || live.Site.Tenant == draft.Site.Tenant {
				e := snap.entry(live, &draft, now)
				// All drafts of an organisation together are more than one request may hold.
				e.Draft.Site = told(&e.Draft.Site)
				found[draft.Site.ID] = e
			}
		}
		if len(docs) < page || !strings.HasPrefix(after, prefix) {
			break
		}
	}
	list := make([]Entry, 0, len(found))
	for _, e := range found {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// Find returns one site as the list shows it. Errors: UnknownSite.
func (d *Desk) Find(ctx context.Context, site string) (Entry, int64, error) {
	draft, version, err := d.Draft(ctx, site)
	if err != nil {
		return Entry{}, 0, err
	}
	live, _ := d.Newest(site)
	return d.live.Load().entry(live, &draft, d.o.Clock()), version, nil
}

func (s *snapshot) entry(newest *consent.Edition, draft *consent.Draft, now time.Time) Entry {
	e := Entry{}
	switch {
	case draft != nil:
		e.Draft = *draft
	case newest != nil:
		e.Draft = consent.Draft{Site: newest.Site, SavedAt: newest.PublishedAt, By: newest.By}
	}
	e.ID, e.Name = e.Draft.Site.ID, e.Draft.Site.Name
	e.Changed = newest == nil || newest.Hash != e.Draft.Site.Hash()
	e.State = s.state(e.ID, newest != nil)
	e.Live = newest
	if _, served := s.sites[e.ID]; served {
		e.Live, e.Upcoming = s.at(e.ID, now), s.upcoming(e.ID, now)
	}
	return e
}
