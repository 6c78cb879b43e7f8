package consent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestMarkupIsBoldWordsAndLinks(t *testing.T) {
	t.Parallel()
	plain := func(s string) []consent.Piece { return []consent.Piece{{Text: s}} }
	cases := map[string][]consent.Piece{
		"":                       nil,
		"plain words":            plain("plain words"),
		"a **b** c":              {{Text: "a "}, {Text: "b", Bold: true}, {Text: " c"}},
		"**b**":                  {{Text: "b", Bold: true}},
		"[x](https://e.com/a?b)": {{Text: "x", URL: "https://e.com/a?b"}},
		"a [x](mailto:a@b.c).":   {{Text: "a "}, {Text: "x", URL: "mailto:a@b.c"}, {Text: "."}},
		"[x](javascript:a)":      {{Text: "x", URL: "javascript:a"}},
		"**":                     plain("**"),
		"****":                   plain("****"),
		"**open":                 plain("**open"),
		"***x***":                {{Text: "*"}, {Text: "x", Bold: true}, {Text: "*"}},
		"[x]":                    plain("[x]"),
		"[x](":                   plain("[x]("),
		"[](https://e.com)":      plain("[](https://e.com)"),
		"[x]()":                  plain("[x]()"),
		"[a [b](https://e.com)":  {{Text: "[a "}, {Text: "b", URL: "https://e.com"}},
		"2 * 3 ** 4":             plain("2 * 3 ** 4"),
		"[x](https://e.com y)":   plain("[x](https://e.com y)"),
	}
	for text, want := range cases {
		if got := consent.ParseMarkup(text); !slices.Equal(got, want) {
			t.Errorf("%q is %+v, not %+v", text, got, want)
		}
	}
}

func TestTextsThatBrowsersWouldRunAreRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		key string
		bad bool
	}{
		"See [our policy](https://example.com/p), **please**.": {"banner.body.opt-in", false},
		"Write to [us](mailto:a@example.com).":                 {"purpose.analytics.description", false},
		"5 < 6 and a <3":                                       {"banner.body.opt-in", false},
		"<b>bold</b>":                                          {"banner.body.opt-in", true},
		"x <script>alert(1)</script>":                          {"prefs.body", true},
		"<img src=x onerror=alert(1)>":                         {"banner.title", true},
		"<!-- x -->":                                           {"banner.title", true},
		"[x](javascript:alert)":                                {"banner.body.opt-in", true},
		"[x](javascript:alert(1))":                             {"banner.body.opt-in", true},
		"[x](JaVaScRiPt:alert)":                                {"banner.body.opt-in", true},
		"[x](data:text/html,x)":                                {"prefs.body", true},
		"[x](//evil.example.com)":                              {"prefs.body", true},
		"[x](/here)":                                           {"prefs.body", true},
		"[x](vbscript:x)":                                      {"prefs.body", true},
		"Accept **all**":                                       {"button.accept", true},
		"[Title](https://example.com)":                         {"banner.title", true},
	}
	for text, c := range cases {
		site := shop()
		site.Texts = map[string]map[string]string{"en": {c.key: text}}
		if found := site.Validate(languages()); (len(found) > 0) != c.bad {
			t.Errorf("%s = %q: %v", c.key, text, found)
		}
	}
	for _, url := range []string{"javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:x", " javascript:x", "ftp://x.example.com", "//x", "https:x"} {
		site := shop()
		site.PolicyURL = url
		if site.Validate(languages()) == nil {
			t.Errorf("the policy may lead to %q", url)
		}
		if consent.LinkAllowed(url) {
			t.Errorf("a link may lead to %q", url)
		}
	}
}

func FuzzMarkup(f *testing.F) {
	for _, s := range []string{"a **b** [c](https://d.e)", "**[", "[](", "***", "[a](b)**c**"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > consent.MaxText {
			return
		}
		whole := ""
		for _, p := range consent.ParseMarkup(s) {
			switch {
			case p.Text == "":
				t.Fatalf("%q has an empty piece", s)
			case p.Bold:
				whole += "**" + p.Text + "**"
			case p.URL != "":
				whole += "[" + p.Text + "](" + p.URL + ")"
			default:
				whole += p.Text
			}
		}
		if whole != s {
			t.Fatalf("%q became %q", s, whole)
		}
		if plain := consent.PlainText(s); len(plain) > len(s) || strings.Contains(plain, "](") && !strings.Contains(s, "](") {
			t.Fatalf("%q is plainly %q", s, plain)
		}
	})
}
