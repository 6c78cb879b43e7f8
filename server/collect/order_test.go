package collect_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
)

// unproved is a choice as the script writes it until it is answered.
func unproved(proved string) string {
	f := strings.Split(proved, ".")
	f[1], f[6] = "-", ""
	return strings.Join(f, ".")
}

// refusing is an unproved choice like a proved one, in which everything is refused.
func refusing(proved string) string { return strings.ReplaceAll(unproved(proved), ":1", ":0") }

func TestARefusalThatDidNotArriveIsNotTakenBackByWhatDoesNotSpeakAboutIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(proved string) string
		want   map[string]int
	}{
		"the browser held a refusal without a proof": {refusing, map[string]int{"analytics": 1, "marketing": 0}},
		"the browser held the grant":                 {func(proved string) string { return proved }, yes},
		"the browser held the grant without a proof": {unproved, yes},
		"the browser held nothing that can be read":  {func(string) string { return "rubbish" }, yes},
		"the browser did not say":                    {func(string) string { return "" }, yes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.does(v.write(consent.AcceptAll, yes))
			v.now = v.now.Add(time.Minute)
			w := v.write(consent.Save, map[string]int{"analytics": 1})
			w.Before = c.before(v.held.Consent)
			v.does(w)
			v.holds(name, c.want)
		})
	}
}

// TestAWithdrawalCountsAfterWhatItTakesBackHoweverLongThatWasOnItsWay is about a
// grant that the server took in later than the visitor had withdrawn it again.
func TestAWithdrawalCountsAfterWhatItTakesBackHoweverLongThatWasOnItsWay(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]consent.Action{"by withdrawing": consent.Withdraw, "by saving": consent.Save} {
		v := newVisit(t)
		v.does(v.write(consent.AcceptAll, yes))
		v.now = v.now.Add(time.Minute)
		w := v.write(action, no)
		// Two seconds before the grant arrived.
		w.Before, w.Age = unproved(v.held.Consent), (time.Minute + 2*time.Second).Milliseconds()
		v.does(w)
		v.holds(name, no)
	}
	v := newVisit(t)
	v.does(v.write(consent.Save, no))
	v.does(v.write(consent.AcceptAll, yes))
	v.now = v.now.Add(time.Minute)
	v.does(v.write(consent.Withdraw, no))
	w := v.write(consent.AcceptAll, yes)
	w.Before, w.Age = unproved(v.held.Consent), (time.Minute + 2*time.Second).Milliseconds()
	v.does(w)
	v.holds("a grant is not lifted so", no)
}

func TestAWriteThatIsRepeatedIsAnsweredByWhatItsSubjectHasDecidedSince(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	grant := v.write(consent.AcceptAll, yes)
	v.does(grant)
	v.now = v.now.Add(time.Second)
	v.does(v.write(consent.Withdraw, nil))
	// The first try had been on its way, and its browser had no subject then.
	v.does(grant)
	v.holds("the withdrawal", no)
	v.now = v.now.Add(collect.TokenWindow)
	first := v.held
	v.does(grant)
	if v.held.Subject != "" || v.held.Consent == first.Consent {
		t.Errorf("who knows no more than an old id learns what its subject decided since: %+v", v.held)
	}
}

func TestWhatWaitedReplacesNoLaterChoiceOfTheBrowser(t *testing.T) {
	t.Parallel()
	at := func(v *visit, after time.Duration, levels map[string]int) string {
		c := consent.OpenCookie(v.keys, "default", "shop", v.held.Consent)
		return consent.SealCookie(v.keys, "default", "shop", &consent.Choice{Edition: 1, Regime: c.Regime, Clock: v.now.Add(after).Unix(), Levels: levels})
	}
	for _, c := range []struct {
		name   string
		after  time.Duration
		cookie map[string]int
		says   map[string]int
		want   map[string]int
	}{
		{"a later refusal", time.Second, no, yes, no},
		{"a refusal of the same second", 0, no, yes, no},
		{"an earlier refusal", -time.Second, no, yes, yes},
		{"a later grant", time.Second, yes, no, yes},
		{"a grant of the same second", 0, yes, no, no},
	} {
		v := newVisit(t)
		v.does(v.write(consent.RejectAll, no))
		w := v.write(consent.Save, c.says)
		w.Subject, w.Age = "", time.Minute.Milliseconds()
		w.Cookie = at(v, c.after, c.cookie)
		v.now = v.now.Add(time.Minute)
		v.does(w)
		v.holds(c.name, c.want)
	}
	v := newVisit(t)
	v.does(v.write(consent.RejectAll, no))
	w := v.write(consent.AcceptAll, yes)
	// Another node, whose clock is ahead, took what came before.
	w.Cookie = at(v, time.Minute, no)
	v.does(w)
	v.holds("what is decided now counts, whatever the clocks of the servers say", yes)
}
