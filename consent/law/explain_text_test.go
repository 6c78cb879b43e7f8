package law_test

import (
	"strings"
	"testing"
)

func TestExplainIsReadByPeople(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for name, c := range map[string]struct {
		place, est, at string
		want           []string
	}{
		"a law of its own, and the publisher's": {"FR", "US-FL", today, []string{
			"A visitor in FR on 2026-11-24, a publisher established in US-FL.", "FR is France, which has a row of its own.",
			"Both laws bind; of each value the stricter one counts.", "Regime: fr+us-fl", "12 months", "Florida (US-FL)", "source: CNIL",
		}},
		"what it comes to": {"FR", "", today, []string{
			"In short:", "Waits for a yes: analytics, ads,", "own statistics and nothing else runs until an objection.", "A yes holds for 6 months; after a no nobody is asked again for 6.",
			"the notice says who is responsible, how the controller is reached",
		}},
		"what is only recommended": {"CH", "", today, []string{"should be as easy as granting", "Runs until an objection: analytics."}},
		"a publisher who adds nothing": {"unknown", "FR", today, []string{
			"the place is not known, so the strictest law binds.", "The publisher's law makes nothing stricter.", "the strict default",
		}},
		"an unknown state":               {"US", "", today, []string{"held to the strictest of its parts, California (US-CA)", "below 18", "Colorado (US-CO)", "Do Not Sell"}},
		"a state before its law":         {"US-OK", "", "2026-12-31", []string{"no row of its own on this day, so United States (US) binds", "The next change that is known comes on 2027-01-01."}},
		"a publisher without a law":      {"FR", "AQ", today, []string{"Publisher: AQ has no row of its own on this day, so it adds no second law."}},
		"a place that nobody knows":      {"ZZ", "", today, []string{"A visitor in a place that is not known on 2026-11-24."}},
		"a territory":                    {"RE", "", today, []string{"RE follows France (FR)."}},
		"a part of a country":            {"DE-BY", "", today, []string{"DE-BY lies in Germany (DE), whose law is one for all parts."}},
		"a country without a row":        {"AQ", "", today, []string{"AQ has no row of its own on this day, so the strictest law binds."}},
		"an exemption that holds":        {"FR", "", today, []string{"own audience: opt-out", "single publisher"}},
		"an exemption that is taken":     {"FR", "DE", today, []string{"Analytics                   opt-in: waits for a yes   European Economic Area (EEA)"}},
		"a law about recording":          {"US-WA", "", today, []string{"all participants must agree or know (RCW 9.73.030"}},
		"a law that ends on a known day": {"CL", "", "2026-11-30", []string{"until 2026-12-01", "The next change that is known comes on 2026-12-01."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, err := tb.Explain(c.place, c.est, day(t, c.at))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range c.want {
				if !strings.Contains(x.String(), w) {
					t.Errorf("no %q in\n%s", w, x)
				}
			}
		})
	}
	x, err := tb.Explain("JP", "", day(t, today))
	if err != nil || strings.Contains(x.String(), "The next change") || strings.Contains(x.String(), "Publisher") {
		t.Errorf("says what is not so:\n%s", x)
	}
}
