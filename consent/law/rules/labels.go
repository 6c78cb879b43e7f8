package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	accept = "button.accept"
	reject = "button.reject"
	// longest is the most that a label may have of letters, so that both
	// buttons stay in sight on the smallest screens.
	longest = 40
)

// labels judges the words of the two buttons in one language.
func (l *linter) labels(locale string) {
	yes, _ := l.say(locale, accept)
	no, _ := l.say(locale, reject)
	path := func(key string) string { return "texts." + locale + "." + key }
	words := l.words[locale]
	if plain(no) == "" {
		l.fail("D01", path(reject), "the refusal has no label", "")
	} else if plain(no) == plain(yes) {
		l.fail("D01", path(reject), "the refusal has the grant's label", "")
	}
	for _, key := range []string{accept, reject, "button.settings", "button.save"} {
		s, _ := l.say(locale, key)
		if n := utf8.RuneCountInString(s); n > longest {
			l.fail("D06", path(key), fmt.Sprintf("the label has %d letters, so that buttons leave a small screen", n), fmt.Sprintf("use at most %d letters", longest))
		}
	}
	switch {
	case plain(yes) == "":
		l.fail("D21", path(accept), "the grant has no label", "")
	case vague(words, yes), vague(l.words["en"], yes):
		l.fail("D21", path(accept), fmt.Sprintf("%q does not say that it grants", yes), "")
	case holds(plain(yes), words.Refuse):
		l.fail("D21", path(accept), fmt.Sprintf("%q reads like a refusal, or denies twice", yes), "")
	}
	if s := plain(no); s != "" && s != plain(yes) {
		switch {
		case vague(words, no), vague(l.words["en"], no):
			l.fail("D21", path(reject), fmt.Sprintf("%q does not say that it refuses", no), "")
		case holds(s, words.Loaded) || holds(s, l.words["en"].Loaded):
			l.fail("D21", path(reject), fmt.Sprintf("%q makes refusing shameful or hard to read", no), "")
		case equals(s, words.Later) || holds(s, l.words["en"].Later) && !holds(s, words.Refuse):
			l.fail("D21", path(reject), fmt.Sprintf("%q puts the answer off instead of taking it", no), "")
		case len(words.Refuse) > 0 && !holds(s, words.Refuse) && !holds(s, l.words["en"].Refuse):
			l.warn("D22", path(reject), fmt.Sprintf("people may not know %q as a refusal", no), "")
		}
	}
	if praised := func(label string) bool {
		return holds(plain(label), words.Praise) || holds(plain(label), l.words["en"].Praise)
	}; praised(yes) && !praised(no) {
		l.warn("D23", path(accept), "the grant is praised and the refusal is not", "")
	}
	if a, b := symbols(yes), symbols(no); a != b {
		key := accept
		if a == "" {
			key = reject
		}
		l.warn("D23", path(key), "one button carries symbols that the other does not", "")
	}
}

// plain is a label as it is compared: in lower case, without what surrounds
// its words.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ReplaceAll(strings.ToLower(s), "’", "'"), func(r rune) bool {
		return r != '\'' && (unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r))
	}), " ")
}

// vague reports whether a label holds nothing but words that grant nothing.
func vague(v vocabulary, label string) bool {
	s := plain(label)
	if s == "" || s == "ok" || s == "okay" {
		return true
	}
	for _, w := range v.Vague {
		w = plain(w)
		if s == w || s == "ok "+w || s == w+" ok" {
			return true
		}
	}
	return false
}

func holds(s string, parts []string) bool {
	for _, p := range parts {
		if p = plain(p); strings.Contains(" "+s, " "+p) || (!spaced(p) && strings.Contains(s, p)) {
			return true
		}
	}
	return false
}

func equals(s string, list []string) bool {
	for _, w := range list {
		if s == plain(w) {
			return true
		}
	}
	return false
}

// spaced reports whether the script of a word puts spaces between words.
func spaced(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Hangul, unicode.Hebrew, unicode.Arabic)
	})
}

// symbols are the arrows, emoji and exclamations of a label.
func symbols(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.So, unicode.Sm, unicode.Sk, unicode.Sc) || strings.ContainsRune("!¡★✓✔➜›»", r) {
			return r
		}
		return -1
	}, s)
}
