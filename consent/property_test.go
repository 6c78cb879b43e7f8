package consent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"pgregory.net/rapid"
)

func ids() []string {
	return []string{"analytics", "functional", "marketing", "necessary", "recording"}
}

func drawRule(t *rapid.T, id string) consent.Rule {
	mode := rapid.SampledFrom([]consent.Mode{consent.OptIn, consent.OptOut, consent.Notice})
	return consent.Rule{
		ID: id, Mode: mode.Draw(t, "mode"), SensitiveMode: mode.Draw(t, "sensitive mode"), Max: rapid.IntRange(1, 9).Draw(t, "max"),
		GPC: rapid.Bool().Draw(t, "gpc rule"), Minor: rapid.Bool().Draw(t, "minor rule"), Necessary: id == "necessary",
		Since: rapid.IntRange(0, 5).Draw(t, "since"), Laxer: rapid.Bool().Draw(t, "laxer"),
	}
}

func drawLevels(t *rapid.T, keys []string, limit int) map[string]int {
	return rapid.MapOfN(rapid.SampledFrom(keys), rapid.IntRange(0, limit), 0, len(keys)).Draw(t, "levels")
}

func drawChoice(t *rapid.T) *consent.Choice {
	return &consent.Choice{
		Edition: rapid.IntRange(1, 5).Draw(t, "edition"), Regime: "eea", Clock: rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "clock"),
		Levels: drawLevels(t, ids(), 9), Vendors: drawLevels(t, []string{"vimeo", "youtube"}, 1),
		Over:     rapid.MapOf(rapid.SampledFrom(ids()), rapid.Just(true)).Draw(t, "over"),
		Unproved: rapid.Bool().Draw(t, "unproved"), Forged: rapid.Bool().Draw(t, "forged"), Erased: rapid.Bool().Draw(t, "erased"),
	}
}

func drawSignals(t *rapid.T) consent.Signals {
	return consent.Signals{GPC: rapid.Bool().Draw(t, "gpc"), Minor: rapid.Bool().Draw(t, "minor"), Sensitive: rapid.Bool().Draw(t, "sensitive")}
}

func drawAsk(t *rapid.T) consent.Ask {
	return consent.Ask{Vendor: rapid.SampledFrom([]string{"", "vimeo", "youtube"}).Draw(t, "vendor"), Level: rapid.IntRange(0, 9).Draw(t, "level")}
}

func drawLives(t *rapid.T) consent.Lives {
	return consent.Lives{ConsentMonths: rapid.IntRange(0, 24).Draw(t, "months")}
}

func drawNow(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now"), 0)
}

func TestARefusedPurposeNeverRuns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, c, ask := drawRule(t, "marketing"), drawChoice(t), drawAsk(t)
		c.Levels["marketing"] = 0
		if ask.Vendor != "" && rapid.Bool().Draw(t, "vendor refused") {
			c.Vendors[ask.Vendor] = 0
		} else {
			delete(c.Vendors, ask.Vendor)
		}
		if d := consent.Decide(ask, rule, c, drawLives(t), drawSignals(t), drawNow(t)); d.Allow {
			t.Fatalf("allowed: %+v", d)
		}
	})
}

func TestNothingRunsAboveWhatWasChosenOrExists(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, c, ask := drawRule(t, "recording"), drawChoice(t), drawAsk(t)
		d := consent.Decide(ask, rule, c, drawLives(t), drawSignals(t), drawNow(t))
		level, chosen := c.Levels["recording"], false
		if _, ok := c.Levels["recording"]; ok {
			chosen = true
		}
		if n, ok := c.Vendors[ask.Vendor]; ok {
			level, chosen = n, true
		}
		if d.Allow && (d.Level > rule.Max || d.Level < ask.Level || d.Level < 1 || chosen && d.Level > level) {
			t.Fatalf("chosen %v %d, rule %+v, ask %+v: %+v", chosen, level, rule, ask, d)
		}
		if (d.Until != 0) != (d.Reason == consent.ReasonGranted) {
			t.Fatalf("an end without a grant, or a grant without an end: %+v", d)
		}
	})
}

func TestOptInNeedsAValidGrant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, c, lives, now := drawRule(t, "marketing"), drawChoice(t), drawLives(t), drawNow(t)
		rule.Mode = consent.OptIn
		d := consent.Decide(drawAsk(t), rule, c, lives, drawSignals(t), now)
		valid := !c.Unproved && !c.Forged && !c.Erased && c.Edition >= rule.Since && !rule.Laxer && now.Unix() < consent.AddMonths(c.Clock, lives.ConsentMonths)
		if d.Allow && (!valid || d.Reason != consent.ReasonGranted) {
			t.Fatalf("allowed without a valid grant: %+v", d)
		}
	})
}

func TestARuleWithoutLevelsAllowsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, c := drawRule(t, "marketing"), drawChoice(t)
		rule.Max, rule.Necessary = 0, false
		for _, choice := range []*consent.Choice{c, nil} {
			if d := consent.Decide(drawAsk(t), rule, choice, drawLives(t), drawSignals(t), drawNow(t)); d.Allow {
				t.Fatalf("allowed: %+v", d)
			}
		}
	})
}

