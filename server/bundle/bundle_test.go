package bundle_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/bundle"
)

func demo() consent.Site {
	return consent.Site{
		ID: "demo", Tenant: "default", Name: "Demo", Origins: []string{"http://localhost:8080"}, Establishment: "US-FL",
		Controller: consent.Controller{Name: "LeadiumX.ai", Address: "Orlando", Email: "support@example.com"},
		PolicyURL:  "https://example.com/privacy-policy", Locales: []string{"en", "de"},
		Purposes: []consent.Purpose{
			{ID: "necessary", Classes: []consent.Class{consent.Necessary}, Basis: consent.BasisLegitimateInterest},
			{ID: "functional", Classes: []consent.Class{consent.Functional}, Basis: consent.BasisConsent},
			{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent},
			{ID: "marketing", Classes: []consent.Class{consent.Ads, consent.SaleShare}, Basis: consent.BasisConsent},
			{ID: "recording", Classes: []consent.Class{consent.Recording}, Basis: consent.BasisConsent, Levels: []string{"metadata", "no_pii", "everything"}},
		},
		Vendors:  []consent.Vendor{{ID: "youtube", Name: "YouTube", Purposes: []string{"marketing"}, PolicyURL: "https://policies.example.com"}},
		Cookies:  []consent.Cookie{{Name: "_ga", Purpose: "analytics"}, {Name: "_fbp", Purpose: "marketing"}},
		Stricter: []consent.Stricter{{Modes: map[consent.Class]consent.Mode{consent.SaleShare: consent.OptIn}}},
		Banner:   consent.Banner{Layout: "box", Theme: consent.Theme{Scheme: "auto", Accent: "#5546e8"}, Reopen: true},
		Features: consent.Features{ConsentMode: true, CookieWrites: true},
	}
}

func input(t *testing.T, place string, change func(*consent.Site)) bundle.Input {
	t.Helper()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	site := demo()
	if change != nil {
		change(&site)
	}
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	p, _ := consent.ParsePlace(place)
	est, _ := consent.ParsePlace(site.Establishment)
	regime := laws.Resolve(p, est, now)
	edition := consent.Next(nil, site, "", "", now)
	note := strings.Repeat("n", 64)
	return bundle.Input{Edition: &edition, Regime: regime, Rules: site.Rules(regime.Terms, p), Locale: "en", Note: note}
}

func compile(t *testing.T, in bundle.Input) *bundle.Asset {
	t.Helper()
	a, err := bundle.Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := compile(t, input(t, "FR", nil)), compile(t, input(t, "FR", nil))
	if !bytes.Equal(a.JS, b.JS) || !bytes.Equal(a.Brotli, b.Brotli) || !bytes.Equal(a.Gzip, b.Gzip) || a.ETag != b.ETag {
		t.Error("two compilations differ")
	}
	c := compile(t, input(t, "US-CA", nil))
	if a.ETag == c.ETag {
		t.Error("two regimes share an entity tag")
	}
}

func TestTheCompressedFormsHoldTheScript(t *testing.T) {
	t.Parallel()
	a := compile(t, input(t, "FR", nil))
	z, err := gzip.NewReader(bytes.NewReader(a.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"brotli": brotli.NewReader(bytes.NewReader(a.Brotli)), "gzip": z} {
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, a.JS) {
			t.Errorf("%s does not unpack to the script: %v", name, err)
		}
	}
}

func TestTheScriptIsSafeUnderAStrictContentPolicy(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"", "FR", "US-CA", "US-WA"} {
		js := string(compile(t, input(t, place, nil)).JS)
		for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "javascript:", "</script", "_levels"} {
			if strings.Contains(js, bad) {
				t.Errorf("the script for %q holds %s", place, bad)
			}
		}
	}
}

