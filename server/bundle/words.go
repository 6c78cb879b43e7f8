package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/snippet"
)

const fallback = "en"

// Locales lists the languages that have built-in words, in order.
func Locales() []string {
	files, err := fs.Glob(snippet.Locales(), "*.json")
	if err != nil {
		panic("the pattern of locale files is malformed: " + err.Error())
	}
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.TrimSuffix(path.Base(f), ".json")
	}
	slices.Sort(out)
	return out
}

// BuiltIn returns the built-in words of a language, as they stand before
// anything is filled in.
func BuiltIn(locale string) (map[string]string, bool) {
	if !slices.Contains(Locales(), locale) {
		return nil, false
	}
	raw, err := fs.ReadFile(snippet.Locales(), locale+".json")
	if err != nil {
		return nil, false
	}
	var words map[string]string
	if err := json.Unmarshal(raw, &words); err != nil {
		return nil, false
	}
	return words, true
}

// Dir is the direction in which a language is written: ltr or rtl.
func Dir(locale string) string {
	lang, _, _ := strings.Cut(locale, "-")
	if slices.Contains([]string{"ar", "he", "fa", "ur"}, lang) {
		return "rtl"
	}
	return "ltr"
}

// Words returns what a visitor of the site can read under a regime, by key:
// the built-in words of the language with the site's own laid over, filled in,
// and nothing that this site does not show.
func Words(site *consent.Site, regime law.Regime, rules []consent.Rule, locale string) map[string]string {
	return words(site, regime, rules, locale, false)
}

// words leaves the list of what waits for a grant open where the script fills
// it in itself, with what has changed since the visitor's choice.
func words(site *consent.Site, regime law.Regime, rules []consent.Rule, locale string, open bool) map[string]string {
	v := newVoice(site, locale)
	shown := law.Present(regime, rules)
	keys := []string{
		"banner.title", "banner.body." + shown.Profile, "banner.policy",
		"button.accept", "button.reject", "button.settings", "button.save", "button.close",
		"prefs.title", "prefs.body", "prefs.always", "prefs.saved",
	}
	if slices.ContainsFunc(rules, func(r consent.Rule) bool { return r.GPC }) {
		keys = append(keys, "gpc.honoured")
	}
	if len(site.Vendors) > 0 {
		keys = append(keys, "prefs.used_by", "embed.body", "embed.once", "embed.always")
	}
	if lists(site) {
		keys = append(keys, "prefs.list")
	}
	if site.Banner.Reopen {
		keys = append(keys, "prefs.reopen")
	}
	owed := owes(site, regime)
	keys = append(keys, owed.beside...)
	if owed.link != "" {
		keys = append(keys, owed.link)
	}
	if owed.status {
		keys = append(keys, "optout.honoured")
	}
	for i := range site.Purposes {
		p := &site.Purposes[i]
		keys = append(keys, "purpose."+p.ID+".title", "purpose."+p.ID+".description")
		for _, l := range p.Levels {
			keys = append(keys, "level."+p.ID+"."+l)
		}
	}
	var running, waiting []string
	for _, r := range rules {
		title := v.say("purpose." + r.ID + ".title")
		switch {
		case r.Necessary:
		case r.Mode == consent.OptIn:
			waiting = append(waiting, title)
		default:
			running = append(running, title)
		}
	}
	asked := v.join(waiting)
	if open {
		asked = "{waiting}"
	}
	fill := strings.NewReplacer("{controller}", site.Controller.Name, "{running}", v.join(running), "{waiting}", asked)
	out := make(map[string]string, len(keys))
	for _, k := range keys {
		out[k] = fill.Replace(v.say(k))
	}
	return out
}

// WordsHash names what was shown: the SHA-256 of the words in canonical JSON, in hex.
func WordsHash(words map[string]string) string {
	// Keys of maps are sorted, so the encoding is canonical; strings always encode.
	b, err := json.Marshal(words)
	if err != nil {
		panic("words are not encodable: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// voice finds a word: the site's own, else the language's, else English, else
// the end of the key itself.
type voice struct{ layers []map[string]string }

func newVoice(site *consent.Site, locale string) voice {
	built, _ := BuiltIn(locale)
	last, _ := BuiltIn(fallback)
	return voice{layers: []map[string]string{site.Texts[locale], built, last}}
}

func (v voice) say(key string) string {
	for _, words := range v.layers {
		if s, ok := words[key]; ok {
			return s
		}
	}
	return nameOf(key)
}

// nameOf makes words of an id, where nobody has written any: the title of the
// purpose `surveys_paid` is "Surveys paid", its description is empty.
func nameOf(key string) string {
	parts := strings.Split(key, ".")
	last := len(parts) - 1
	switch {
	case parts[0] == "purpose" && parts[last] == "title":
		last--
	case parts[0] != "level":
		return ""
	}
	name := strings.NewReplacer("_", " ", "-", " ").Replace(parts[last])
	return strings.ToUpper(name[:1]) + name[1:]
}

func (v voice) join(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], v.comma()) + " " + v.say("list.and") + " " + names[last]
}

// comma stands between the names of a list. A wide one brings its own space.
func (v voice) comma() string {
	c := v.say("list.comma")
	if r, _ := utf8.DecodeLastRuneInString(c); r >= '⺀' {
		return c
	}
	return c + " "
}
