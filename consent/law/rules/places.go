package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// places judges what single laws ask of every page.
func (l *linter) places() {
	est, _ := consent.ParsePlace(l.site.Establishment)
	home := l.Laws.Resolve(est, consent.Place{}, l.At)
	if missing := l.missing(home.Duties.Languages); len(missing) > 0 {
		// Who speaks to visitors of other countries only may do without.
		l.warn("D35", "locales", "the law where the publisher is asks for a language that the site does not speak: "+owed(l.site.Establishment, missing), "")
	}
	var linked, spoken []string
	for _, r := range l.Laws.Regimes(consent.Place{}, l.At) {
		if links := law.Links(r, l.site); len(links) > 0 {
			linked = append(linked, fmt.Sprintf("%s (%q)", strings.ToUpper(r.ID), links[0].Label))
		}
		if missing := l.missing(r.Duties.Languages); len(missing) > 0 && r.ID != home.ID {
			spoken = append(spoken, owed(strings.ToUpper(r.ID), missing))
		}
	}
	if len(spoken) > 0 {
		l.warn("D35", "locales", "visitors are owed languages that the site does not speak: "+strings.Join(spoken, ", "), "Add them if you serve people there.")
	}
	if l.site.Banner.Reopen {
		return
	}
	l.warn("D12", "banner.reopen", "no button opens the choices again, unless the page carries one", "")
	if len(linked) > 0 {
		l.warn("D38", "banner.reopen", "visitors are owed a link on every page in "+strings.Join(linked, ", "), "")
	}
}

// owed is a place with its languages, both as codes, which the dashboard reads as words.
func owed(place string, languages []string) string {
	return place + " (" + strings.Join(languages, ", ") + ")"
}

// missing lists the required languages that the site does not speak.
func (l *linter) missing(owed *law.Languages) []string {
	if owed == nil || !owed.Required {
		return nil
	}
	var out []string
	for _, tag := range owed.Codes {
		if !slices.ContainsFunc(l.site.Locales, func(have string) bool { return have == tag || strings.HasPrefix(have, tag+"-") }) {
			out = append(out, tag)
		}
	}
	return out
}
