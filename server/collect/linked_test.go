package collect_test

import (
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