func TestWhatIsNotUsedIsNotCompiledIn(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*bundle.Input, *consent.Site)
		gone   []string
	}{
		{"a preview neither sends nor stores", func(in *bundle.Input, _ *consent.Site) { in.Preview = true }, []string{"/v1/consents", "fetch(", "localStorage", "lx_pending", "Max-Age"}},
		{"a site without tag managers", func(_ *bundle.Input, s *consent.Site) { s.Features.ConsentMode = false }, []string{"dataLayer", "ad_storage"}},
		{"a site without vendors", func(_ *bundle.Input, s *consent.Site) { s.Vendors = nil }, []string{"lx-embed\"", "Show once"}},
		{"a site without the reopen button", func(_ *bundle.Input, s *consent.Site) { s.Banner.Reopen = false }, []string{"lx-reopen"}},
		{"a site that lets cookies be written", func(_ *bundle.Input, s *consent.Site) { s.Features.CookieWrites = false }, []string{"defineProperty"}},
		{"a site without storage keys", func(*bundle.Input, *consent.Site) {}, []string{"Storage`"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := input(t, "FR", nil)
			c.change(&in, &in.Edition.Site)
			js := string(compile(t, in).JS)
			for _, s := range c.gone {
				if strings.Contains(js, s) {
					t.Errorf("the script holds %q", s)
				}
			}
		})
	}
}

func TestListsAreWrittenAsTheLanguageWritesThem(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{
		"en": "Functional, Analytics, Marketing and Recording", "ar": "الوظائف، التحليلات، التسويق وكذلك التسجيل",
	} {
		in := input(t, "FR", nil)
		words := bundle.Words(&in.Edition.Site, in.Regime, in.Rules, locale)
		if body := words["banner.body.opt-in"]; !strings.Contains(body, want) {
			t.Errorf("%s: %s", locale, body)
		}
	}
}

func TestTheSimulatedSignalIsPartOfTheScript(t *testing.T) {
	t.Parallel()
	in := input(t, "US-CA", nil)
	plain := compile(t, in)
	in.SimGPC = true
	if bytes.Equal(plain.JS, compile(t, in).JS) {
		t.Error("the simulation changes nothing")
	}
}

// budgets are how many bytes each set of features may cost, and the gate.
func budgets(t *testing.T) (most map[string]int) {
	t.Helper()
	b, err := os.ReadFile("../../snippet/budget.json")
	if err == nil {
		err = json.Unmarshal(b, &most)
	}
	if err != nil {
		t.Fatal(err)
	}
	return most
}

func TestEachFeatureSetKeepsItsBudget(t *testing.T) {
	t.Parallel()
	budget := budgets(t)
	sets := map[string]func(*consent.Site){
		"demo": nil,
		"plain": func(s *consent.Site) {
			s.Vendors, s.Cookies, s.Features, s.Banner.Reopen = nil, nil, consent.Features{}, false
		},
		"bar":    func(s *consent.Site) { s.Banner.Layout = "bar" },
		"modal":  func(s *consent.Site) { s.Banner.Layout = "modal" },
		"corner": func(s *consent.Site) { s.Banner.Layout = "corner" },
		// Where a law wants links and a status of its own.
		"links": nil,
		"storage": func(s *consent.Site) {
			s.Cookies = append(s.Cookies, consent.Cookie{Name: "ads_*", Purpose: "marketing", Kind: "local"})
		},
	}
	if len(sets)+1 != len(budget) {
		t.Errorf("%d feature sets and the gate, but %d budgets", len(sets), len(budget))
	}
	for name, change := range sets {
		worst, places := 0, []string{"", "FR", "US-WA"}
		if name == "links" {
			places = []string{"US-CA"}
		}
		for _, place := range places {
			worst = max(worst, len(compile(t, input(t, place, change)).Brotli))
		}
		if limit := budget[name]; worst > limit {
			t.Errorf("%s: %d bytes, the budget is %d", name, worst, limit)
		}
		t.Logf("%s: %d bytes", name, worst)
	}
}

func TestTheGateInsideThePageIsSmallAndSafeThere(t *testing.T) {
	t.Parallel()
	budget := budgets(t)
	for _, place := range []string{"", "FR", "US-CA", "US-WA"} {
		gate, err := bundle.CompileInline(input(t, place, nil))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(gate.Brotli); n > budget["inline"] {
			t.Errorf("the gate for %q has %d bytes, the budget is %d", place, n, budget["inline"])
		}
		js := string(gate.JS)
		for _, bad := range []string{"innerHTML", "eval(", "new Function", "fetch(", "localStorage", "http", "Accept all"} {
			if strings.Contains(js, bad) {
				t.Errorf("the gate holds %s", bad)
			}
		}
		for _, r := range js {
			if r > 0x7e {
				t.Errorf("the gate holds %q, which depends on the encoding of the page", r)
			}
		}
		if !regexp.MustCompile(`^'sha256-[A-Za-z0-9+/]{43}='$`).MatchString(bundle.SourceHash(gate.JS)) {
			t.Errorf("the source is %s", bundle.SourceHash(gate.JS))
		}
	}
}

