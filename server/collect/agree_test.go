package collect_test

import (
	"context"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
)

// interrupted are records where something else happens once, just after a subject was read.
type interrupted struct {
	consent.Records
	subject string
	between func()
}

func (i *interrupted) Latest(ctx context.Context, site, subject string) (consent.Record, error) {
	r, err := i.Records.Latest(ctx, site, subject)
	if then := i.between; then != nil && subject == i.subject {
		i.between = nil
		then()
	}
	return r, err
}

// TestOfLinkingsAtOneTimeEachCountsWhatTheOthersRefuse is about devices whose linkings
// read the account before any of the others is stored.
func TestOfLinkingsAtOneTimeEachCountsWhatTheOthersRefuse(t *testing.T) {
	t.Parallel()
	onlyAnalytics := map[string]int{"analytics": 1, "marketing": 0}
	onlyMarketing := map[string]int{"analytics": 0, "marketing": 1}
	for name, c := range map[string]struct {
		first, second map[string]int
		later         time.Duration
		want          map[string]int
	}{
		"the later device grants":            {no, yes, time.Second, no},
		"the later device refuses":           {yes, no, time.Second, no},
		"both decided at one time":           {no, yes, 0, no},
		"each refuses what the other grants": {onlyAnalytics, onlyMarketing, time.Hour, no},
		"both grant":                         {yes, yes, time.Second, yes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.t = t
			device := func(levels map[string]int) collect.Answer {
				v.held = collect.Answer{}
				v.does(v.write(consent.Save, levels))
				return v.held
			}
			a := device(c.first)
			v.now = v.now.Add(c.later)
			b := device(c.second)
			proof := consent.ProveAccount(consent.IdentifySecret(v.keys, "default", "shop"), "ann", v.now)
			identify := func(held collect.Answer) collect.Answer {
				got, err := v.Identify(t.Context(), collect.Identity{Site: "shop", ExternalID: "ann", Proof: proof, Consent: held.Consent, Subject: held.Subject})
				if err != nil {
					t.Fatal(err)
				}
				return collect.Answer{Consent: got.Consent, Subject: got.Subject}
			}
			v.records.subject = consent.AccountSubject(v.keys, "default", "shop", "ann")
			v.records.between = func() { a = identify(a) }
			b = identify(b)
			v.held = b
			v.holds("the device that was linked last", c.want)
			a = identify(a)
			v.held = a
			v.holds("the other one, when it comes again", c.want)
			// What is decided after that counts, as always.
			v.now = v.now.Add(time.Minute)
			v.does(v.write(consent.AcceptAll, yes))
			v.held = identify(b)
			v.holds("after a later decision", yes)
		})
	}
}

// TestALinkingPassesNoRefusalThatItDidNotKnowOf is about a server that reads the account
// before another one's withdrawal reaches the store, and a device that decided at a
// server whose clock is ahead.
func TestALinkingPassesNoRefusalThatItDidNotKnowOf(t *testing.T) {
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
	phone := v.held
	v.held = collect.Answer{}
	v.now = v.now.Add(5 * time.Minute)
	v.does(v.write(consent.AcceptAll, yes))
	v.now = v.now.Add(-4 * time.Minute)
	v.records.subject = consent.AccountSubject(v.keys, "default", "shop", "ann")
	v.records.between = func() {
		desk := v.held
		v.held = phone
		v.does(v.write(consent.Withdraw, nil))
		v.held = desk
	}
	identify()
	v.holds("the device that was linked", no)
	v.held = phone
	identify()
	v.holds("the one that refused", no)
}
