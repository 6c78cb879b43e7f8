package script_test

import (
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/script"
)

func TestALanguageIsChosen(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, lang, accept, place, want string
		locales                         []string
	}{
		{name: "the best of what the browser asks for", accept: "fr;q=0.1,de;q=0.9", want: "de"},
		{name: "what is asked for by name goes first", lang: "fr", accept: "de", want: "fr"},
		{name: "a relative of a language", accept: "de-AT", want: "de"},
		{name: "a tag that is no language says nothing of the next", accept: "xx,de", want: "de"},
		{name: "nor does what cannot be read at all", accept: "de;q=,;;;,garbage garbage,fr;q=0.7", want: "fr"},
		{name: "what is refused is not chosen", accept: "de;q=0,fr;q=0.1", want: "fr"},
		{name: "the site's first where none fits", accept: "ja", want: "en"},
		{name: "the site's first where nobody asks", want: "en"},
		{name: "the one that the law of the place requires where none fits", accept: "ja", place: "CA-QC", want: "fr"},
		{name: "the one that the law requires where nobody asks", place: "FR", want: "fr"},
		{name: "the visitor's wish before what the law requires", accept: "en-CA,en;q=0.9", place: "CA-QC", want: "en"},
		{name: "the wish by name before what the law requires", lang: "de", place: "FR", want: "de"},
		{name: "a language asked for by name, whatever the order", lang: "pt", locales: []string{"en", "pt-BR", "pt"}, want: "pt"},
		{name: "the Portuguese of Portugal beside that of Brazil", accept: "pt-PT,pt;q=0.9,en;q=0.8", locales: []string{"pt-BR", "pt", "en"}, want: "pt"},
		{name: "the Portuguese of Brazil beside that of Portugal", accept: "pt-BR,pt;q=0.9,en;q=0.8", locales: []string{"pt", "pt-BR", "en"}, want: "pt-BR"},
		{name: "the site's first, though another is shorter", locales: []string{"pt-BR", "pt"}, want: "pt-BR"},
		{name: "languages that a law only expects are no fallback", locales: []string{"en", "es"}, place: "MX", want: "en"},
		{name: "a language that the site does not speak is no fallback", locales: []string{"en", "de"}, place: "FR", want: "en"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := next(nil, "shop", "Shop")
			e.Site.Locales = []string{"en", "de", "fr"}
			if c.locales != nil {
				e.Site.Locales = c.locales
			}
			place, _ := consent.ParsePlace(c.place)
			n, err := deskOf(t, shelf{"shop": e}).Notice(script.Ask{Site: "shop", Place: place, Lang: c.lang, Accept: c.accept})
			if err != nil {
				t.Fatal(err)
			}
			if n.Locale != c.want {
				t.Errorf("%s, not %s", n.Locale, c.want)
			}
		})
	}
}
