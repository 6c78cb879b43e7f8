// Package script answers which notice a visit gets and serves the script
// compiled for it.
package script

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/bundle"
)

// Editions gives the live edition of a site.
type Editions interface {
	// Live returns the live edition of a site. Errors: UnknownSite.
	Live(site string) (*consent.Edition, error)
	// Upcoming returns the edition that will take effect next, nil when none
	// is scheduled.
	Upcoming(site string) *consent.Edition
}

// Options are what a Desk needs; all are required, CacheSize included.
type Options struct {
	Editions Editions
	Laws     *law.Table
	Keys     *consent.Keyring
	Clock    func() time.Time
	// CacheSize bounds how many compiled scripts are kept.
	CacheSize int
}

// Desk serves scripts. The warm path does no I/O and compiles nothing.
type Desk struct {
	o      Options
	visits *cache[visit, *Script]
	spoken *cache[spoken, string]
	assets *cache[string, *bundle.Asset]
	// travels holds what other laws ask, per visit.
	travels *cache[route, travelled]
	// included are the scripts that stand in pages, as they were asked for.
	included *cache[variant, struct{}]
}

// New makes a desk.
func New(o Options) *Desk {
	return &Desk{
		o: o, spoken: newCache[spoken, string](maxSpoken), visits: newCache[visit, *Script](4 * o.CacheSize), assets: newCache[string, *bundle.Asset](o.CacheSize),
		travels: newCache[route, travelled](4 * o.CacheSize), included: newCache[variant, struct{}](o.CacheSize),
	}
}

// Compiled says how many scripts are kept, and how many were compiled since
// the start.
func (d *Desk) Compiled() (kept int, compiled int64) {
	return d.assets.len(), d.assets.fills.Load()
}

// Ask describes a visit.
type Ask struct {
	Site  string
	Place consent.Place
	// Lang is the language that was asked for by name, Accept the visitor's
	// Accept-Language header; both may be empty.
	Lang   string
	Accept string
	// SimGPC makes a script that behaves as if the browser sent Global Privacy
	// Control; only demo and preview links ask for it.
	SimGPC bool
}

// Notice is an edition shown under one regime in one language.
type Notice struct {
	Edition *consent.Edition
	Regime  law.Regime
	Rules   []consent.Rule
	Locale  string
	// Note is the sealed proof of the above.
	Note         string
	Words        map[string]string
	Presentation law.Presentation
	// Upcoming is the edition that will take effect next, nil for none.
	Upcoming *consent.Edition
}

// Script is a compiled notice.
type Script struct {
	Asset   *bundle.Asset
	Edition int
	Regime  string
	Locale  string
}

type visit struct {
	site    string
	edition *consent.Edition
	// next is the edition that is announced.
	next   *consent.Edition
	place  consent.Place
	locale string
	day    int64
	// signer is the key of the note.
	signer string
	gpc    bool
}

// Notice returns what a visit is shown. Errors: UnknownSite.
func (d *Desk) Notice(ask Ask) (*Notice, error) {
	e, err := d.o.Editions.Live(ask.Site)
	if err != nil {
		return nil, err
	}
	return d.notice(e, ask.Place, d.locale(e, ask)), nil
}

// CookieLife is how many seconds the browser keeps a choice: as long as the law
// under which it was made lets anything in it count.
func (d *Desk) CookieLife(c *consent.Choice) int {
	r, ok := d.o.Laws.ByID(c.Regime, d.o.Clock())
	if !ok {
		r = d.o.Laws.Resolve(consent.Place{}, consent.Place{}, d.o.Clock())
	}
	return r.Terms.LifeOf(c)
}

