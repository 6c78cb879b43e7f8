package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Edition is a site document as it was published, which never changes. Editions
// of a site are numbered from 1 without gaps.
type Edition struct {
	Number int    `json:"number"`
	Hash   string `json:"hash"`
	// Since is the first edition of which every grant still holds.
	Since int `json:"since"`
	// SinceOf is, per purpose, the first edition whose grants of it still
	// hold; a purpose that is not named takes Since.
	SinceOf     map[string]int `json:"since_of,omitempty"`
	PublishedAt time.Time      `json:"published_at"`
	// EffectiveAt is when the edition takes effect; zero means when it was published.
	EffectiveAt time.Time `json:"effective_at,omitzero"`
	By          string    `json:"by,omitempty"`
	Note        string    `json:"note,omitempty"`
	Site        Site      `json:"site"`
}

// Next makes the edition that follows live (nil for a first one) at once from
// a validated site. It is pure: the caller stores it.
func Next(live *Edition, site Site, by, note string, now time.Time) Edition {
	latest := 0
	if live != nil {
		latest = live.Number
	}
	return NextAt(live, latest, site, by, note, now, time.Time{})
}

// NextAt makes an edition that may take effect at a later time. Before is the
// edition that will be in force until then (nil when there is none), latest
// the newest number, scheduled editions included. It is pure.
func NextAt(before *Edition, latest int, site Site, by, note string, now, effective time.Time) Edition {
	e := Edition{Number: latest + 1, Since: 1, Hash: site.Hash(), PublishedAt: now.UTC(), By: by, Note: note, Site: site}
	if effective.After(now) {
		e.EffectiveAt = effective.UTC()
	}
	if before != nil {
		e.asks(before)
	}
	return e
}

// From is when the edition takes effect.
func (e *Edition) From() time.Time {
	if e.EffectiveAt.IsZero() {
		return e.PublishedAt
	}
	return e.EffectiveAt
}

// InForce reports whether the edition has taken effect.
func (e *Edition) InForce(now time.Time) bool {
	return e.EffectiveAt.IsZero() || !now.Before(e.EffectiveAt)
}

// asks works out for each purpose from which edition on its grants hold.
func (e *Edition) asks(before *Edition) {
	anew := AsksAnew(&before.Site, &e.Site)
	e.SinceOf = map[string]int{}
	for i := range e.Site.Purposes {
		p := &e.Site.Purposes[i]
		if p.Necessary() {
			continue
		}
		n := before.since(p.ID)
		if asked(anew, p.ID) {
			n = e.Number
		}
		e.SinceOf[p.ID], e.Since = n, max(e.Since, n)
	}
}

// Covers lets the grants of an earlier edition hold for what e asks, where those of
// all editions between the two do: what was asked for in between, and no more, makes
// void nothing that was granted before.
func (e *Edition) Covers(earlier *Edition) {
	anew := AsksAnew(&earlier.Site, &e.Site)
	e.Since = 1
	for id, n := range e.SinceOf {
		if n == earlier.Number+1 && !asked(anew, id) {
			n = earlier.Number
		}
		e.SinceOf[id], e.Since = n, max(e.Since, n)
	}
}

// StartsAt reports whether the grants of a purpose hold from an edition on, and of none
// before it.
func (e *Edition) StartsAt(number int) bool {
	for _, n := range e.SinceOf {
		if n == number {
			return true
		}
	}
	return false
}

func (e *Edition) since(purpose string) int {
	if n, ok := e.SinceOf[purpose]; ok {
		return n
	}
	return e.Since
}

// Rules compiles the edition's purposes for one visitor place under the given
// terms, as Site.Rules does, and says from which edition on grants hold.
func (e *Edition) Rules(t Terms, place Place) []Rule {
	rules := e.Site.Rules(t, place)
	for i := range rules {
		// The first edition has none before it.
		if n := e.since(rules[i].ID); n > 1 && !rules[i].Necessary {
			rules[i].Since = n
		}
	}
	return rules
}

// Hash is the SHA-256 of the site document in canonical JSON, in hex. Two
// documents with the same hash are the same edition.
func (s Site) Hash() string {
	// Struct fields have a fixed order and map keys are sorted, so the
	// encoding is canonical. It cannot fail: the type holds no such value.
	b, err := json.Marshal(s)
	if err != nil {
		panic("site document is not encodable: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Why what is asked for a purpose is not covered by what was granted before.
const (
	AnewController = "controller"
	AnewPurpose    = "purpose"
	AnewClasses    = "classes"
	AnewBasis      = "basis"
	AnewLevels     = "levels"
	AnewVendors    = "vendors"
)

// Anew is a purpose whose earlier grants do not cover what is asked next.
type Anew struct {
	Purpose string   `json:"purpose"`
	Because []string `json:"because" enum:"controller,purpose,classes,basis,levels,vendors"`
	// Vendors are those that were not named for the purpose.
	Vendors []string `json:"vendors,omitempty"`
}

// AsksAnew lists the purposes for which next asks for something that was not
// asked for before, so that earlier grants do not cover them: a new purpose,
// one with more classes, another basis or another meaning of its levels, one
// for which a vendor was not named, and all of them when the controller is
// another. Words and looks are not material, nor is asking for less.
func AsksAnew(prev, next *Site) []Anew {
	var anew []Anew
	for i := range next.Purposes {
		if p := &next.Purposes[i]; !p.Necessary() {
			if a := anewFor(p, prev, next); len(a.Because) > 0 {
				anew = append(anew, a)
			}
		}
	}
	return anew
}

func anewFor(p *Purpose, prev, next *Site) Anew {
	a := Anew{Purpose: p.ID}
	old, ok := prev.Purpose(p.ID)
	if !ok {
		a.Because = []string{AnewPurpose}
		return a
	}
	a.Vendors = beyond(next.vendorsFor(p.ID), prev.vendorsFor(p.ID))
	for _, c := range []struct {
		why string
		so  bool
	}{
		{AnewController, prev.Controller.Name != next.Controller.Name},
		{AnewClasses, len(beyond(p.Classes, old.Classes)) > 0},
		{AnewBasis, p.Basis != old.Basis},
		{AnewLevels, !slices.Equal(p.Levels, old.Levels)},
		{AnewVendors, len(a.Vendors) > 0},
	} {
		if c.so {
			a.Because = append(a.Because, c.why)
		}
	}
	return a
}

func asked(anew []Anew, purpose string) bool {
	return slices.ContainsFunc(anew, func(a Anew) bool { return a.Purpose == purpose })
}

// vendorsFor lists the vendors that use data for a purpose.
func (s *Site) vendorsFor(purpose string) []string {
	var ids []string
	for _, v := range s.Vendors {
		if slices.Contains(v.Purposes, purpose) {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// beyond lists what part has and whole has not.
func beyond[T comparable](part, whole []T) (more []T) {
	for _, x := range part {
		if !slices.Contains(whole, x) {
			more = append(more, x)
		}
	}
	return more
}
