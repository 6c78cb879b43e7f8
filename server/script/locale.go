package script

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// spoken is a visitor's wish on an edition's languages, at a place whose law may name one.
type spoken struct {
	edition      *consent.Edition
	place        consent.Place
	day          int64
	lang, accept string
}

const (
	// maxSpoken bounds the wishes that are remembered, maxWish their length.
	maxSpoken = 2048
	maxWish   = 200
	// maxAccept bounds the header, maxLang a name that was asked for.
	maxAccept = 500
	maxLang   = 35
)

// locale is Locale for a visit, remembered: browsers send the same few headers.
func (d *Desk) locale(e *consent.Edition, ask Ask) string {
	find := func() (string, error) { return Locale(&e.Site, d.owed(e, ask.Place), ask.Lang, ask.Accept), nil }
	if len(ask.Lang)+len(ask.Accept) > maxWish {
		l, _ := find()
		return l
	}
	// It never fails.
	l, _ := d.spoken.get(spoken{e, ask.Place, d.day(), ask.Lang, ask.Accept}, find)
	return l
}

// owed is what the law of a place says of languages.
func (d *Desk) owed(e *consent.Edition, place consent.Place) *law.Languages {
	est, _ := consent.ParsePlace(e.Site.Establishment)
	return d.o.Laws.Resolve(place, est, d.o.Clock()).Duties.Languages
}

// Locale picks the language of a notice: the one asked for, else the best for
// the Accept-Language header, else the one that the visitor's law requires
// where the site speaks it, else the site's first.
func Locale(site *consent.Site, owed *law.Languages, lang, accept string) string {
	if len(site.Locales) == 0 {
		return "en"
	}
	// Of two that fit as well the matcher takes the first, and to it Portuguese is that of Brazil: a language stands
	// before its variants.
	ours := slices.Clone(site.Locales)
	slices.SortStableFunc(ours, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	tags := make([]language.Tag, len(ours))
	for i, l := range ours {
		tags[i] = language.Make(l)
	}
	matcher := language.NewMatcher(tags)
	wanted := wishes(accept)
	if t, err := language.Parse(lang); err == nil && lang != "" && len(lang) <= maxLang {
		wanted = append([]language.Tag{t}, wanted...)
	}
	if _, i, confidence := matcher.Match(wanted...); confidence != language.No {
		return ours[i]
	}
	if owed != nil && owed.Required {
		for _, code := range owed.Codes {
			if _, i, confidence := matcher.Match(language.Make(code)); confidence >= language.High {
				return ours[i]
			}
		}
	}
	return site.Locales[0]
}

// wishes reads an Accept-Language header, best first. What is no language says
// nothing of the others.
func wishes(accept string) []language.Tag {
	if len(accept) > maxAccept {
		return nil
	}
	type wish struct {
		tag    language.Tag
		weight float32
	}
	var all []wish
	for part := range strings.SplitSeq(accept, ",") {
		tags, weights, err := language.ParseAcceptLanguage(strings.TrimSpace(part))
		if err == nil && len(tags) > 0 {
			all = append(all, wish{tags[0], weights[0]})
		}
	}
	slices.SortStableFunc(all, func(a, b wish) int { return cmp.Compare(b.weight, a.weight) })
	tags := make([]language.Tag, len(all))
	for i, w := range all {
		tags[i] = w.tag
	}
	return tags
}
