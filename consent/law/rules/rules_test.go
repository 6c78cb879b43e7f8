package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/consent/law/rules"
)

func at(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ground reads the words from the folder of the script.
func ground(t *testing.T) (*rules.Book, rules.Ground) {
	t.Helper()
	book, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	words := func(locale string) (map[string]string, bool) {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "snippet", "locales", locale+".json"))
		if err != nil {
			return nil, false
		}
		var m map[string]string
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Error(err)
		}
		return m, true
	}
	return book, rules.Ground{Laws: laws, Words: words, At: at(t, "2026-12-01")}
}

func shop() *consent.Site {
	return &consent.Site{
		ID: "shop", Name: "Shop", Establishment: "DE", PolicyURL: "https://shop.example/privacy",
		Controller: consent.Controller{Name: "Shop", Address: "1 Street", Email: "a@shop.example"},
		Origins:    []string{"https://shop.example"}, Locales: []string{"en", "fr", "ms"},
		Purposes: []consent.Purpose{
			{ID: "necessary", Classes: []consent.Class{consent.Necessary}, Basis: consent.BasisContract},
			{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent},
			{ID: "marketing", Classes: []consent.Class{consent.Ads, consent.SaleShare}, Basis: consent.BasisConsent},
		},
		Vendors: []consent.Vendor{{ID: "ads", Name: "Ads", Purposes: []string{"marketing"}}},
		Cookies: []consent.Cookie{{Name: "sid", Purpose: "necessary", Lifetime: "1 day"}},
		Banner:  consent.Banner{Layout: "box", Reopen: true},
	}
}

func words(site *consent.Site, locale, key, text string) {
	if site.Texts == nil {
		site.Texts = map[string]map[string]string{}
	}
	if site.Texts[locale] == nil {
		site.Texts[locale] = map[string]string{}
	}
	site.Texts[locale][key] = text
}

func TestAFairBannerBreaksNoRule(t *testing.T) {
	t.Parallel()
	book, g := ground(t)
	if found := book.Lint(shop(), g); len(found) > 0 {
		t.Errorf("findings: %+v", found)
	}
	for _, file := range []string{filepath.Join("..", "..", "..", "examples", "leadiumx.json"), filepath.Join("..", "..", "..", "server", "web", "demo", "site.json")} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var site consent.Site
		if err := json.Unmarshal(raw, &site); err != nil {
			t.Fatal(err)
		}
		if found := consent.Errors(book.Lint(&site, g)); len(found) > 0 {
			t.Errorf("%s: %+v", file, found)
		}
	}
}

