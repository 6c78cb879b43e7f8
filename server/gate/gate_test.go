package gate_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/gate"
)

var (
	// decided is when the visitors of these tests chose; it is two months later now.
	decided = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	now     = decided.AddDate(0, 2, 0)
	france  = consent.Place{Country: "FR"}
	wyoming = consent.Place{Country: "US", Subdivision: "WY"}
)

// shelf is a store of which the gate reads current records alone.
type shelf struct {
	consent.Records
	latest func(ctx context.Context, subject string) (consent.Record, error)
}

// Standing says what counts of a subject's current record. Without one, its
// clock is all that may be known; else out is left as it was.
func (s shelf) Standing(ctx context.Context, _, subject string, out *consent.Standing) error {
	r, err := s.latest(ctx, subject)
	if err == nil {
		*out = r.Standing()
	}
	if r.Clock != 0 {
		out.At = r.Clock
	}
	return err
}

// one is the only edition.
type one struct{ consent.Edition }

// Live returns it.
func (o *one) Live(string) (*consent.Edition, error) { return &o.Edition, nil }

// scene is a gate before a store.
type scene struct {
	*gate.Desk
	keys   *consent.Keyring
	regime func(consent.Place) string
}

func sceneOf(t *testing.T, patience time.Duration, latest func(context.Context, string) (consent.Record, error)) scene {
	t.Helper()
	return sceneAt(t, now, patience, latest)
}

// sceneAt is sceneOf at another time.
func sceneAt(t *testing.T, now time.Time, patience time.Duration, latest func(context.Context, string) (consent.Record, error)) scene {
	t.Helper()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	site := consent.Site{ID: "shop", Tenant: "default", Establishment: "US-WY", Purposes: []consent.Purpose{
		{ID: "necessary", Classes: []consent.Class{consent.Necessary}},
		{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent},
		{ID: "marketing", Classes: []consent.Class{consent.Ads}, Basis: consent.BasisConsent},
	}, Vendors: []consent.Vendor{{ID: "acme", Purposes: []string{"marketing"}}}}
	live := &one{consent.Next(nil, site, "", "", decided.AddDate(0, -1, 0))}
	desk := gate.New(gate.Options{
		Records: shelf{latest: latest}, Editions: live, Laws: laws, Keys: keys,
		Clock: func() time.Time { return now }, Patience: patience,
	})
	return scene{desk, keys, func(p consent.Place) string { return laws.Resolve(p, wyoming, decided).ID }}
}

