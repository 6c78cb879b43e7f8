package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

// claimed says whose a site's id is.
type claimed struct {
	Tenant string    `json:"tenant"`
	Since  time.Time `json:"since"`
	// Bytes is what the site's document has taken at the most, in steps.
	Bytes int `json:"bytes,omitempty"`
}

func (d *Desk) claimOf(ctx context.Context, site string) (c claimed, version int64, err error) {
	doc, err := d.o.Store.Document(ctx, kindSite, site)
	if err != nil {
		return c, 0, err
	}
	if err := json.Unmarshal(doc.Body, &c); err != nil {
		return c, 0, fmt.Errorf("read whose a site is: %w", err)
	}
	return c, doc.Version, nil
}

// What one organisation may have: so many sites, deleted ones whose editions stay
// among them, and documents of so many bytes together. Each server holds what is
// published in memory, beside that of all the others.
const (
	MaxSites = 2000
	MaxBytes = 64 << 20
	// sizeStep is how exactly a document's size is noted.
	sizeStep = 16 << 10
)

// sizeOf is what a document takes, in whole steps.
func sizeOf(site *consent.Site) (int, error) {
	b, err := json.Marshal(site)
	if err != nil {
		return 0, fmt.Errorf("encode a site document: %w", err)
	}
	return (len(b)/sizeStep + 1) * sizeStep, nil
}

// room refuses a document of a site for which a tenant has no room beside its
// others. Errors: Conflict.
func (d *Desk) room(ctx context.Context, tenant, site string, size int) error {
	others := 0
	for after := ""; ; {
		docs, err := d.o.Store.Documents(ctx, kindSite, after, consent.MaxPage)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			var c claimed
			if err := json.Unmarshal(doc.Body, &c); err != nil {
				return fmt.Errorf("read whose a site is: %w", err)
			}
			if after = doc.ID; c.Tenant == tenant && doc.ID != site {
				others++
				size += c.Bytes
			}
		}
		switch {
		case others >= MaxSites:
			return consent.Fail(consent.Conflict, "the organisation has 2,000 sites", "delete drafts that nobody needs, or add an organisation")
		case size > MaxBytes:
			return consent.Fail(consent.Conflict, "the documents of the organisation's sites take more than 64 MB together", "shorten their texts, delete drafts that nobody needs, or add an organisation")
		case len(docs) < consent.MaxPage:
			return nil
		}
	}
}

// claim makes a site's id its tenant's own, with room for the document; of two
// who claim one, one gets it. move takes it from another tenant. Errors:
// UnknownSite when it is another's, Conflict when the tenant has too many, or too
// large ones.
func (d *Desk) claim(ctx context.Context, site *consent.Site, move bool) error {
	size, err := sizeOf(site)
	if err != nil {
		return err
	}
	for range 5 {
		c, version, err := d.claimOf(ctx, site.ID)
		if err != nil && consent.CodeOf(err) != consent.NotFound {
			return err
		}
		there, ours := err == nil, c.Tenant == site.Tenant
		if there && ours && c.Bytes >= size {
			return nil
		}
		if there && !ours && !move {
			return NoSite(site.ID)
		}
		if !there || ours {
			if err := d.room(ctx, site.Tenant, site.ID, size); err != nil {
				return err
			}
		}
		next := claimed{Tenant: site.Tenant, Since: c.Since, Bytes: size}
		if !ours {
			next.Since = d.o.Clock().UTC()
		}
		body, err := json.Marshal(next)
		if err != nil {
			return fmt.Errorf("encode whose a site is: %w", err)
		}
		_, err = d.o.Store.PutDocument(ctx, consent.Document{Kind: kindSite, ID: site.ID, Version: version, Body: body})
		if err == nil && there && !ours {
			return d.o.Store.DropDocument(ctx, kindDraft, draftID(c.Tenant, site.ID))
		}
		if consent.CodeOf(err) != consent.Conflict {
			return err
		}
	}
	return consent.Fail(consent.Conflict, "others change the site at this moment", "try again")
}
