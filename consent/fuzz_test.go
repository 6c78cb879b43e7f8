package consent_test

import (
	"testing"

	"github.com/leadiumx/consent/consent"
)

func FuzzParseCookie(f *testing.F) {
	for _, s := range []string{
		consent.SealCookie(keyring(f, "a"), tenant, siteID, &consent.Choice{Edition: 1, Regime: "eea", Levels: map[string]int{"a": 1}}),
		"1.-.1.eea.1795478400.-.", "1.-.7.eea+us-fl.0.@youtube:0~analytics:1~marketing:1g.",
		"1.k1.1.us-ca.1795478400.ads:0.AAAAAAAAAAAAAAAAAAAAAA", "1.-.1.eea.01.-.", "......", "",
	} {
		f.Add(s)
	}
	keys := keyring(f, "a")
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := consent.ParseCookie(s)
		opened := consent.OpenCookie(keys, tenant, siteID, s)
		if s != "" {
			// Of what stood there before, nothing is left.
			used := &consent.Choice{}
			used.Open(keys, tenant, siteID, consent.SealCookie(keys, tenant, siteID, &consent.Choice{
				Edition: 9, Regime: "world", Clock: 9, Levels: map[string]int{"ads": 2, "x": 1}, Vendors: map[string]int{"v": 1}, Over: map[string]bool{"ads": true},
			}))
			used.Open(keys, tenant, siteID, s)
			if len(used.Levels) != len(opened.Levels) || consent.EncodeCookie(used) != consent.EncodeCookie(opened) ||
				used.Forged != opened.Forged || used.Unproved != opened.Unproved {
				t.Fatalf("%q opens as %+v in the place of another, else as %+v", s, used, opened)
			}
		}
		if !ok {
			if c != nil || (s != "" && !opened.Forged) {
				t.Fatalf("%q is malformed and still gives %+v, %+v", s, c, opened)
			}
			return
		}
		if !opened.Forged && !opened.Unproved && consent.SealCookie(keys, tenant, siteID, opened) != s {
			t.Fatalf("%q is proved by nobody's key", s)
		}
		again, ok := consent.ParseCookie(consent.EncodeCookie(c))
		if !ok || mustJSON(t, again) != mustJSON(t, c) {
			t.Fatalf("%q does not come back: %+v", s, again)
		}
		if opened.Unproved && consent.EncodeCookie(c) != s {
			t.Fatalf("%q has a second spelling: %q", s, consent.EncodeCookie(c))
		}
	})
}

func FuzzLaterToken(f *testing.F) {
	f.Add("1.k1."+subject+".1.mac", "2.k2."+subject+".2.mac")
	f.Add("", "....")
	f.Fuzz(func(t *testing.T, a, b string) {
		later, ok := consent.LaterToken(a, b)
		if ok && later != a && later != b || !ok && later != "" {
			t.Errorf("%q of %q and %q", later, a, b)
		}
		if other, also := consent.LaterToken(b, a); also != ok {
			t.Errorf("%q, %t and in the other order %q, %t", later, ok, other, also)
		}
	})
}

func FuzzOpenSubject(f *testing.F) {
	keys := keyring(f, "a")
	f.Add(consent.SealSubject(keys, tenant, siteID, consent.SubjectToken{Subject: subject, Clock: 1}))
	f.Add("1.a." + subject + ".01.AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("....")
	f.Fuzz(func(t *testing.T, s string) {
		tok, err := consent.OpenSubject(keys, tenant, siteID, s)
		if err != nil {
			if tok != (consent.SubjectToken{}) || consent.CodeOf(err) != consent.BadToken {
				t.Fatalf("%q: %+v, %v", s, tok, err)
			}
			return
		}
		if consent.SealSubject(keys, tenant, siteID, tok) != s {
			t.Fatalf("%q opens and has another spelling", s)
		}
	})
}

func FuzzOpenNote(f *testing.F) {
	keys := keyring(f, "a")
	f.Add(consent.SealNote(keys, tenant, consent.Note{Site: siteID, Edition: 1, Regime: "eea", Locale: "en"}))
	f.Add("1.a.shop.1.eea.en.AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("......")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := consent.OpenNote(keys, tenant, s)
		if err != nil {
			if n != (consent.Note{}) || consent.CodeOf(err) != consent.BadNote {
				t.Fatalf("%q: %+v, %v", s, n, err)
			}
			return
		}
		if consent.SealNote(keys, tenant, n) != s {
			t.Fatalf("%q opens and has another spelling", s)
		}
	})
}

func FuzzMatch(f *testing.F) {
	for _, c := range [][2]string{{"_ga*", "_ga_X"}, {"*ab*cd", "abxabycd"}, {"", ""}, {"*", ""}, {"a**b", "ab"}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 40 || len(name) > 40 {
			return
		}
		if got, want := consent.Match(pattern, name), matches(pattern, name); got != want {
			t.Fatalf("Match(%q, %q) = %v", pattern, name, got)
		}
	})
}

// matches says the same as Match in the plainest way: a table of which
// beginnings of the name fit which beginnings of the pattern.
func matches(pattern, name string) bool {
	fits := make([]bool, len(name)+1)
	fits[0] = true
	for i := range len(pattern) {
		next := make([]bool, len(name)+1)
		for n := range len(name) + 1 {
			switch {
			case pattern[i] == '*':
				next[n] = fits[n] || (n > 0 && next[n-1])
			case n > 0:
				next[n] = fits[n-1] && pattern[i] == name[n-1]
			}
		}
		fits = next
	}
	return fits[len(name)]
}

func FuzzParsePlace(f *testing.F) {
	for _, s := range []string{"US-CA", "fr", "unknown", "", "US-", "é", "ſs"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := consent.ParsePlace(s)
		if !ok && p.Known() {
			t.Fatalf("%q is malformed and known as %s", s, p)
		}
		if again, ok2 := consent.ParsePlace(p.String()); !ok2 || again != p {
			t.Fatalf("%q = %s comes back as %s", s, p, again)
		}
	})
}
