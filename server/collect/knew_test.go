package collect_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
)

// linked are two devices of one account, which knows what both granted.
func linked(v *visit) (phone, desk collect.Answer) {
	v.t.Helper()
	proof := consent.ProveAccount(consent.IdentifySecret(v.keys, "default", "shop"), "ann", v.now)
	device := func() collect.Answer {
		v.held = collect.Answer{}
		v.does(v.write(consent.AcceptAll, yes))
		a, err := v.Identify(v.t.Context(), collect.Identity{Site: "shop", ExternalID: "ann", Proof: proof, Consent: v.held.Consent, Subject: v.held.Subject})
		if err != nil {
			v.t.Fatal(err)
		}
		return collect.Answer{Consent: a.Consent, Subject: a.Subject}
	}
	return device(), device()
}

// TestADecisionStandsBehindWhatItsBrowserKnewAndNoFurther is about what a decision is
// placed behind. A server that is ahead is one whose clock is, by five minutes.
func TestADecisionStandsBehindWhatItsBrowserKnewAndNoFurther(t *testing.T) {
	t.Parallel()
	const ahead = 5 * time.Minute
	for name, c := range map[string]struct {
		story func(v *visit)
		want  map[string]int
	}{
		"a grant passes no refusal of another device by a server that is ahead": {func(v *visit) {
			phone, desk := linked(v)
			v.now = v.now.Add(ahead)
			v.held = phone
			v.does(v.write(consent.Withdraw, nil))
			v.now = v.now.Add(time.Minute - ahead)
			v.held = desk
			v.does(v.write(consent.AcceptAll, yes))
		}, no},
		"a grant passes its own browser's refusal by a server that is ahead": {func(v *visit) {
			v.does(v.write(consent.AcceptAll, yes))
			v.now = v.now.Add(ahead)
			v.does(v.write(consent.Save, no))
			v.now = v.now.Add(time.Minute - ahead)
			v.does(v.write(consent.AcceptAll, yes))
		}, yes},
		"a refusal that waited undoes no later grant of another device": {func(v *visit) {
			phone, desk := linked(v)
			v.held = desk
			refusal := v.write(consent.Withdraw, nil)
			v.now = v.now.Add(5 * time.Minute)
			v.held = phone
			v.does(v.write(consent.AcceptAll, yes))
			v.now = v.now.Add(5 * time.Minute)
			v.held = desk
			refusal.Age, refusal.Before = (10 * time.Minute).Milliseconds(), desk.Consent
			v.does(refusal)
		}, yes},
		"a refusal counts after a grant of another device at the same moment": {func(v *visit) {
			phone, desk := linked(v)
			v.now = v.now.Add(time.Minute)
			v.held = phone
			v.does(v.write(consent.AcceptAll, yes))
			v.held = desk
			v.does(v.write(consent.Withdraw, nil))
		}, no},
		"a grant that waited passes no refusal of the same second that it did not know": {func(v *visit) {
			v.does(v.write(consent.AcceptAll, yes))
			before := v.held.Consent
			v.now = v.now.Add(100 * time.Millisecond)
			v.does(v.write(consent.RejectAll, no))
			v.now = v.now.Add(10 * time.Second)
			grant := v.write(consent.Save, map[string]int{"analytics": 1})
			grant.Age, grant.Before = (10*time.Second + 50*time.Millisecond).Milliseconds(), before
			v.does(grant)
		}, no},
		"a refusal counts after what its browser knows and the store has not had yet": {func(v *visit) {
			v.does(v.write(consent.AcceptAll, yes))
			token, err := consent.OpenSubject(v.keys, "default", "shop", v.held.Subject)
			if err != nil {
				v.t.Fatal(err)
			}
			token.Clock = v.now.Add(time.Minute).UnixMilli()
			v.held.Subject = consent.SealSubject(v.keys, "default", "shop", token)
			v.does(v.write(consent.Withdraw, nil))
			after, err := consent.OpenSubject(v.keys, "default", "shop", v.held.Subject)
			if err != nil || after.Clock <= token.Clock {
				v.t.Errorf("it stands at %d, which is not behind %d: %v", after.Clock, token.Clock, err)
			}
		}, no},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Of one moment the higher id is the later one.
			for range 8 {
				v := newVisit(t)
				v.t = t
				c.story(v)
				v.holds("at last", c.want)
			}
		})
	}
}

func TestAGrantThatWaitedSinceBeforeAnErasureByAServerWhoseClockIsAheadStaysErased(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	phone, desk := linked(v)
	v.now = v.now.Add(5 * time.Minute)
	if _, err := v.Erase(t.Context(), "shop", phone.Subject); err != nil {
		t.Fatal(err)
	}
	v.now = v.now.Add(-4 * time.Minute)
	v.held = desk
	grant := v.write(consent.AcceptAll, yes)
	grant.Age, grant.Before = (20 * time.Second).Milliseconds(), desk.Consent
	if a, err := v.Record(t.Context(), grant); consent.CodeOf(err) != consent.Erased {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestOfWhoLostTheirSubjectOnlyTheRefusalsAreKept(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.does(v.write(consent.Save, map[string]int{"analytics": 0, "marketing": 1}))
	// The cookie that scripts cannot read is gone.
	v.held.Subject = ""
	v.does(v.write(consent.Save, map[string]int{}))
	v.holds("a grant of nobody is none", map[string]int{"analytics": 0})
}

func TestARefusalThatWasProvedAndTakenBackDoesNotComeBackWithATabThatHasNotHeard(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.does(v.write(consent.Save, map[string]int{"analytics": 1, "marketing": 0}))
	before := v.held.Consent
	v.now = v.now.Add(time.Minute)
	v.does(v.write(consent.AcceptAll, yes))
	v.now = v.now.Add(time.Minute)
	w := v.write(consent.Save, map[string]int{"analytics": 1})
	w.Before = before
	v.does(w)
	v.holds("what was granted since", yes)
}

func TestAnErasureReachesWhatAServerWhoseClockIsAheadHasTaken(t *testing.T) {
	t.Parallel()
	for name, erases := range map[string]func(v *visit, subject string) error{
		"by the visitor": func(v *visit, _ string) error {
			_, err := v.Erase(v.t.Context(), "shop", v.held.Subject)
			return err
		},
		"by the organisation": func(v *visit, subject string) error { return v.EraseSubject(v.t.Context(), "shop", subject) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.t = t
			v.now = v.now.Add(5 * time.Minute)
			v.does(v.write(consent.AcceptAll, yes))
			held, err := consent.OpenSubject(v.keys, "default", "shop", v.held.Subject)
			if err != nil {
				t.Fatal(err)
			}
			v.now = v.now.Add(-5 * time.Minute)
			if err := erases(v, held.Subject); err != nil {
				t.Fatal(err)
			}
			if all, err := v.Access(t.Context(), "shop", v.held.Subject); consent.CodeOf(err) != consent.Erased {
				t.Errorf("there are %d records, %v", len(all), err)
			}
		})
	}
}
