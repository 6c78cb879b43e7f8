package collect_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/collect"
)

// one is the live edition; another server may have published the next already,
// which is live here once this one has heard of it.
type one struct {
	live, next consent.Edition
	heard      bool
}

// Live returns it.
func (o *one) Live(string) (*consent.Edition, error) {
	if o.heard {
		return &o.next, nil
	}
	return &o.live, nil
}

// Edition returns either.
func (o *one) Edition(_ context.Context, _ string, number int) (*consent.Edition, error) {
	if number == o.next.Number {
		return &o.next, nil
	}
	return &o.live, nil
}

// visit is a visitor from France at a desk whose clock is moved by hand. The
// browser keeps what the desk answered last.
type visit struct {
	*collect.Desk
	t    *testing.T
	keys *consent.Keyring
	now  time.Time
	// note is that of the live edition, next that of the one after.
	note, next string
	held       collect.Answer
	// records and editions are those of the desk.
	records  *interrupted
	editions *one
}

func newVisit(t *testing.T) *visit {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return visitOver(t, store, time.Second)
}

// visitOver is newVisit over a store, for which the desk has some patience.
func visitOver(t *testing.T, store consent.Store, patience time.Duration) *visit {
	t.Helper()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{t: t, keys: keys, now: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)}
	site := consent.Site{ID: "shop", Tenant: "default", Establishment: "US-WY", Locales: []string{"en"}, Purposes: []consent.Purpose{
		{ID: "necessary", Classes: []consent.Class{consent.Necessary}},
		{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent},
		{ID: "marketing", Classes: []consent.Class{consent.Ads}, Basis: consent.BasisConsent},
	}}
	regime := laws.Resolve(consent.Place{Country: "FR"}, consent.Place{Country: "US", Subdivision: "WY"}, v.now)
	live := consent.Next(nil, site, "", "", v.now.AddDate(0, -1, 0))
	site.Locales = []string{"en", "de"}
	v.next = consent.SealNote(keys, "default", consent.Note{Site: "shop", Edition: 2, Regime: regime.ID, Locale: "en"})
	v.note = consent.SealNote(keys, "default", consent.Note{Site: "shop", Edition: 1, Regime: regime.ID, Locale: "en"})
	v.records, v.editions = &interrupted{Records: store}, &one{live: live, next: consent.Next(&live, site, "", "", v.now)}
	v.Desk = collect.New(collect.Options{
		Records: v.records, Editions: v.editions, Laws: laws, Keys: keys,
		Clock: func() time.Time { return v.now }, Random: rand.Reader, Patience: patience,
		WordsHash: func(*consent.Site, law.Regime, string) string { return "w" },
	})
	return v
}

// write is a write of the browser, with what it holds.
func (v *visit) write(action consent.Action, levels map[string]int) collect.Write {
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return collect.Write{
		Site: "shop", ID: base64.RawURLEncoding.EncodeToString(id), Note: v.note, Levels: levels, Action: action,
		Consent: v.held.Consent, Subject: v.held.Subject,
	}
}

// does sends a write and keeps the answer.
func (v *visit) does(w collect.Write) {
	v.t.Helper()
	a, err := v.Record(v.t.Context(), w)
	if err != nil {
		v.t.Fatal(err)
	}
	v.held = a
}

// holds checks the levels of the cookie that the browser keeps.
func (v *visit) holds(what string, want map[string]int) {
	v.t.Helper()
	c := consent.OpenCookie(v.keys, "default", "shop", v.held.Consent)
	if c == nil || c.Forged || c.Unproved || !maps.Equal(c.Levels, want) {
		v.t.Errorf("%s: the browser holds %+v, want %v", what, c, want)
	}
}

var (
	yes = map[string]int{"analytics": 1, "marketing": 1}
	no  = map[string]int{"analytics": 0, "marketing": 0}
)

func TestAWriteAboutOnePurposeRenewsNoGrantThatHasEnded(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.does(v.write(consent.AcceptAll, yes))
	v.now = v.now.AddDate(0, 1, 0)
	v.does(v.write(consent.Save, map[string]int{"analytics": 1}))
	v.holds("a grant that still holds is kept", yes)
	v.now = v.now.AddDate(2, 0, 0)
	v.does(v.write(consent.Save, map[string]int{"analytics": 1}))
	v.holds("one that has ended is not", map[string]int{"analytics": 1})
	v.does(v.write(consent.Save, map[string]int{"marketing": 0}))
	v.now = v.now.AddDate(2, 0, 0)
	v.does(v.write(consent.Save, map[string]int{"analytics": 1}))
	v.holds("a refusal stays", map[string]int{"analytics": 1, "marketing": 0})
}