func (d *Desk) notice(e *consent.Edition, place consent.Place, locale string) *Notice {
	est, _ := consent.ParsePlace(e.Site.Establishment)
	regime := d.o.Laws.Resolve(place, est, d.o.Clock())
	rules := e.Rules(regime.Terms, place)
	upcoming := d.o.Editions.Upcoming(e.Site.ID)
	words := bundle.Words(&e.Site, regime, rules, locale)
	maps.Copy(words, bundle.Dates(e, upcoming, locale))
	return &Notice{
		Edition: e, Regime: regime, Rules: rules, Locale: locale,
		Note: consent.SealNote(d.o.Keys, e.Site.Tenant, consent.Note{
			Site: e.Site.ID, Edition: e.Number, Regime: regime.ID, Locale: locale,
		}),
		Words:        words,
		Presentation: law.Present(regime, rules),
		Upcoming:     upcoming,
	}
}

// day is today, for what is remembered: law changes at midnight UTC.
func (d *Desk) day() int64 { return d.o.Clock().Unix() / (24 * 3600) }

// Script returns the script for a visit, compiled at most once per (edition,
// regime, rules, language). Errors: UnknownSite.
func (d *Desk) Script(ask Ask) (*Script, error) {
	e, err := d.o.Editions.Live(ask.Site)
	if err != nil {
		return nil, err
	}
	v := visit{
		site: ask.Site, edition: e, next: d.o.Editions.Upcoming(ask.Site), place: ask.Place, gpc: ask.SimGPC,
		locale: d.locale(e, ask),
		day:    d.day(), signer: d.o.Keys.Active(),
	}
	return d.visits.get(v, func() (*Script, error) {
		n := d.notice(e, v.place, v.locale)
		asset, err := d.compile(n, bundle.Input{SimGPC: v.gpc})
		if err != nil {
			return nil, err
		}
		return &Script{Asset: asset, Edition: e.Number, Regime: n.Regime.ID, Locale: n.Locale}, nil
	})
}

// Own returns the script of the visitor's own page, whose controls are the choice:
// no banner stands before them. Errors: UnknownSite.
func (d *Desk) Own(ask Ask) (*bundle.Asset, error) {
	n, err := d.Notice(ask)
	if err != nil {
		return nil, err
	}
	return d.compile(n, bundle.Input{SimGPC: ask.SimGPC, Quiet: true})
}

// Draft is a site document to look at before it is published.
type Draft struct {
	Site   consent.Site
	Place  consent.Place
	Locale string
	GPC    bool
}

// Preview compiles a draft with the compiler that makes the live script. The
// script shows itself always, stores nothing and sends nothing.
func (d *Desk) Preview(p Draft) (*Script, error) {
	live, err := d.o.Editions.Live(p.Site.ID)
	if err != nil {
		live = nil // a site that was never published has a first edition
	}
	next := consent.Next(live, p.Site, "", "", d.o.Clock())
	n := d.notice(&next, p.Place, Locale(&p.Site, nil, p.Locale, ""))
	asset, err := d.compile(n, bundle.Input{SimGPC: p.GPC, Preview: true})
	if err != nil {
		return nil, err
	}
	return &Script{Asset: asset, Edition: next.Number, Regime: n.Regime.ID, Locale: n.Locale}, nil
}

func (d *Desk) compile(n *Notice, in bundle.Input) (*bundle.Asset, error) {
	in.Edition, in.Upcoming, in.Regime, in.Locale, in.Note = n.Edition, n.Upcoming, n.Regime, n.Locale, n.Note
	away := d.away(n)
	in.Rules, in.Laxer = away.rules, away.laxer
	in.Regional = d.regional(n.Edition)
	key, err := json.Marshal(struct {
		Note                string
		Hash                string
		Laxer               string
		Dates               map[string]string
		Rules               []consent.Rule
		Terms               consent.Terms
		Regional            []bundle.Regional
		GPC, Preview, Quiet bool
		Endpoint            string
	}{n.Note, n.Edition.Hash, in.Laxer, bundle.Dates(in.Edition, in.Upcoming, in.Locale), in.Rules, n.Regime.Terms, in.Regional, in.SimGPC, in.Preview, in.Quiet, in.Endpoint})
	if err != nil {
		return nil, fmt.Errorf("name the script: %w", err)
	}
	sum := sha256.Sum256(key)
	return d.assets.get(string(sum[:]), func() (*bundle.Asset, error) { return bundle.Compile(in) })
}
