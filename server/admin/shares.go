package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	kindShare = "share"
	// MaxShareDays is how long a link for a review may work, maxShares how many
	// a site may have at a time.
	MaxShareDays = 30
	maxShares    = 100
)

// Share is a link that shows a draft, as it was when the link was made, to
// whoever reviews it. It can be revoked.
type Share struct {
	ID      string    `json:"id"`
	By      string    `json:"by"`
	Note    string    `json:"note,omitempty"`
	Hash    string    `json:"hash"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

// shared is what stands behind the link's token.
type shared struct {
	Preview
	// Share is the document that must still be there.
	Share string `json:"share,omitempty"`
}

func shareID(site, id string) string { return site + "/" + id }

// NewShare makes a link for so many days and returns its token. Errors: Invalid,
// Conflict when there are too many.
func (d *Desk) NewShare(ctx context.Context, p Principal, tenant string, look Preview, note string, days int) (Share, string, error) {
	if days < 1 || days > MaxShareDays || len(note) > 200 {
		return Share{}, "", consent.Fail(consent.Invalid, "`days` is not from 1 to 30, or the note is longer than 200 bytes", "choose how long the review may take")
	}
	open, err := d.Shares(ctx, look.Site.ID)
	if err != nil {
		return Share{}, "", err
	}
	if len(open) >= maxShares {
		return Share{}, "", consent.Fail(consent.Conflict, "the site has 100 open links", "revoke some")
	}
	id, err := d.name()
	if err != nil {
		return Share{}, "", err
	}
	token, err := d.secret()
	if err != nil {
		return Share{}, "", err
	}
	now := d.o.Clock().UTC()
	s := Share{ID: id, By: cmp.Or(p.Email, p.Name), Note: note, Hash: look.Site.Hash(), Created: now, Expires: now.AddDate(0, 0, days)}
	if _, _, err := save(ctx, d.o.Store, kindShare, shareID(look.Site.ID, id), 0, s); err != nil {
		return s, "", err
	}
	raw, err := json.Marshal(shared{look, shareID(look.Site.ID, id)})
	if err != nil {
		return s, "", fmt.Errorf("encode the preview: %w", err)
	}
	if err := d.keep(ctx, key("preview:", token), raw, s.Expires); err != nil {
		return s, "", err
	}
	return s, token, d.Audit(ctx, p, tenant, Change{Action: "site.share", Object: look.Site.ID, After: s.Hash, Note: note})
}

// Shares lists the open links of a site.
func (d *Desk) Shares(ctx context.Context, site string) ([]Share, error) {
	list := []Share{}
	err := d.sharesOf(ctx, site, func(doc consent.Document) error {
		h, err := decodeHeld[Share](doc)
		if err != nil {
			return err
		}
		if !d.o.Clock().Before(h.value.Expires) {
			return d.o.Store.DropDocument(ctx, kindShare, doc.ID)
		}
		list = append(list, h.value)
		return nil
	})
	return list, err
}

// DropShares revokes every link of a site that is deleted or moves: its id may be
// another organisation's then, and who made them could not do it later.
func (d *Desk) DropShares(ctx context.Context, site string) error {
	return d.sharesOf(ctx, site, func(doc consent.Document) error { return d.o.Store.DropDocument(ctx, kindShare, doc.ID) })
}

func (d *Desk) sharesOf(ctx context.Context, site string, each func(consent.Document) error) error {
	prefix := shareID(site, "")
	docs, err := d.o.Store.Documents(ctx, kindShare, prefix, consent.MaxPage)
	for _, doc := range docs {
		if !strings.HasPrefix(doc.ID, prefix) {
			break
		}
		if err := each(doc); err != nil {
			return err
		}
	}
	return err
}

// DropShare revokes a link. Errors: NotFound.
func (d *Desk) DropShare(ctx context.Context, p Principal, tenant, site, id string) error {
	if _, err := load[Share](ctx, d.o.Store, kindShare, shareID(site, id)); err != nil {
		return hidden(err, "link")
	}
	if err := d.o.Store.DropDocument(ctx, kindShare, shareID(site, id)); err != nil {
		return err
	}
	return d.Audit(ctx, p, tenant, Change{Action: "site.unshare", Object: site, Note: id})
}

// Preview returns the preview of a link, and whether it was made for a review.
// Errors: NotFound when it has expired or was revoked.
func (d *Desk) Preview(ctx context.Context, token string) (p Preview, review bool, err error) {
	raw, err := d.o.Store.Secret(ctx, key("preview:", token), d.o.Clock())
	if err != nil {
		return p, false, err
	}
	var s shared
	if err := json.Unmarshal(raw, &s); err != nil {
		return p, false, fmt.Errorf("read the preview: %w", err)
	}
	if s.Share != "" {
		if _, err := d.o.Store.Document(ctx, kindShare, s.Share); err != nil {
			return p, false, err
		}
	}
	return s.Preview, s.Share != "", nil
}