func TestOfAPurposeThatIsNamedMoreThanOnceTheLowestLevelCounts(t *testing.T) {
	t.Parallel()
	for name, levels := range map[string]map[string]int{
		"two other names": {"statistics": 1, "measurement": 0},
		"its id refuses":  {"analytics": 0, "statistics": 1},
		"its id grants":   {"analytics": 1, "statistics": 0},
	} {
		// A map is walked in another order each time.
		for range 16 {
			v := newVisit(t)
			v.does(v.write(consent.Save, levels))
			v.holds(name, map[string]int{"analytics": 0})
		}
	}
}

func TestADecisionThatWaitedUndoesNoNewerOneInTheBrowser(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.does(v.write(consent.AcceptAll, yes))
	before := v.held.Consent
	v.now = v.now.Add(10 * time.Minute)
	v.does(v.write(consent.RejectAll, no))
	v.now = v.now.Add(5 * time.Minute)
	// Another tab decided five minutes before that, and could not say so till now.
	waited := v.write(consent.Save, map[string]int{"analytics": 1})
	waited.Age, waited.Before = (10 * time.Minute).Milliseconds(), before
	v.does(waited)
	v.holds("the later refusal", no)
}

func TestAWriteIsNobodyElses(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	w := v.write(consent.AcceptAll, yes)
	v.does(w)
	first := v.held
	v.held = collect.Answer{}
	v.does(v.write(consent.AcceptAll, yes))
	again := w
	again.Subject = v.held.Subject
	if _, err := v.Record(t.Context(), again); consent.CodeOf(err) != consent.IDReused {
		t.Errorf("another subject repeats the write: %v", err)
	}
	began := v.now
	for after, want := range map[time.Duration]bool{collect.TokenWindow - time.Second: true, collect.TokenWindow: false} {
		v.now = began.Add(after)
		a, err := v.Record(t.Context(), w)
		if err != nil || a.ID != first.ID || a.Consent != first.Consent || (a.Subject != "") != want {
			t.Errorf("a retry after %v = %+v, %v", after, a, err)
		}
	}
	signal := v.write(consent.GPC, nil)
	if _, err := v.Record(t.Context(), signal); consent.CodeOf(err) != consent.Contradicts {
		t.Errorf("a signal alone is taken for a decision: %v", err)
	}
}

// A publication reaches every server within a second.
func TestANoteOfAnEditionThatThisServerHasNotHeardOfIsNotOutdated(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	w := v.write(consent.AcceptAll, yes)
	w.Note = v.next
	v.does(w)
	all, err := v.Access(t.Context(), "shop", v.held.Subject)
	if err != nil || len(all) != 1 || all[0].Edition != 2 || all[0].Outdated {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestANoteOfAnEditionThatIsNoLongerLiveIsRecordedAsOutdated(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.editions.heard = true
	for i, note := range []string{v.note, v.next} {
		w := v.write(consent.AcceptAll, yes)
		w.Note = note
		v.does(w)
		all, err := v.Access(t.Context(), "shop", v.held.Subject)
		if err != nil || len(all) != i+1 || all[i].Edition != i+1 || all[i].Outdated != (i == 0) {
			t.Errorf("by the note of edition %d: %+v, %v", i+1, all, err)
		}
		v.now = v.now.Add(time.Minute)
	}
}

func TestTheNoticeOfAnotherSiteProvesNothingOnThisOne(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	mine, err := consent.OpenNote(v.keys, "default", v.note)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []struct{ tenant, site string }{{"default", "blog"}, {"rival", "shop"}} {
		note := mine
		note.Site = other.site
		w := v.write(consent.AcceptAll, yes)
		w.Note = consent.SealNote(v.keys, other.tenant, note)
		if _, err := v.Record(t.Context(), w); consent.CodeOf(err) != consent.BadNote {
			t.Errorf("that of %v: %v", other, err)
		}
	}
}
