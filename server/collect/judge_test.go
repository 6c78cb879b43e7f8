package collect_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
)

func TestActsThatSayTheSameAreJudgedAlikeAndOthersByThemselves(t *testing.T) {
	t.Parallel()
	const wrote = `{"analytics":1,"marketing":1}`
	for name, c := range map[string]struct {
		change func(v *visit, w *collect.Write)
		want   map[string]int
		code   consent.Code
	}{
		"the same":                             {func(*visit, *collect.Write) {}, yes, ""},
		"the same a second later":              {func(v *visit, _ *collect.Write) { v.now = v.now.Add(time.Second) }, yes, ""},
		"the same on another day":              {func(v *visit, _ *collect.Write) { v.now = v.now.AddDate(0, 0, 1) }, yes, ""},
		"decided a while ago":                  {func(_ *visit, w *collect.Write) { w.Age = 90_000 }, yes, ""},
		"by a minor":                           {func(_ *visit, w *collect.Write) { w.Signals.Minor = true }, map[string]int{"analytics": 1, "marketing": 0}, ""},
		"with an action that it contradicts":   {func(_ *visit, w *collect.Write) { w.Action = consent.RejectAll }, nil, consent.Contradicts},
		"written otherwise":                    {func(_ *visit, w *collect.Write) { w.Said, w.Levels = `{"analytics":0,"marketing":0}`, no }, no, ""},
		"written otherwise, about one purpose": {func(_ *visit, w *collect.Write) { w.Said, w.Levels = `{"analytics":1}`, map[string]int{"analytics": 1} }, map[string]int{"analytics": 1}, ""},
		"from who refused before": {func(v *visit, w *collect.Write) {
			v.does(v.write(consent.Save, no))
			w.Consent, w.Said, w.Levels = v.held.Consent, `{"analytics":1}`, map[string]int{"analytics": 1}
		}, map[string]int{"analytics": 1, "marketing": 0}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			for range 2 {
				v.held = collect.Answer{}
				w := v.write(consent.AcceptAll, yes)
				w.Said = wrote
				v.does(w)
				v.holds("at first", yes)
			}
			v.held = collect.Answer{}
			w := v.write(consent.AcceptAll, yes)
			w.Said, w.Action = wrote, consent.Save
			c.change(v, &w)
			if c.code != "" {
				_, err := v.Record(t.Context(), w)
				if consent.CodeOf(err) != c.code {
					t.Errorf("the answer is %v, want %s", err, c.code)
				}
				return
			}
			v.does(w)
			v.holds(name, c.want)
			held := consent.OpenCookie(v.keys, "default", "shop", v.held.Consent)
			if at := v.now.Unix() - w.Age/1000; held.Clock != at {
				t.Errorf("the cookie is of %d, want %d", held.Clock, at)
			}
			// The same once more is a retry, with the same content.
			w.Age += 5
			if again, err := v.Record(t.Context(), w); err != nil || again.Consent != v.held.Consent {
				t.Errorf("repeated it is answered %q, %v; want %q", again.Consent, err, v.held.Consent)
			}
		})
	}
}

func TestACookieIsSealedWithTheKeyOfItsTime(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	w := v.write(consent.Save, yes)
	w.Said = `{"analytics":1,"marketing":1}`
	v.does(w)
	before := v.held.Consent
	next, err := consent.NewKeyring(consent.Key{ID: "k2", Secret: make([]byte, 32)}, consent.Key{ID: "k1", Secret: []byte("77777777777777777777777777777777")})
	if err != nil {
		t.Fatal(err)
	}
	note, err := consent.OpenNote(v.keys, "default", v.note)
	if err != nil {
		t.Fatal(err)
	}
	v.keys.Replace(next)
	v.note = consent.SealNote(next, "default", note)
	v.held = collect.Answer{}
	w = v.write(consent.Save, yes)
	w.Said = `{"analytics":1,"marketing":1}`
	v.does(w)
	if before == v.held.Consent {
		t.Error("the cookie is the one of the key before")
	}
	v.holds("under the new key", yes)
}
