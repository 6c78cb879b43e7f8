package collect_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
)

// TestARefusalCountsAfterALinkingOfTheSameMillisecond is about two devices of
// one account: a linking stands a moment behind what it links, and so ahead of
// the clock.
func TestARefusalCountsAfterALinkingOfTheSameMillisecond(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]func(v *visit){
		"by a write":  func(v *visit) { v.does(v.write(consent.Withdraw, nil)) },
		"by a choice": func(v *visit) { v.does(v.write(consent.Save, no)) },
		"by a right": func(v *visit) {
			v.t.Helper()
			if _, _, err := v.Act(v.t.Context(), collect.Act{Site: "shop", Note: v.note, Action: consent.Object, Subject: v.held.Subject, Consent: v.held.Consent}); err != nil {
				v.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.t = t
			proof := consent.ProveAccount(consent.IdentifySecret(v.keys, "default", "shop"), "ann", v.now)
			identify := func() {
				t.Helper()
				a, err := v.Identify(t.Context(), collect.Identity{Site: "shop", ExternalID: "ann", Proof: proof, Consent: v.held.Consent, Subject: v.held.Subject})
				if err != nil {
					t.Fatal(err)
				}
				v.held = collect.Answer{Consent: a.Consent, Subject: a.Subject}
			}
			device := func() (held collect.Answer) {
				t.Helper()
				v.held = collect.Answer{}
				v.does(v.write(consent.AcceptAll, yes))
				identify()
				return v.held
			}
			phone, desk := device(), device()
			v.held = phone
			refusal(v)
			v.held = desk
			identify()
			v.holds("the other device", no)
		})
	}
}

// TestARefusalCountsAfterAGrantOfAServerWhoseClockIsAhead is about two devices of one
// account. A click is some milliseconds old when it is sent, and more when it was tried
// before.
func TestARefusalCountsAfterAGrantOfAServerWhoseClockIsAhead(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{
		"sent at once": 0, "sent some milliseconds later": 3 * time.Millisecond, "sent after a while": 20 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.t = t
			proof := consent.ProveAccount(consent.IdentifySecret(v.keys, "default", "shop"), "ann", v.now)
			identify := func() collect.Answer {
				t.Helper()
				a, err := v.Identify(t.Context(), collect.Identity{Site: "shop", ExternalID: "ann", Proof: proof, Consent: v.held.Consent, Subject: v.held.Subject})
				if err != nil {
					t.Fatal(err)
				}
				return collect.Answer{Consent: a.Consent, Subject: a.Subject}
			}
			v.does(v.write(consent.Save, no))
			v.held = identify()
			desk := v.held
			// The other device decides at a server that is five minutes ahead.
			v.now = v.now.Add(5 * time.Minute)
			v.does(v.write(consent.AcceptAll, yes))
			phone := v.held
			v.now = v.now.Add(-4 * time.Minute)
			v.held = desk
			refusal := v.write(consent.Withdraw, nil)
			refusal.Age, refusal.Before = age.Milliseconds(), desk.Consent
			v.does(refusal)
			v.holds("the device that refused", no)
			v.held = phone
			v.held = identify()
			v.holds("the other device", no)
		})
	}
}

// TestAChoiceCountsAfterAnErasureByAServerWhoseClockIsAhead is about an account, which
// has the same subject after an erasure.
func TestAChoiceCountsAfterAnErasureByAServerWhoseClockIsAhead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		action consent.Action
		levels map[string]int
		again  bool
		age    time.Duration
	}{
		"a grant":                           {consent.AcceptAll, yes, true, 0},
		"a refusal":                         {consent.Save, no, true, 0},
		"one of a device that was not told": {consent.AcceptAll, yes, false, 0},
		"a click of some milliseconds ago":  {consent.AcceptAll, yes, true, 3 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.t = t
			proof := consent.ProveAccount(consent.IdentifySecret(v.keys, "default", "shop"), "ann", v.now)
			identify := func() {
				t.Helper()
				a, err := v.Identify(t.Context(), collect.Identity{Site: "shop", ExternalID: "ann", Proof: proof, Consent: v.held.Consent, Subject: v.held.Subject})
				if err != nil {
					t.Fatal(err)
				}
				v.held = collect.Answer{Consent: a.Consent, Subject: a.Subject}
			}
			v.does(v.write(consent.AcceptAll, yes))
			identify()
			v.now = v.now.Add(5 * time.Minute)
			if _, err := v.Erase(t.Context(), "shop", v.held.Subject); err != nil {
				t.Fatal(err)
			}
			v.now = v.now.Add(-4 * time.Minute)
			if c.again {
				identify()
			}
			choice := v.write(c.action, c.levels)
			choice.Age, choice.Before = c.age.Milliseconds(), v.held.Consent
			v.does(choice)
			v.holds("after the choice", c.levels)
			identify()
			v.holds("when it comes again", c.levels)
		})
	}
}

// TestAnErasureReachesADeviceThatWasLinkedLongAgo is about an account with more
// records than its history tells.
func TestAnErasureReachesADeviceThatWasLinkedLongAgo(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.t = t
	v.does(v.write(consent.AcceptAll, yes))
	device, err := consent.OpenSubject(v.keys, "default", "shop", v.held.Subject)
	if err != nil {
		t.Fatal(err)
	}
	proof := consent.ProveAccount(consent.IdentifySecret(v.keys, "default", "shop"), "ann", v.now)
	a, err := v.Identify(t.Context(), collect.Identity{Site: "shop", ExternalID: "ann", Proof: proof, Consent: v.held.Consent, Subject: v.held.Subject})
	if err != nil {
		t.Fatal(err)
	}
	account := consent.AccountSubject(v.keys, "default", "shop", "ann")
	var since sync.WaitGroup
	for n := range 1000 {
		since.Go(func() {
			_, _, err := v.records.Append(t.Context(), consent.Record{
				ID: fmt.Sprintf("%021dA", n), Site: "shop", Subject: account, Action: consent.Save, Levels: no, Content: "c",
				Time: v.now, Clock: v.now.Add(time.Duration(n+1) * time.Millisecond).UnixMilli(),
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	since.Wait()
	v.now = v.now.Add(time.Hour)
	if _, err := v.Erase(t.Context(), "shop", a.Subject); err != nil {
		t.Fatal(err)
	}
	if all, err := v.records.History(t.Context(), "shop", device.Subject); consent.CodeOf(err) != consent.Erased {
		t.Errorf("of the device there are %d records, %v", len(all), err)
	}
}
