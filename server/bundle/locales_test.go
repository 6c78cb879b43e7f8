package bundle_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/snippet"
)

// statusFile says of each language whether a person who speaks it has read its words.
const statusFile = "../../snippet/locale-status.json"

// languages are those that the product promises to speak.
const languages = "ar bg bn ca cs da de el en es et fa fi fr ga he hi hr hu id is it ja ko lt lv ms mt nb nl pl pt pt-BR " +
	"ro ru sk sl sr sv th tr uk ur vi zh-Hans zh-Hant"

// cookieWords are the stems of the words for "cookie", by the script in which a language is written.
var cookieWords = map[string][]string{
	"Latn": {
		"cookie", "fianá", "küpsis", "eväst", "kolačić", "slapuk", "sīkdat", "piškot", "informasjonskaps",
		"vafrakök", "çerez", "kuki", "galet",
	},
	"Cyrl": {"cookie", "бисквит", "колачић"},
	"Grek": {"cookie"},
	"Arab": {"تعريف الارتباط", "کوکی", "کوکیز"},
	"Hebr": {"cookie", "עוגיות"},
	"Deva": {"कुकी"},
	"Beng": {"কুকি"},
	"Thai": {"คุกกี้"},
	"Hans": {"cookie"},
	"Hant": {"cookie"},
	"Jpan": {"cookie"},
	"Kore": {"쿠키"},
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func TestTheBuiltInLanguagesAreThosePromised(t *testing.T) {
	t.Parallel()
	if got := strings.Join(bundle.Locales(), " "); got != languages {
		t.Errorf("the languages are\n%s, not\n%s", got, languages)
	}
}

func TestEachLanguageIsNamedByItsCanonicalTag(t *testing.T) {
	t.Parallel()
	for _, locale := range bundle.Locales() {
		tag, err := language.Parse(locale)
		if err != nil || tag.String() != locale {
			t.Errorf("%s is read as %v: %v", locale, tag, err)
			continue
		}
		if _, ok := bundle.BuiltIn(tag.String()); !ok {
			t.Errorf("%s is listed but has no words", locale)
		}
		script, _ := tag.Script()
		want := "ltr"
		if s := script.String(); s == "Arab" || s == "Hebr" {
			want = "rtl"
		}
		if got := bundle.Dir(locale); got != want {
			t.Errorf("%s is written %s, not %s", locale, got, want)
		}
	}
}

func TestVisitorsGetTheirLanguageUnderEveryTagBrowsersSend(t *testing.T) {
	t.Parallel()
	locales := bundle.Locales()
	tags := make([]language.Tag, len(locales))
	for i, l := range locales {
		tags[i] = language.MustParse(l)
	}
	matcher := language.NewMatcher(tags)
	for sent, want := range map[string]string{
		"no": "nb", "nb-NO": "nb", "nn": "nb", "iw": "he", "in": "id", "zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-SG": "zh-Hans",
		"zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "pt-PT": "pt", "pt-AO": "pt", "pt-BR": "pt-BR", "sr-RS": "sr", "en-GB": "en",
		"de-CH": "de", "fr-CA": "fr", "es-419": "es", "fa-AF": "fa", "ar-EG": "ar", "el-CY": "el", "ko-KR": "ko", "ja-JP": "ja",
	} {
		_, i, confidence := matcher.Match(language.MustParse(sent))
		if locales[i] != want || confidence == language.No {
			t.Errorf("%s gets %s (%v), not %s", sent, locales[i], confidence, want)
		}
	}
}

func TestEachLanguageHasTheKeysOfEnglishInTheSameOrder(t *testing.T) {
	t.Parallel()
	want := keysInOrder(t, "en")
	for _, locale := range bundle.Locales() {
		if got := keysInOrder(t, locale); !slices.Equal(got, want) {
			t.Errorf("%s has the keys\n%v, not\n%v", locale, got, want)
		}
	}
}

func TestTheVisitorsOwnPageHasTheSameWordsInEachLanguage(t *testing.T) {
	t.Parallel()
	read := func(locale string) map[string]string {
		b, err := fs.ReadFile(snippet.PrivacyLocales(), locale+".json")
		words := map[string]string{}
		if err = errors.Join(err, json.Unmarshal(b, &words)); err != nil {
			t.Fatalf("%s: %v", locale, err)
		}
		return words
	}
	want := read("en")
	for _, locale := range bundle.Locales() {
		got := read(locale)
		for key, text := range want {
			if got[key] == "" || !slices.Equal(filled(got[key]), filled(text)) {
				t.Errorf("%s: %s is %q, in English %q", locale, key, got[key], text)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has %d words, not %d", locale, len(got), len(want))
		}
	}
}

// keysInOrder reads the keys as they stand in the file, doubled ones included.
func keysInOrder(t *testing.T, locale string) []string {
	t.Helper()
	f, err := snippet.Locales().Open(locale + ".json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	if _, err := d.Token(); err != nil {
		t.Fatalf("%s: %v", locale, err)
	}
	var keys []string
	for d.More() {
		var text string
		key, err := d.Token()
		if err == nil {
			err = d.Decode(&text)
		}
		if err != nil {
			t.Fatalf("%s: %v", locale, err)
		}
		keys = append(keys, key.(string))
	}
	return keys
}

func TestEachTextIsPlainAndFillsInWhatEnglishDoes(t *testing.T) {
	t.Parallel()
	english, _ := bundle.BuiltIn("en")
	for _, locale := range bundle.Locales() {
		words, _ := bundle.BuiltIn(locale)
		for key, text := range words {
			if strings.TrimSpace(text) == "" || strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
				t.Errorf("%s: %s is empty or has stray spaces: %q", locale, key, text)
			}
			if !norm.NFC.IsNormalString(text) || strings.ContainsAny(text, "<>\n\t\u00ad\u200b\u200e\u200f\ufeff") {
				t.Errorf("%s: %s holds markup or unseen characters: %q", locale, key, text)
			}
			if got, want := filled(text), filled(english[key]); !slices.Equal(got, want) {
				t.Errorf("%s: %s fills in %v, English %v", locale, key, got, want)
			}
			if n := utf8.RuneCountInString(text); strings.HasPrefix(key, "button.") && n > 24 {
				t.Errorf("%s: %s is %d characters long: %s", locale, key, n, text)
			}
		}
		if words["button.accept"] == words["button.reject"] {
			t.Errorf("%s: accepting and rejecting have the same name", locale)
		}
	}
}

// filled lists the different placeholders of a text; a language may repeat one.
func filled(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEachNoticeSpeaksOfCookies(t *testing.T) {
	t.Parallel()
	for _, locale := range bundle.Locales() {
		script, _ := language.MustParse(locale).Script()
		stems := cookieWords[script.String()]
		words, _ := bundle.BuiltIn(locale)
		for key, text := range words {
			asks := strings.HasPrefix(key, "banner.body.") || key == "prefs.title" || key == "prefs.body" || key == "prefs.reopen"
			says := func(stem string) bool { return strings.Contains(strings.ToLower(text), stem) }
			if asks && !slices.ContainsFunc(stems, says) {
				t.Errorf("%s: %s has no word for cookie in %s: %s", locale, key, script, text)
			}
		}
	}
}

func TestEachLanguageHasAReviewStatus(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(statusFile)
	if err != nil {
		t.Fatal(err)
	}
	var status map[string]string
	if err := json.Unmarshal(raw, &status); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/languages.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, locale := range bundle.Locales() {
		if s := status[locale]; s != "reviewed" && s != "machine draft" {
			t.Errorf("%s has the status %q, not `reviewed` or `machine draft`", locale, s)
		}
		row := regexp.MustCompile("(?m)^\\| `" + locale + "` \\| [^|]+ \\| " + status[locale] + " \\|$")
		if !row.Match(page) {
			t.Errorf("docs/languages.md does not list %s as %s", locale, status[locale])
		}
	}
	if n := strings.Count(string(page), "\n| `"); len(status) != len(bundle.Locales()) || n != len(status) {
		t.Errorf("%d languages, %d of them with a status and %d in docs/languages.md", len(bundle.Locales()), len(status), n)
	}
	if _, err := fs.Stat(snippet.Locales(), "locale-status.json"); err == nil {
		t.Error("the status file is taken for a language")
	}
}

func TestEachLanguageFillsInEveryNotice(t *testing.T) {
	t.Parallel()
	for profile, modes := range map[string][]consent.Mode{
		law.ProfileOptIn: {consent.OptIn}, law.ProfileMixed: {consent.OptIn, consent.OptOut},
		law.ProfileOptOut: {consent.OptOut}, law.ProfileNotice: {consent.Notice},
	} {
		in := input(t, "FR", func(s *consent.Site) { s.Locales = bundle.Locales() })
		for i := range in.Rules {
			in.Rules[i].Mode = modes[i%len(modes)]
		}
		if got := law.Present(in.Regime, in.Rules).Profile; got != profile {
			t.Errorf("the notice is %s, not %s", got, profile)
		}
		for _, locale := range bundle.Locales() {
			words := bundle.Words(&in.Edition.Site, in.Regime, in.Rules, locale)
			for key, text := range words {
				left := slices.DeleteFunc(filled(text), func(p string) bool { return p == "{vendor}" && strings.HasPrefix(key, "embed.") })
				if len(left) > 0 || text == "" {
					t.Errorf("%s, %s: %s is not filled in: %s", locale, profile, key, text)
				}
			}
			for _, rule := range in.Rules {
				title := words["purpose."+rule.ID+".title"]
				if !rule.Necessary && !strings.Contains(words["banner.body."+profile], title) {
					t.Errorf("%s, %s: the notice does not name %s", locale, profile, title)
				}
			}
		}
	}
}

func TestTheDemoSiteCompilesInEachLanguage(t *testing.T) {
	t.Parallel()
	for _, locale := range bundle.Locales() {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			in := input(t, "FR", func(s *consent.Site) { s.Locales = []string{locale} })
			in.Locale = locale
			if found := in.Edition.Site.Validate(bundle.Locales()); len(found) > 0 {
				t.Errorf("the site has findings: %v", found)
			}
			js := string(compile(t, in).JS)
			words := bundle.Words(&in.Edition.Site, in.Regime, in.Rules, locale)
			for _, key := range []string{"banner.body.opt-in", "button.accept", "button.reject", "button.settings", "purpose.marketing.title"} {
				if !strings.Contains(js, words[key]) {
					t.Errorf("the script does not say %s: %s", key, words[key])
				}
			}
			if !strings.Contains(js, "@\tdir\t"+bundle.Dir(locale)+"\n") {
				t.Errorf("the script is not written %s", bundle.Dir(locale))
			}
		})
	}
}
