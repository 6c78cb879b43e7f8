package hooks

import (
	"context"

	"github.com/leadiumx/consent/consent"
)

// enabled lists the endpoints of all sites that are to be sent to.
func (d *Desk) enabled(ctx context.Context) ([]kept, error) {
	var list []kept
	disabled := 0
	err := d.each(ctx, func(k kept) {
		if k.Disabled {
			disabled++
		} else {
			list = append(list, k)
		}
	})
	if err != nil {
		return nil, err
	}
	d.watch.list(list, disabled)
	return list, nil
}

// each calls f for the endpoints of all sites that can be read.
func (d *Desk) each(ctx context.Context, f func(kept)) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	for after := ""; ; {
		docs, err := d.o.Cabinet.Documents(ctx, kindHook, after, consent.MaxPage)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			after = doc.ID
			if k, err := decode(doc); err == nil {
				f(k)
			}
		}
		if len(docs) < consent.MaxPage {
			return nil
		}
	}
}

// DeleteAll removes every endpoint of a site with all that waits for them.
// Errors: Unavailable.
func (d *Desk) DeleteAll(ctx context.Context, site string) error {
	list, err := d.List(ctx, site)
	if err != nil {
		return err
	}
	for _, e := range list {
		if _, err := d.Delete(ctx, site, e.ID); err != nil && consent.CodeOf(err) != consent.NotFound {
			return err
		}
	}
	return nil
}

// room refuses one more endpoint where there are too many: each is looked after all
// the time, by machines that others use, too. Errors: Conflict, Unavailable.
func (d *Desk) room(ctx context.Context, site string) error {
	owner, here, all := d.o.Owner(site), 0, 0
	err := d.each(ctx, func(k kept) {
		if k.Site == site {
			here++
		}
		if d.o.Owner(k.Site) == owner {
			all++
		}
	})
	switch {
	case err != nil:
		return err
	case here >= MaxEndpoints:
		return consent.Fail(consent.Conflict, "the site has 20 webhooks already", "delete one")
	case all >= MaxOwned:
		return consent.Fail(consent.Conflict, "the organisation has 1,000 webhooks already", "delete one, or send the events of several sites on from one receiver")
	default:
		return nil
	}
}
