package law

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Resolve returns what binds a visit on a date (in UTC): the law of the
// visitor's place together with the law of the publisher's establishment, the
// stricter value field by field. An unknown visitor gets the strictest law; an
// unknown establishment adds no second one.
//
// Stricter is, field by field:
//   - each mode, of analytics also for the own audience and for all else: the
//     earlier of opt-in, opt-out and notice
//   - GPC, a refusal on the first layer, parity, a control that closes, a ban
//     of cookie walls, a placement: a duty over none
//   - closing: a refusal over keeping the default
//   - the life of a grant: the shorter; the rest after a refusal: the longer
//   - the age of minors: the higher
//
// The words that a page owes (Regime.Duties) are those of the visitor's law.
//
// The id is that of the visitor's law, with "+" and the id of the
// establishment's where that makes anything stricter. The Why of a regime is
// shared; callers must not change it.
func (t *Table) Resolve(place, establishment consent.Place, at time.Time) Regime {
	r := *t.Shared(place, establishment, at)
	r.Place, r.Establishment, r.At = place, establishment, at
	return r
}

// Shared is Resolve for callers who only look: the regime is the same for all
// visits that it binds, and does not name their places and date. Callers must
// not change it.
func (t *Table) Shared(place, establishment consent.Place, at time.Time) *Regime {
	e := t.at(at.Unix())
	publisher := e.find(establishment)
	if publisher == e.world {
		publisher = nil
	}
	return &e.find(place).with(publisher).regime
}

// ByID returns the terms of a regime's id on a date, so that a record can be
// judged by the regime under which it was made. The places of the result are
// unknown, since an id may stand for many. ok is false when the date knows no
// such law, and for an id that adds a law to itself or adds the world row.
func (t *Table) ByID(id string, at time.Time) (r Regime, ok bool) {
	shared, ok := t.SharedByID(id, at)
	if !ok {
		return Regime{}, false
	}
	r = *shared
	r.At = at
	return r, true
}

// SharedByID is ByID for callers who only look, as Shared is Resolve.
func (t *Table) SharedByID(id string, at time.Time) (r *Regime, ok bool) {
	e := t.at(at.Unix())
	first, second, both := strings.Cut(id, "+")
	visitor := e.byID[first]
	var publisher *profile
	if both {
		publisher = e.byID[second]
		if publisher == nil || publisher == visitor || publisher == e.world {
			return nil, false
		}
	}
	if visitor == nil {
		return nil, false
	}
	return &visitor.with(publisher).named, true
}

// Behind names the rows behind a regime's id on a date, each as CODE@HASH with
// eight digits of the row's SHA-256, so that a record says which text of the
// law it rests on. It is empty for an id that the date does not know. Callers must
// not change it.
func (t *Table) Behind(id string, at time.Time) []string {
	e := t.at(at.Unix())
	if p := e.byID[id]; p != nil {
		return p.behind
	}
	var room [8]string
	names := room[:0]
	for part := range strings.SplitSeq(id, "+") {
		p := e.byID[part]
		if p == nil {
			return nil
		}
		for _, name := range p.behind {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return slices.Clone(names)
}

// Regimes returns every regime that a visitor may stand under on a date, with
// the law of one establishment, in the order of their ids.
func (t *Table) Regimes(establishment consent.Place, at time.Time) []Regime {
	e := t.at(at.Unix())
	publisher := e.find(establishment)
	if publisher == e.world {
		publisher = nil
	}
	var all []Regime
	for _, id := range slices.Sorted(maps.Keys(e.byID)) {
		r := e.byID[id].with(publisher).regime
		r.Establishment, r.At = establishment, at
		all = append(all, r)
	}
	return all
}

// joined is what a visitor's law and a publisher's come to. Named has an id of
// both also where the second makes nothing stricter.
type joined struct{ regime, named Regime }

// with is the visitor's law with the publisher's, if there is one. It
// remembers what it worked out: a site asks for the same few again and again.
func (p *profile) with(e *profile) *joined {
	if e == nil {
		e = p
	}
	if known, ok := p.joins.Load(e); ok {
		return known.(*joined)
	}
	j := &joined{regime: p.alone()}
	j.named = j.regime
	if e != p {
		j.regime = p.join(e)
		j.named = j.regime
		j.named.ID = p.id + "+" + e.id
		j.named.Terms.Regime = j.named.ID
	}
	known, _ := p.joins.LoadOrStore(e, j)
	return known.(*joined)
}

func (p *profile) alone() Regime {
	return Regime{ID: p.id, Terms: p.terms, Why: p.why, closeRequired: p.closeRequired, Duties: p.duties}
}

// join takes the stricter value field by field, and names the publisher's law
// where that makes anything stricter.
func (p *profile) join(e *profile) Regime {
	r := p.alone()
	j := joiner{why: r.Why, other: e.why}
	t, o := &r.Terms, &e.terms
	lower(&j, fieldAnalytics, &t.Modes.Analytics, o.Modes.Analytics)
	lower(&j, fieldAnalytics, &t.AnalyticsOwn, o.AnalyticsOwn)
	lower(&j, fieldAnalytics, &t.AnalyticsOther, o.AnalyticsOther)
	lower(&j, fieldAds, &t.Modes.Ads, o.Modes.Ads)
	lower(&j, fieldSaleShare, &t.Modes.SaleShare, o.Modes.SaleShare)
	lower(&j, fieldSensitive, &t.Modes.Sensitive, o.Modes.Sensitive)
	lower(&j, fieldRecording, &t.Modes.Recording, o.Modes.Recording)
	j.either(fieldGPC, &t.GPC, o.GPC)
	j.either(fieldReject, &t.RejectFirstLayer, o.RejectFirstLayer)
	j.either(fieldParity, &t.Parity, o.Parity)
	j.either(fieldClose, &t.CloseRefuses, o.CloseRefuses)
	j.either("", &r.closeRequired, e.closeRequired)
	j.either("", &r.Duties.CookieWallBanned, e.duties.CookieWallBanned)
	if r.Duties.Placement == "" && e.duties.Placement != "" {
		r.Duties.Placement = e.duties.Placement
		j.took("")
	}
	lower(&j, fieldConsent, &t.ConsentMonths, o.ConsentMonths)
	higher(&j, fieldReask, &t.ReaskMonths, o.ReaskMonths)
	higher(&j, fieldMinor, &t.MinorAge, o.MinorAge)
	r.Why = j.why
	if j.changed {
		r.ID += "+" + e.id
		t.Regime = r.ID
	}
	return r
}

// joiner notes what the second law made stricter. It copies the reasons
// before the first change, since profiles are shared.
type joiner struct {
	why, other map[string]string
	changed    bool
	copied     bool
}

func (j *joiner) took(field string) {
	j.changed = true
	if field == "" {
		return
	}
	if !j.copied {
		j.why, j.copied = maps.Clone(j.why), true
	}
	j.why[field] = j.other[field]
}

func (j *joiner) either(field string, into *bool, other bool) {
	if other && !*into {
		*into = true
		j.took(field)
	}
}

func lower[T cmp.Ordered](j *joiner, field string, into *T, other T) {
	if other < *into {
		*into = other
		j.took(field)
	}
}

func higher(j *joiner, field string, into *int, other int) {
	if other > *into {
		*into = other
		j.took(field)
	}
}
