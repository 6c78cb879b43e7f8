package consent_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func keyring(t testing.TB, ids ...string) *consent.Keyring {
	t.Helper()
	var keys []consent.Key
	for _, id := range ids {
		keys = append(keys, consent.Key{ID: id, Secret: bytes.Repeat([]byte(id[:1]), 32)})
	}
	ring, err := consent.NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

const (
	tenant  = "acme"
	siteID  = "shop"
	subject = "AAECAwQFBgcICQoLDA0ODw"
)

// sealed is one way to seal a text and to open it again.
type sealed struct {
	text string
	// open reports whether the text is accepted as proved.
	open func(keys *consent.Keyring, tenant, site, text string) bool
}

func seals(keys *consent.Keyring) map[string]sealed {
	c := &consent.Choice{Edition: 7, Regime: "eea+us-fl", Clock: 1795478400, Levels: map[string]int{"analytics": 1, "marketing": 1}, Vendors: map[string]int{"youtube": 0}, Over: map[string]bool{"marketing": true}}
	return map[string]sealed{
		"cookie": {consent.SealCookie(keys, tenant, siteID, c), func(k *consent.Keyring, tenant, site, s string) bool {
			c := consent.OpenCookie(k, tenant, site, s)
			return c != nil && !c.Forged && !c.Unproved
		}},
		"subject": {consent.SealSubject(keys, tenant, siteID, consent.SubjectToken{Subject: subject, Clock: 1795478400123}), func(k *consent.Keyring, tenant, site, s string) bool {
			_, err := consent.OpenSubject(k, tenant, site, s)
			return err == nil
		}},
		"note": {consent.SealNote(keys, tenant, consent.Note{Site: siteID, Edition: 7, Regime: "eea", Locale: "en"}), func(k *consent.Keyring, tenant, site, s string) bool {
			n, err := consent.OpenNote(k, tenant, s)
			return err == nil && n.Site == site
		}},
	}
}

func TestEveryChangedBitIsRefused(t *testing.T) {
	t.Parallel()
	keys := keyring(t, "a", "b")
	for name, s := range seals(keys) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !s.open(keys, tenant, siteID, s.text) {
				t.Fatalf("%q does not open", s.text)
			}
			for i := range len(s.text) {
				for bit := range 8 {
					b := []byte(s.text)
					b[i] ^= 1 << bit
					if s.open(keys, tenant, siteID, string(b)) {
						t.Errorf("%q opens", b)
					}
				}
			}
		})
	}
}

func TestCutGrownAndForeignTextsAreRefused(t *testing.T) {
	t.Parallel()
	keys := keyring(t, "a", "b")
	for name, s := range seals(keys) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range len(s.text) {
				if s.open(keys, tenant, siteID, s.text[:i]) || s.open(keys, tenant, siteID, s.text[i+1:]) {
					t.Errorf("opens when it is cut at %d", i)
				}
				if s.open(keys, tenant, siteID, s.text[:i]+s.text[i:i+1]+s.text[i:]) {
					t.Errorf("opens with the character at %d twice", i)
				}
			}
			if s.open(keys, tenant, siteID, s.text+"A") || s.open(keys, tenant, siteID, " "+s.text) || s.open(keys, tenant, siteID, s.text+"\n") {
				t.Error("opens with more around it")
			}
			if s.open(keys, tenant, "blog", s.text) {
				t.Error("opens for another site")
			}
			if s.open(keys, "other", siteID, s.text) {
				t.Error("opens for another tenant")
			}
			if s.open(keyring(t, "b"), tenant, siteID, s.text) {
				t.Error("opens without its key")
			}
			other, err := consent.NewKeyring(consent.Key{ID: "a", Secret: bytes.Repeat([]byte("x"), 32)})
			if err != nil {
				t.Fatal(err)
			}
			if s.open(other, tenant, siteID, s.text) {
				t.Error("opens with another secret under the same id")
			}
			if !s.open(keyring(t, "b", "a"), tenant, siteID, s.text) {
				t.Error("does not open when its key no longer signs")
			}
			var none *consent.Keyring
			if s.open(none, tenant, siteID, s.text) || s.open(&consent.Keyring{}, tenant, siteID, s.text) {
				t.Error("opens without any key")
			}
		})
	}
}

func TestOneUseIsNeverValidForAnother(t *testing.T) {
	t.Parallel()
	keys := keyring(t, "a")
	all := seals(keys)
	for from, text := range all {
		for to, s := range all {
			if from != to && s.open(keys, tenant, siteID, text.text) {
				t.Errorf("a %s opens as a %s", from, to)
			}
		}
	}
}

