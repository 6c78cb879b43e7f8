package script

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
)

const (
	// maxAhead bounds how many scripts of a site are compiled before somebody
	// asks, and maxAheadTime how long a publication waits for them.
	maxAhead     = 12
	maxAheadTime = time.Second
	// maxRound bounds them for all sites together in a round of a Warmer: a
	// server with many sites starts no slower for it.
	maxRound = 32
)

// variant is which script of a site somebody asked for.
type variant struct {
	site, locale string
	place        consent.Place
	gpc          bool
	// base is the address of the API in scripts that stand in a page, empty for
	// the tag's own.
	base string
}

// lately lists what was asked of a site last, newest first.
func (d *Desk) lately(site string) []variant {
	var list []variant
	add := func(v variant) bool {
		if v.site == site && !slices.Contains(list, v) {
			list = append(list, v)
		}
		return len(list) < maxAhead
	}
	d.included.each(add)
	d.visits.each(func(v visit) bool {
		return add(variant{site: v.site, locale: v.locale, place: v.place, gpc: v.gpc})
	})
	return list
}

// forget lets go of what was remembered of a site's editions that are not live
// any more, scripts among it. Of what was asked for it keeps what lately lists.
func (d *Desk) forget(live *consent.Edition) {
	gone := func(e *consent.Edition) bool { return e != live && e.Site.ID == live.Site.ID }
	kept := 0
	d.visits.forget(func(v visit) bool {
		if !gone(v.edition) {
			return false
		}
		kept++
		return kept > maxAhead
	})
	d.spoken.forget(func(s spoken) bool { return gone(s.edition) })
	d.travels.forget(func(r route) bool { return gone(r.edition) })
}

// likely lists what may be asked of a site of which nobody has asked yet: its
// main language for an unknown place, for where it is established, and for the
// places under the commonest laws that ask less.
func (d *Desk) likely(e *consent.Edition) []variant {
	est, _ := consent.ParsePlace(e.Site.Establishment)
	now := d.o.Clock()
	type common struct {
		place  consent.Place
		places int
	}
	regimes := map[string]*common{}
	best := map[consent.Mode]*common{}
	for _, p := range d.o.Laws.Places(now) {
		r := d.o.Laws.Resolve(p, est, now)
		mode := r.Terms.Modes.Analytics
		c := regimes[r.ID]
		if c == nil {
			c = &common{place: p}
			regimes[r.ID] = c
		}
		c.places++
		if mode != consent.OptIn && (best[mode] == nil || c.places > best[mode].places) {
			best[mode] = c
		}
	}
	places := []consent.Place{{}, est}
	for _, mode := range []consent.Mode{consent.OptOut, consent.Notice} {
		if c := best[mode]; c != nil {
			places = append(places, c.place)
		}
	}
	list := make([]variant, 0, len(places))
	for _, p := range places {
		list = append(list, variant{site: e.Site.ID, locale: d.locale(e, Ask{Place: p}), place: p})
	}
	return list
}

// ahead compiles one script of an edition.
func (d *Desk) ahead(e *consent.Edition, v variant) error {
	locale := v.locale
	if !slices.Contains(e.Site.Locales, locale) {
		locale = Locale(&e.Site, nil, locale, "")
	}
	_, err := d.compile(d.notice(e, v.place, locale), bundle.Input{SimGPC: v.gpc, Endpoint: v.base})
	return err
}

// Trial compiles an edition for the unknown place, the strictest case, in each
// of its languages, so that a broken edition is never published; and as far as
// time allows what visitors have asked for lately, so that nobody waits for it
// once the edition is live.
func (d *Desk) Trial(e *consent.Edition) error {
	for _, locale := range e.Site.Locales {
		if err := d.ahead(e, variant{locale: locale}); err != nil {
			return fmt.Errorf("in %s: %w", locale, err)
		}
	}
	until := d.o.Clock().Add(maxAheadTime)
	for _, v := range d.lately(e.Site.ID) {
		if d.o.Clock().After(until) {
			break
		}
		if err := d.ahead(e, v); err != nil {
			return fmt.Errorf("in %s for %s: %w", v.locale, cmp.Or(v.place.String(), "an unknown place"), err)
		}
	}
	return nil
}

// Warmer compiles ahead what becomes live without this server's doing: at its
// start, by the clock, and by another server.
type Warmer struct {
	desk  *Desk
	known map[string]lived
}

// lived is what a site's scripts were last compiled for.
type lived struct {
	hash         string
	number, next int
}

// NewWarmer makes a warmer, for one goroutine.
func (d *Desk) NewWarmer() *Warmer { return &Warmer{desk: d} }

// Round looks once at the sites that are live.
func (w *Warmer) Round(ctx context.Context, sites []string) {
	left := maxRound
	known := make(map[string]lived, len(sites))
	for _, site := range sites {
		e, err := w.desk.o.Editions.Live(site)
		if err != nil {
			continue
		}
		is := lived{hash: e.Hash, number: e.Number}
		if next := w.desk.o.Editions.Upcoming(site); next != nil {
			is.next = next.Number
		}
		known[site] = is
		if w.known[site] == is {
			continue
		}
		w.desk.forget(e)
		if left == 0 {
			continue
		}
		asked := w.desk.lately(site)
		if len(asked) == 0 {
			asked = w.desk.likely(e)
		}
		for _, v := range asked {
			if left == 0 || ctx.Err() != nil {
				break
			}
			left--
			// A script that does not compile is told of when it is asked for.
			_ = w.desk.ahead(e, v)
		}
	}
	w.known = known
}
