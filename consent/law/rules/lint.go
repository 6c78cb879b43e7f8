package rules

import (
	"cmp"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// Ground is what a document is judged against.
type Ground struct {
	Laws *law.Table
	// Words are the built-in words of a language.
	Words func(locale string) (map[string]string, bool)
	// At is the day of the judgement.
	At time.Time
}

// Lint returns what a valid site document breaks of the rules, errors first:
// an error keeps it from being published, a warning explains.
func (b *Book) Lint(site *consent.Site, g Ground) []consent.Finding {
	l := &linter{Book: b, site: site, Ground: g}
	for _, locale := range site.Locales {
		l.labels(locale)
		l.texts(locale)
	}
	l.look()
	l.purposes()
	l.cookies()
	l.places()
	slices.SortStableFunc(l.found, func(a, b consent.Finding) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return l.found
}

func rank(f consent.Finding) int {
	if f.Severity == consent.SeverityError {
		return 0
	}
	return 1
}

type linter struct {
	Ground
	*Book
	site  *consent.Site
	found []consent.Finding
}

func (l *linter) add(severity consent.Severity, rule, path, message, fix string) {
	r := l.byID[rule]
	l.found = append(l.found, consent.Finding{
		Rule: rule, Severity: severity, Path: path, Message: message, Source: r.Source, Fix: cmp.Or(fix, r.Fix),
	})
}

func (l *linter) fail(rule, path, message, fix string) {
	l.add(consent.SeverityError, rule, path, message, fix)
}

func (l *linter) warn(rule, path, message, fix string) {
	l.add(consent.SeverityWarning, rule, path, message, fix)
}

// say returns a word as visitors of a language read it, and whether it is the
// site's own.
func (l *linter) say(locale, key string) (text string, own bool) {
	if s, ok := l.site.Texts[locale][key]; ok {
		return s, true
	}
	for _, tag := range []string{locale, "en"} {
		if words, ok := l.Words(tag); ok {
			if s, ok := words[key]; ok {
				return s, false
			}
		}
	}
	return "", false
}