func TestSealedTextsKeepWhatTheyCarry(t *testing.T) {
	t.Parallel()
	keys := keyring(t, "a")
	want := consent.SubjectToken{Subject: subject, Clock: 1795478400123}
	if got, err := consent.OpenSubject(keys, tenant, siteID, consent.SealSubject(keys, tenant, siteID, want)); err != nil || got != want {
		t.Errorf("subject %+v, %v", got, err)
	}
	note := consent.Note{Site: siteID, Edition: 7, Regime: "eea+us-fl", Locale: "pt-BR"}
	text := consent.SealNote(keys, tenant, note)
	if got, err := consent.OpenNote(keys, tenant, text); err != nil || got != note {
		t.Errorf("note %+v, %v", got, err)
	}
	if text != consent.SealNote(keys, tenant, note) {
		t.Error("the same note gives two texts")
	}
	if _, err := consent.OpenSubject(keys, tenant, siteID, "x"); consent.CodeOf(err) != consent.BadToken {
		t.Errorf("a bad subject gives %v", err)
	}
	if _, err := consent.OpenNote(keys, tenant, "x"); consent.CodeOf(err) != consent.BadNote {
		t.Errorf("a bad note gives %v", err)
	}
}

func TestKeyringRefusesWeakOrDoubledKeys(t *testing.T) {
	t.Parallel()
	good := bytes.Repeat([]byte("k"), 32)
	for name, keys := range map[string][]consent.Key{
		"no key at all":       nil,
		"a short secret":      {{ID: "a", Secret: good[:31]}},
		"an empty id":         {{ID: "", Secret: good}},
		"a long id":           {{ID: "abcdefghi", Secret: good}},
		"a capital in the id": {{ID: "A", Secret: good}},
		"a dot in the id":     {{ID: "a.b", Secret: good}},
		"an id twice":         {{ID: "a", Secret: good}, {ID: "a", Secret: good}},
	} {
		if _, err := consent.NewKeyring(keys...); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSubjectsComeFromTheGivenRandomness(t *testing.T) {
	t.Parallel()
	s, err := consent.NewSubject(bytes.NewReader([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}))
	if err != nil || s != subject || !consent.IsRecordID(s) {
		t.Errorf("subject %q, %v", s, err)
	}
	if _, err := consent.NewSubject(strings.NewReader("short")); consent.CodeOf(err) != consent.Unavailable {
		t.Errorf("too little randomness: %v", err)
	}
}

func TestRecordIDHasOneSpelling(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		subject: true, strings.Repeat("A", 22): true, strings.Repeat("_", 21) + "w": true,
		"": false, strings.Repeat("A", 21): false, strings.Repeat("A", 23): false, strings.Repeat("A", 21) + "B": false,
		strings.Repeat("A", 21) + "=": false, strings.Repeat("A", 20) + "+A": false, strings.Repeat("A", 21) + "\n": false,
	} {
		if got := consent.IsRecordID(s); got != want {
			t.Errorf("IsRecordID(%q) = %v", s, got)
		}
	}
}

func TestErrorsKeepTheirCodeWhenWrapped(t *testing.T) {
	t.Parallel()
	inner := errors.New("disk")
	err := consent.Errorf(consent.Unavailable, "append: %w", inner)
	if !errors.Is(err, inner) || consent.CodeOf(errors.Join(errors.New("x"), err)) != consent.Unavailable {
		t.Errorf("%v lost its cause or code", err)
	}
	if consent.CodeOf(inner) != "" || consent.CodeOf(nil) != "" {
		t.Error("a plain error has a code")
	}
}

func TestOfTwoTokensOfOneSubjectTheLaterOneCounts(t *testing.T) {
	t.Parallel()
	keys := keyring(t, "k1")
	seal := func(subject string, clock int64) string {
		return consent.SealSubject(keys, tenant, siteID, consent.SubjectToken{Subject: subject, Clock: clock})
	}
	early, late := seal(subject, 999), seal(subject, 1000)
	for name, c := range map[string]struct{ a, b, want string }{
		"the later comes second":    {early, late, late},
		"the later comes first":     {late, early, late},
		"another subject":           {early, seal("AAAAAAAAAAAAAAAAAAAAAA", 1000), ""},
		"one is no token":           {early, "x", ""},
		"one has no time":           {early, "1.k1." + subject + ".x.y", ""},
		"neither is one":            {"", "", ""},
		"one is longer than tokens": {early, late + strings.Repeat("A", 128), ""},
	} {
		if got, ok := consent.LaterToken(c.a, c.b); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %t", name, got, ok)
		}
	}
}