func TestAScriptThatWouldEndItsTagIsRefused(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"a</p>b": true, `a<\/script>`: true, "a</SCRIPT>": false, "<!-- a": false} {
		if err := bundle.Embeddable([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	in := input(t, "FR", func(s *consent.Site) {
		s.Texts = map[string]map[string]string{"en": {"banner.title": "</script><script>alert(1)</script>"}}
	})
	if err := bundle.Embeddable(compile(t, in).JS); err != nil {
		t.Errorf("the compiler leaves a text that ends the tag: %v", err)
	}
}

func TestEachLayoutAndPositionCompiles(t *testing.T) {
	t.Parallel()
	for _, b := range []consent.Banner{
		{Layout: "bar"}, {Layout: "bar", Position: "top"}, {Layout: "box"}, {Layout: "modal"},
		{Layout: "corner"}, {Layout: "corner", Position: "left"}, {Layout: "box", Theme: consent.Theme{Scheme: "dark"}}, {Layout: "box", Theme: consent.Theme{Scheme: "light", Accent: "#fc0"}},
	} {
		compile(t, input(t, "FR", func(s *consent.Site) { s.Banner = b }))
	}
	in := input(t, "FR", func(s *consent.Site) { s.Banner.Layout = "spiral" })
	if _, err := bundle.Compile(in); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("an unknown layout gave %v", err)
	}
}

func TestEveryLanguageHasTheSameWords(t *testing.T) {
	t.Parallel()
	want, ok := bundle.BuiltIn("en")
	if !ok || !slices.IsSorted(bundle.Locales()) || len(bundle.Locales()) < 4 {
		t.Fatalf("the languages are %v", bundle.Locales())
	}
	for _, l := range bundle.Locales() {
		words, _ := bundle.BuiltIn(l)
		for key, text := range want {
			switch got := words[key]; {
			case got == "":
				t.Errorf("%s: %s is missing", l, key)
			case slots(got) != slots(text):
				t.Errorf("%s: %s fills in %s, English %s", l, key, slots(got), slots(text))
			}
		}
		if len(words) != len(want) {
			t.Errorf("%s has %d words, English %d", l, len(words), len(want))
		}
	}
	if _, ok := bundle.BuiltIn("../en"); ok {
		t.Error("a path is a language")
	}
}

func slots(s string) string {
	var out []string
	for _, name := range []string{"{controller}", "{running}", "{waiting}", "{vendor}"} {
		if strings.Contains(s, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

func TestWordsAreThoseOfTheSite(t *testing.T) {
	t.Parallel()
	in := input(t, "US-WA", func(s *consent.Site) {
		s.Texts = map[string]map[string]string{"en": {"button.accept": "Accept all of {controller}"}}
		s.Purposes = append(s.Purposes, consent.Purpose{ID: "paid_surveys", Classes: []consent.Class{consent.Analytics}, Levels: []string{"short_ones", "all"}})
	})
	site := &in.Edition.Site
	words := bundle.Words(site, in.Regime, in.Rules, "en")
	for key, want := range map[string]string{
		"button.accept": "Accept all of LeadiumX.ai", "button.reject": "Reject all", "purpose.paid_surveys.title": "Paid surveys",
		"purpose.paid_surveys.description": "", "level.paid_surveys.short_ones": "Short ones",
	} {
		if got, ok := words[key]; !ok || got != want {
			t.Errorf("%s is %q, not %q", key, got, want)
		}
	}
	for key, text := range words {
		if strings.Contains(text, "{controller}") || strings.Contains(text, "{waiting}") || strings.Contains(text, "{running}") {
			t.Errorf("%s is not filled in: %s", key, text)
		}
		if strings.HasPrefix(key, "banner.body.") && key != "banner.body."+law.Present(in.Regime, in.Rules).Profile {
			t.Errorf("%s is not shown here", key)
		}
	}
	a := bundle.WordsHash(words)
	words["button.reject"] = "No"
	if len(a) != 64 || a == bundle.WordsHash(words) {
		t.Error("the hash does not tell words apart")
	}
}

func TestDirectionFollowsTheLanguage(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"en": "ltr", "ar": "rtl", "he": "rtl", "fa-IR": "rtl", "ur": "rtl", "de": "ltr"} {
		if got := bundle.Dir(locale); got != want {
			t.Errorf("%s is written %s", locale, got)
		}
	}
}