func TestSignalsOnlyTighten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, c, ask, lives, now := drawRule(t, "marketing"), drawChoice(t), drawAsk(t), drawLives(t), drawNow(t)
		with := consent.Decide(ask, rule, c, lives, drawSignals(t), now)
		without := consent.Decide(ask, rule, c, lives, consent.Signals{}, now)
		if with.Allow && !without.Allow || with.Allow && with.Level > without.Level {
			t.Fatalf("a signal relaxed %+v to %+v", without, with)
		}
	})
}

func TestTheSignalYieldsOnlyToAValidGrantBesideIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule, c := drawRule(t, "marketing"), drawChoice(t)
		rule.GPC = true
		d := consent.Decide(drawAsk(t), rule, c, drawLives(t), consent.Signals{GPC: true}, drawNow(t))
		if d.Allow && (!c.Over["marketing"] || d.Reason != consent.ReasonGranted) {
			t.Fatalf("allowed under the signal: %+v %+v", c, d)
		}
	})
}

func drawGiven(t *rapid.T, rules []consent.Rule) consent.Given {
	g := consent.Given{Action: rapid.SampledFrom(consent.Actions()).Draw(t, "action"), Levels: map[string]int{}, Signals: drawSignals(t)}
	for _, r := range rules {
		if rapid.Bool().Draw(t, "lists "+r.ID) {
			g.Levels[r.ID] = rapid.IntRange(0, r.Max).Draw(t, "level of "+r.ID)
		}
	}
	g.Vendors = drawLevels(t, []string{"vimeo", "youtube"}, 1)
	return g
}

func players() []consent.Vendor {
	return []consent.Vendor{{ID: "vimeo", Purposes: []string{"analytics"}}, {ID: "youtube", Purposes: []string{"analytics", "marketing"}}}
}

func TestMergeGrantsOnlyWhatWasGivenOrKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rules []consent.Rule
		for _, id := range ids() {
			rules = append(rules, drawRule(t, id))
		}
		vendors := players()
		earlier, g := drawChoice(t), drawGiven(t, rules)
		out, err := consent.Merge(rules, vendors, earlier, g)
		if err != nil {
			return
		}
		trusted := !earlier.Forged && !earlier.Unproved && !earlier.Erased
		for _, r := range rules {
			n, answered := out.Levels[r.ID]
			given, listed := g.Levels[r.ID]
			switch {
			case r.Necessary && answered:
				t.Fatal("a necessary purpose is stored")
			case (g.Action == consent.RejectAll || g.Action == consent.Withdraw) && !r.Necessary && (!answered || n != 0):
				t.Fatalf("%s leaves %s at %d", g.Action, r.ID, n)
			case n > r.Max || listed && n > given:
				t.Fatalf("%s is at %d of %d, given %d", r.ID, n, r.Max, given)
			case n > 0 && !listed && (!trusted || n > earlier.Levels[r.ID]):
				t.Fatalf("%s was granted by nobody", r.ID)
			case n > 0 && listed && g.Signals.Minor && r.Minor:
				t.Fatalf("a known minor granted %s", r.ID)
			case n > 0 && listed && g.Signals.GPC && r.GPC && (g.Action != consent.Save || !out.Over[r.ID]):
				t.Fatalf("%s granted %s under the signal", g.Action, r.ID)
			case out.Over[r.ID] && n == 0:
				t.Fatalf("%s is marked and refused", r.ID)
			}
		}
		for v, n := range out.Vendors {
			if n > 0 && g.Vendors[v] == 0 && (!trusted || earlier.Vendors[v] == 0) {
				t.Fatalf("vendor %s was granted by nobody", v)
			}
			i := slices.IndexFunc(vendors, func(x consent.Vendor) bool { return x.ID == v })
			stopped := slices.ContainsFunc(rules, func(r consent.Rule) bool {
				return slices.Contains(vendors[i].Purposes, r.ID) && (g.Signals.Minor && r.Minor || g.Signals.GPC && r.GPC)
			})
			if n > 0 && stopped && earlier.Vendors[v] == 0 {
				t.Fatalf("vendor %s was granted under a signal", v)
			}
		}
		if text := consent.EncodeCookie(&consent.Choice{Edition: 1, Regime: "eea", Levels: out.Levels, Vendors: out.Vendors, Over: out.Over}); text != "" {
			if _, ok := consent.ParseCookie(text); !ok {
				t.Fatalf("what was merged makes no cookie: %q", text)
			}
		}
	})
}

func TestMergingTwiceIsMergingOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rules []consent.Rule
		for _, id := range ids() {
			rules = append(rules, drawRule(t, id))
		}
		g := drawGiven(t, rules)
		once, err := consent.Merge(rules, players(), drawChoice(t), g)
		if err != nil {
			return
		}
		once.Edition = 5
		for i := range rules {
			rules[i].Laxer = false
		}
		twice, err := consent.Merge(rules, players(), once, g)
		once.Edition = 0
		if err != nil || consent.EncodeCookie(twice) != consent.EncodeCookie(once) {
			t.Fatalf("%v: %+v then %+v", err, once, twice)
		}
	})
}
