package script

import (
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
)

// Page is what stands in a page before everything else.
type Page struct {
	// Script is the gate alone, or the whole script when Whole is set.
	Script []byte
	// Whole says that Script shows the banner and needs no other script.
	Whole bool
	// Source allows Script in a Content Security Policy.
	Source string
}

// Gate returns the gate that serves every visitor of a site, wherever they
// are. Errors: UnknownSite.
func (d *Desk) Gate(site string) (*Page, error) {
	e, err := d.o.Editions.Live(site)
	if err != nil {
		return nil, err
	}
	return d.gate(e)
}

func (d *Desk) gate(e *consent.Edition) (*Page, error) {
	// The law of the unknown place is the strictest, and changes at midnight UTC.
	key := fmt.Sprintf("gate %s %s %d %s %s", e.Site.Tenant, e.Site.ID, e.Number, e.Hash, d.o.Clock().UTC().Format(time.DateOnly))
	asset, err := d.assets.get(key, func() (*bundle.Asset, error) {
		n := d.notice(e, consent.Place{}, Locale(&e.Site, nil, "", ""))
		return bundle.CompileInline(bundle.Input{Edition: e, Regime: n.Regime, Rules: n.Rules, Locale: n.Locale, Regional: d.regional(e)})
	})
	if err != nil {
		return nil, err
	}
	return &Page{Script: asset.JS, Source: bundle.SourceHash(asset.JS)}, nil
}

// regional resolves the places for which an edition wants defaults of their own.
func (d *Desk) regional(e *consent.Edition) []bundle.Regional {
	g := e.Site.Features.Google
	if g == nil {
		return nil
	}
	var out []bundle.Regional
	for _, code := range g.Regions {
		place, _ := consent.ParsePlace(code)
		out = append(out, bundle.Regional{Place: place.String(), Rules: d.notice(e, place, "").Rules})
	}
	return out
}

// Page returns what a page needs for one visitor: the gate where the forwarded
// lx_consent answers every question of the visit, else the whole script, which
// reaches the API at base. Errors: UnknownSite; Invalid when a text of the site
// cannot stand in a page.
func (d *Desk) Page(ask Ask, cookie string, signals consent.Signals, base string) (*Page, error) {
	e, err := d.o.Editions.Live(ask.Site)
	if err != nil {
		return nil, err
	}
	n := d.notice(e, ask.Place, d.locale(e, ask))
	if d.answered(n, cookie, signals) {
		return d.gate(e)
	}
	d.included.slot(variant{site: ask.Site, locale: n.Locale, place: ask.Place, gpc: ask.SimGPC, base: base})
	asset, err := d.compile(n, bundle.Input{SimGPC: ask.SimGPC, Endpoint: base})
	if err != nil {
		return nil, err
	}
	if err := bundle.Embeddable(asset.JS); err != nil {
		return nil, err
	}
	return &Page{Script: asset.JS, Whole: true, Source: bundle.SourceHash(asset.JS)}, nil
}

// answered is the twin of `asks` in the script: whether a visitor need not be
// asked. What the script wrote until the server answers counts, as in the
// browser; a wrong proof does not.
func (d *Desk) answered(n *Notice, cookie string, signals consent.Signals) bool {
	c := consent.OpenCookie(d.o.Keys, n.Edition.Site.Tenant, n.Edition.Site.ID, cookie)
	if c == nil || c.Forged {
		return false
	}
	now, rules := d.o.Clock().Unix(), n.Rules
	if there, ok := d.o.Laws.ByID(c.Regime, time.Unix(c.Clock, 0).UTC()); ok {
		rules = consent.Elsewhere(rules, n.Edition.Rules(there.Terms, consent.Place{}))
	}
	for _, r := range rules {
		if r.Necessary || r.Mode == consent.Notice || (signals.GPC && r.GPC) {
			continue
		}
		level, said := c.Levels[r.ID]
		if c.Edition < r.Since && (!said || level > 0) || r.Laxer && level > 0 {
			return false
		}
		months := n.Regime.Terms.ReaskMonths
		if level > 0 {
			months = n.Regime.Terms.ConsentMonths
		}
		if (!said && r.Mode == consent.OptIn) || now >= consent.AddMonths(c.Clock, months) {
			return false
		}
	}
	return true
}