func TestEachRuleFindsWhatBreaksIt(t *testing.T) {
	t.Parallel()
	book, g := ground(t)
	long := strings.Repeat("Reject everything ", 6)
	cases, worst := map[string]bool{}, map[string]bool{}
	theme := func(c consent.Theme) func(*consent.Site) { return func(s *consent.Site) { s.Banner.Theme = c } }
	say := func(locale, key, text string) func(*consent.Site) {
		return func(s *consent.Site) { words(s, locale, key, text) }
	}
	for name, c := range map[string]struct {
		change               func(*consent.Site)
		rule, severity, path string
	}{
		"a refusal without words":                    {say("en", "button.reject", "  "), "D01", "error", "texts.en.button.reject"},
		"a refusal of symbols only":                  {say("en", "button.reject", "×"), "D01", "error", "texts.en.button.reject"},
		"both buttons with one label":                {say("en", "button.reject", "Accept all"), "D01", "error", "texts.en.button.reject"},
		"white labels on white buttons":              {theme(consent.Theme{Accent: "#fff", AccentText: "#ffffff"}), "D05", "error", "banner.theme.accent_text"},
		"a grey text on white":                       {theme(consent.Theme{Text: "#999"}), "D05", "error", "banner.theme.text"},
		"small print that only just is there":        {theme(consent.Theme{Text: "#666"}), "D05", "error", "banner.theme.text"},
		"dark labels in dark schemes":                {theme(consent.Theme{Dark: &consent.Colours{Accent: "#222", AccentText: "#333"}}), "D05", "error", "banner.theme.dark.accent_text"},
		"light colours that are used when dark":      {theme(consent.Theme{Scheme: "dark", Accent: "#123", AccentText: "#124"}), "D05", "error", "banner.theme.accent_text"},
		"buttons like the background":                {theme(consent.Theme{Accent: "#f4f4f4", AccentText: "#000"}), "D05", "warning", "banner.theme.accent"},
		"a label that leaves a small screen":         {say("en", "button.reject", long), "D06", "error", "texts.en.button.reject"},
		"a third button that pushes the others away": {say("en", "button.settings", long), "D06", "error", "texts.en.button.settings"},
		"a legitimate interest in ads":               {func(s *consent.Site) { s.Purposes[2].Basis = consent.BasisLegitimateInterest }, "D07", "error", "purposes[2].basis"},
		"a contract about sensitive data": {func(s *consent.Site) {
			s.Purposes[1] = consent.Purpose{ID: "health", Classes: []consent.Class{consent.Sensitive}, Basis: consent.BasisContract}
			words(s, "en", "purpose.health.description", "Reads your pulse.")
		}, "D07", "error", "purposes[1].basis"},
		"recording without consent":                {func(s *consent.Site) { s.Purposes[1].Classes[0], s.Purposes[1].Basis = consent.Recording, "contract" }, "D07", "error", "purposes[1].basis"},
		"a legitimate interest in statistics":      {func(s *consent.Site) { s.Purposes[1].Basis = consent.BasisLegitimateInterest }, "D07", "warning", "purposes[1].basis"},
		"a tracker among the necessary":            {func(s *consent.Site) { s.Cookies[0].Name = "_ga" }, "D08", "warning", "cookies[0].purpose"},
		"no way back":                              {func(s *consent.Site) { s.Banner.Reopen = false }, "D12", "warning", "banner.reopen"},
		"a description that was taken away":        {say("en", "purpose.analytics.description", ""), "D18", "error", "texts.en.purpose.analytics.description"},
		"a purpose without a description":          {func(s *consent.Site) { s.Purposes[1].ID = "surveys" }, "D18", "warning", "texts.en.purpose.surveys.description"},
		"a purpose without a title":                {func(s *consent.Site) { s.Purposes[1].ID = "surveys" }, "D18", "warning", "texts.fr.purpose.surveys.title"},
		"a level without words":                    {func(s *consent.Site) { s.Purposes[1].Levels = []string{"some", "more"} }, "D18", "warning", "texts.en.level.analytics.some"},
		"a banner that says nothing":               {say("en", "banner.body.opt-in", " "), "D18", "error", "texts.en.banner.body.opt-in"},
		"a banner that hides its purposes":         {say("en", "banner.body.opt-in", "We love cookies."), "D18", "warning", "texts.en.banner.body.opt-in"},
		"ads of nobody":                            {func(s *consent.Site) { s.Vendors = nil }, "D19", "warning", "purposes[2]"},
		"a policy link without words":              {say("en", "banner.policy", ""), "D20", "error", "texts.en.banner.policy"},
		"OK as a grant":                            {say("en", "button.accept", "OK!"), "D21", "error", "texts.en.button.accept"},
		"a thumb as a grant":                       {say("en", "button.accept", "👍"), "D21", "error", "texts.en.button.accept"},
		"Got it as a grant":                        {say("en", "button.accept", "Got it"), "D21", "error", "texts.en.button.accept"},
		"English vagueness in French":              {say("fr", "button.accept", "Continue"), "D21", "error", "texts.fr.button.accept"},
		"French vagueness":                         {say("fr", "button.accept", "J’ai compris"), "D21", "error", "texts.fr.button.accept"},
		"a grant that reads like a refusal":        {say("en", "button.accept", "Do not reject"), "D21", "error", "texts.en.button.accept"},
		"a refusal that shames":                    {say("en", "button.reject", "No thanks, I hate savings"), "D21", "error", "texts.en.button.reject"},
		"a refusal that asks later":                {say("en", "button.reject", "Ask me later"), "D21", "error", "texts.en.button.reject"},
		"a refusal that closes":                    {say("en", "button.reject", "Close"), "D21", "error", "texts.en.button.reject"},
		"a refusal that nobody knows":              {say("en", "button.reject", "Adjust my experience"), "D22", "warning", "texts.en.button.reject"},
		"an arrow on the grant":                    {say("en", "button.accept", "Accept all →"), "D23", "warning", "texts.en.button.accept"},
		"a grant that is praised":                  {say("en", "button.accept", "Accept all (recommended)"), "D23", "warning", "texts.en.button.accept"},
		"a grant that is praised in French":        {say("fr", "button.accept", "Tout accepter (recommandé)"), "D23", "warning", "texts.fr.button.accept"},
		"a banner without a name":                  {say("en", "banner.title", ""), "D29", "error", "texts.en.banner.title"},
		"a French publisher without French":        {func(s *consent.Site) { s.Establishment, s.Locales = "FR", []string{"en", "ms"} }, "D35", "warning", "locales"},
		"a publisher whose visitors speak French":  {func(s *consent.Site) { s.Locales = []string{"en", "ms"} }, "D35", "warning", "locales"},
		"a site without the link that a law wants": {func(s *consent.Site) { s.Banner.Reopen = false }, "D38", "warning", "banner.reopen"},
		"sensitive data that is sold": {func(s *consent.Site) {
			s.Purposes[2].Classes = []consent.Class{consent.Sensitive, consent.SaleShare}
		}, "D43", "error", "purposes[2].classes"},
		"statistics and ads in one": {func(s *consent.Site) {
			s.Purposes[1].Classes = []consent.Class{consent.Analytics, consent.Ads}
		}, "D45", "warning", "purposes[1].classes"},
		"a cookie without a life": {func(s *consent.Site) { s.Cookies[0].Lifetime = "" }, "D48", "warning", "cookies[0].lifetime"},
		"exempt statistics that live too long": {func(s *consent.Site) {
			s.Purposes[1].OwnAudience = true
			s.Cookies[0] = consent.Cookie{Name: "stat", Purpose: "analytics", Lifetime: "2 years"}
		}, "D48", "warning", "cookies[0].lifetime"},
	} {
		cases[c.rule] = true
		worst[c.rule] = worst[c.rule] || c.severity == "error"
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := shop()
			c.change(site)
			found := book.Lint(site, g)
			i := slices.IndexFunc(found, func(f consent.Finding) bool {
				return f.Rule == c.rule && string(f.Severity) == c.severity && f.Path == c.path
			})
			if i < 0 {
				t.Fatalf("%s is not found at %s: %+v", c.rule, c.path, found)
			}
			if f := found[i]; f.Message == "" || f.Source == "" || f.Fix == "" {
				t.Errorf("the finding explains too little: %+v", f)
			}
		})
	}
	for _, r := range book.Rules() {
		if slices.Contains(r.Kinds, "C") != cases[r.ID] {
			t.Errorf("%s says that documents are checked: %v; a case shows it: %v", r.ID, !cases[r.ID], cases[r.ID])
		}
		if slices.Equal(r.Kinds, []string{"C"}) && (r.Severity == consent.SeverityError) != worst[r.ID] {
			t.Errorf("%s says that breaking it is an %s; a case shows an error: %v", r.ID, r.Severity, worst[r.ID])
		}
	}
}

