package script

import (
	"golang.org/x/text/language"

	"github.com/leadiumx/consent/consent"
)

// spoken is a visitor's wish on an edition's languages.
type spoken struct {
	edition      *consent.Edition
	lang, accept string
}

const (
	// maxSpoken bounds the wishes that are remembered, maxWish their length.
	maxSpoken = 2048
	maxWish   = 200
)

// locale is Locale, remembered: browsers send the same few headers.
func (d *Desk) locale(e *consent.Edition, lang, accept string) string {
	if len(lang)+len(accept) > maxWish {
		return Locale(&e.Site, lang, accept)
	}
	// It never fails.
	l, _ := d.spoken.get(spoken{e, lang, accept}, func() (string, error) { return Locale(&e.Site, lang, accept), nil })
	return l
}

// Locale picks the language of a notice: the one asked for, else the best for
// the Accept-Language header, else the site's first.
func Locale(site *consent.Site, lang, accept string) string {
	if len(site.Locales) == 0 {
		return "en"
	}
	tags := make([]language.Tag, len(site.Locales))
	for i, l := range site.Locales {
		tags[i] = language.Make(l)
	}
	if len(lang) > 35 {
		lang = ""
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(accept) > 500 {
		wanted = nil
	}
	if t, err := language.Parse(lang); err == nil && lang != "" {
		wanted = append([]language.Tag{t}, wanted...)
	}
	_, i, confidence := language.NewMatcher(tags).Match(wanted...)
	if confidence == language.No {
		i = 0
	}
	return site.Locales[i]
}