// check answers an ask about the only site.
func (s scene) check(t *testing.T, ask gate.Ask) gate.Answer {
	t.Helper()
	ask.Site = "shop"
	a, err := s.Check(t.Context(), &ask)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// says are the reasons for necessary, analytics and marketing.
func (s scene) says(t *testing.T, ask gate.Ask) []consent.Reason {
	t.Helper()
	ask.Purposes = []string{"necessary", "analytics", "marketing"}
	var reasons []consent.Reason
	for _, d := range s.check(t, ask).Decisions {
		if allows := slices.Contains([]consent.Reason{consent.ReasonNecessary, consent.ReasonGranted, consent.ReasonNotice}, d.Reason); d.Allow != allows {
			t.Errorf("%s is allowed: %v, because of %s", d.Purpose, d.Allow, d.Reason)
		}
		reasons = append(reasons, d.Reason)
	}
	return reasons
}

// cookie is the signed cookie of a choice that was made so long after the first.
func (s scene) cookie(after time.Duration, levels map[string]int) string {
	return consent.SealCookie(s.keys, "default", "shop", s.choice(after, levels))
}

func (s scene) choice(after time.Duration, levels map[string]int) *consent.Choice {
	return &consent.Choice{Edition: 1, Regime: s.regime(france), Clock: decided.Add(after).Unix(), Levels: levels}
}

// record is what the store holds of the first choice.
func (s scene) record(levels map[string]int) consent.Record {
	return consent.Record{ID: "a", Site: "shop", Subject: sub, Edition: 1, Regime: s.regime(france), Time: decided, Clock: decided.UnixMilli(), Levels: levels}
}

func (s scene) subject(name string) string {
	return consent.SealSubject(s.keys, "default", "shop", consent.SubjectToken{Subject: name, Clock: decided.UnixMilli()})
}

// Subjects are 16 bytes in base64url.
const sub, device = "AAAAAAAAAAAAAAAAAAAAAA", "BAAAAAAAAAAAAAAAAAAAAA"

var (
	yes = map[string]int{"analytics": 1, "marketing": 1}
	no  = map[string]int{"analytics": 0, "marketing": 0}
)

func TestTheNewerOfCookieAndRecordSpeaks(t *testing.T) {
	t.Parallel()
	var stored consent.Record
	s := sceneOf(t, time.Second, func(context.Context, string) (consent.Record, error) { return stored, nil })
	cases := []struct {
		name      string
		cookie    string
		stored    map[string]int
		analytics consent.Reason
		marketing consent.Reason
	}{
		{"the record, where there is no cookie", "", yes, consent.ReasonGranted, consent.ReasonGranted},
		{"a cookie that is a second younger", s.cookie(time.Second, yes), no, consent.ReasonGranted, consent.ReasonGranted},
		{"the record, when they are of one second: it may be the later of two choices", s.cookie(0, yes), no, consent.ReasonDenied, consent.ReasonDenied},
		{"a younger record", s.cookie(-time.Second, yes), no, consent.ReasonDenied, consent.ReasonDenied},
		{
			"the refusals of a cookie that waits for its proof, over the record",
			consent.EncodeCookie(s.choice(time.Second, map[string]int{"analytics": 0, "marketing": 1})), map[string]int{"analytics": 1}, consent.ReasonDenied, consent.ReasonNoRecord,
		},
		{"a cookie that somebody changed, which may have held a refusal", s.cookie(0, no) + "A", yes, consent.ReasonBadToken, consent.ReasonBadToken},
	}
	for _, c := range cases {
		stored = s.record(maps.Clone(c.stored))
		got := s.says(t, gate.Ask{Place: france, Consent: c.cookie, Subject: s.subject(sub)})
		if want := []consent.Reason{consent.ReasonNecessary, c.analytics, c.marketing}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

func TestAWithdrawalThatWaitsForItsProofEndsVendorsToo(t *testing.T) {
	t.Parallel()
	stored := consent.Record{}
	s := sceneOf(t, time.Second, func(context.Context, string) (consent.Record, error) { return stored, nil })
	stored = s.record(maps.Clone(no))
	stored.Vendors = map[string]int{"acme": 1}
	waits := func(vendors map[string]int) string {
		c := s.choice(time.Second, no)
		c.Vendors = vendors
		return consent.EncodeCookie(c)
	}
	for name, c := range map[string]struct {
		cookie string
		want   consent.Reason
	}{
		"no cookie":             {"", consent.ReasonGranted},
		"nothing is said of it": {waits(nil), consent.ReasonDenied},
		"it is refused":         {waits(map[string]int{"acme": 0}), consent.ReasonDenied},
		"it is granted still":   {waits(map[string]int{"acme": 1}), consent.ReasonGranted},
	} {
		a := s.check(t, gate.Ask{Vendors: []string{"acme"}, Place: france, Consent: c.cookie, Subject: s.subject(sub)})
		if len(a.Decisions) != 1 || a.Decisions[0].Reason != c.want {
			t.Errorf("%s: %+v, want %v", name, a.Decisions, c.want)
		}
	}
}

func TestWhoCannotBeLookedUpIsDeniedWhatNeedsAChoice(t *testing.T) {
	t.Parallel()
	fails := func(code consent.Code) func(context.Context, string) (consent.Record, error) {
		return func(context.Context, string) (consent.Record, error) {
			return consent.Record{}, consent.Fail(code, "so it is", "nothing")
		}
	}
	hangs := func(ctx context.Context, _ string) (consent.Record, error) {
		select {
		case <-ctx.Done():
			return consent.Record{}, consent.Errorf(consent.Unavailable, "the store did not answer: %w", ctx.Err())
		case <-time.After(10 * time.Second):
			return consent.Record{}, consent.Fail(consent.NotFound, "nobody waits so long", "")
		}
	}
	since := func(later time.Duration) func(context.Context, string) (consent.Record, error) {
		return func(context.Context, string) (consent.Record, error) {
			return consent.Record{Clock: decided.Add(later).UnixMilli()}, consent.Fail(consent.Unavailable, "so it is", "nothing")
		}
	}
	granted := func(s scene) gate.Ask { return gate.Ask{Consent: s.cookie(0, yes), Subject: s.subject(sub)} }
	cases := []struct {
		name   string
		latest func(context.Context, string) (consent.Record, error)
		ask    func(scene) gate.Ask
		want   consent.Reason
	}{
		{"the store is away and no cookie speaks", fails(consent.Unavailable), func(s scene) gate.Ask { return gate.Ask{Subject: s.subject(sub)} }, consent.ReasonUnavailable},
		{"the store is away and the caller names somebody", fails(consent.Unavailable), func(scene) gate.Ask { return gate.Ask{SubjectID: sub} }, consent.ReasonUnavailable},
		{"the store is away and the signed cookie speaks", fails(consent.Unavailable), granted, consent.ReasonGranted},
		{"the store is away, and a decision that is younger than the signed cookie is known", since(time.Second), granted, consent.ReasonUnavailable},
		{"the store is away, and the signed cookie is of the decision that is known", since(999 * time.Millisecond), granted, consent.ReasonGranted},
		{"the store does not answer", hangs, func(scene) gate.Ask { return gate.Ask{SubjectID: sub} }, consent.ReasonUnavailable},
		{"nothing is stored and the signed cookie speaks", fails(consent.NotFound), granted, consent.ReasonGranted},
		{"nothing is stored", fails(consent.NotFound), func(scene) gate.Ask { return gate.Ask{SubjectID: sub} }, consent.ReasonNoRecord},
		{"the visitor was erased, whatever the cookie says", fails(consent.Erased), granted, consent.ReasonErased},
		{"the subject token is not ours, whatever the cookie says", fails(consent.NotFound), func(s scene) gate.Ask {
			return gate.Ask{Consent: s.cookie(0, yes), Subject: s.subject(sub) + "A"}
		}, consent.ReasonBadToken},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sceneOf(t, 20*time.Millisecond, c.latest)
			ask := c.ask(s)
			ask.Place = france
			if got := s.says(t, ask); !slices.Equal(got, []consent.Reason{consent.ReasonNecessary, c.want, c.want}) {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

func TestWhereTheCallersRightIsUnknownNobodyIsLookedUp(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, time.Second, func(context.Context, string) (consent.Record, error) {
		t.Error("the store was asked")
		return consent.Record{}, nil
	})
	got := s.says(t, gate.Ask{Place: wyoming, SubjectID: sub, Away: true})
	if want := []consent.Reason{consent.ReasonNecessary, consent.ReasonUnavailable, consent.ReasonUnavailable}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestALinkedDeviceIsAnsweredByItsAccount(t *testing.T) {
	t.Parallel()
	var s scene
	s = sceneOf(t, time.Second, func(_ context.Context, subject string) (consent.Record, error) {
		if subject == device {
			r := s.record(yes)
			r.Action, r.Peer = consent.Joined, sub
			return r, nil
		}
		return s.record(no), nil
	})
	got := s.says(t, gate.Ask{Place: france, Subject: s.subject(device)})
	if want := []consent.Reason{consent.ReasonNecessary, consent.ReasonDenied, consent.ReasonDenied}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAnAnswerSaysThePurposesOwnNameAndItsBasis(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, time.Second, nil)
	a := s.check(t, gate.Ask{Place: france, Purposes: []string{"advertising", "necessary"}})
	for i, want := range []gate.Decision{{Purpose: "marketing", Basis: consent.BasisConsent}, {Purpose: "necessary"}} {
		if got := a.Decisions[i]; got.Purpose != want.Purpose || got.Basis != want.Basis {
			t.Errorf("%s by %q, want %s by %q", got.Purpose, got.Basis, want.Purpose, want.Basis)
		}
	}
}

func TestNothingOfOneVisitorIsLeftForTheNext(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, time.Second, func(_ context.Context, subject string) (consent.Record, error) {
		if subject == sub {
			r := consent.Record{ID: "a", Site: "shop", Subject: sub, Edition: 1, Levels: no}
			r.Clock = decided.Add(time.Hour).UnixMilli()
			return r, nil
		}
		return consent.Record{}, consent.Fail(consent.Unavailable, "so it is", "nothing")
	})
	// The room of a check is used again at random, so this asks often.
	for range 100 {
		if got := s.says(t, gate.Ask{Place: france, SubjectID: sub}); got[1] != consent.ReasonDenied {
			t.Fatalf("the first visitor: %v", got)
		}
		if got := s.says(t, gate.Ask{Place: france, Consent: s.cookie(0, yes), Subject: s.subject(device)}); got[1] != consent.ReasonGranted {
			t.Fatalf("the next one, of whom the store says nothing: %v", got)
		}
	}
}