func TestTheBuiltInWordsAreHonestInEveryLanguage(t *testing.T) {
	t.Parallel()
	book, g := ground(t)
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "snippet", "locales", "*.json"))
	if err != nil || len(files) < 40 {
		t.Fatal(len(files), err)
	}
	site := shop()
	for _, f := range files {
		site.Locales = append(site.Locales, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	if found := book.Lint(site, g); len(found) > 0 {
		t.Errorf("findings: %+v", found)
	}
}

func TestVagueGrantsAreFoundInEveryLanguage(t *testing.T) {
	t.Parallel()
	book, g := ground(t)
	raw, err := os.ReadFile("words.json")
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string]struct{ Vague, Refuse, Later []string }
	if err := json.Unmarshal(raw, &lists); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "snippet", "locales", "*.json"))
	if err != nil || len(files) != len(lists) {
		t.Fatalf("%d languages, %d lists: %v", len(files), len(lists), err)
	}
	for locale, l := range lists {
		if len(l.Vague) < 3 || len(l.Refuse) < 3 || len(l.Later) < 2 {
			t.Errorf("%s: the lists are thin", locale)
		}
		for _, label := range l.Vague {
			site := shop()
			site.Locales = []string{locale}
			words(site, locale, "button.accept", "« "+label+"! »")
			if found := consent.Errors(book.Lint(site, g)); !slices.ContainsFunc(found, func(f consent.Finding) bool { return f.Rule == "D21" }) {
				t.Errorf("%s: %q passes as a grant", locale, label)
			}
		}
	}
}

func TestEveryRuleIsThereOnceWithSourceAndFix(t *testing.T) {
	t.Parallel()
	book, _ := ground(t)
	all := book.Rules()
	if len(all) != 52 {
		t.Errorf("%d rules", len(all))
	}
	for i, r := range all {
		if want := "D" + string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10)); r.ID != want {
			t.Errorf("rule %d is %s", i+1, r.ID)
		}
		if r.Rule == "" || r.Source == "" || r.Fix == "" || len(r.Kinds) == 0 || r.Severity != consent.SeverityError && r.Severity != consent.SeverityWarning {
			t.Errorf("%s is not complete: %+v", r.ID, r)
		}
	}
}
