package web

import (
	"encoding/json"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/gate"
)

func FuzzAChecksAnswerIsWhatTheEncoderOfTheLibraryWrites(f *testing.F) {
	f.Add("demo", "strict+x", "analytics", "", "_ga", true, int64(1), "granted", 3)
	f.Add("a\"b", "<&>", "\\\n", "é\u2028", "\xff", false, int64(0), "", -1)
	f.Fuzz(func(t *testing.T, site, regime, purpose, vendor, cookie string, allow bool, until int64, reason string, n int) {
		// Later years do not fit RFC 3339.
		until = min(max(until, 0), 1<<37)
		d := gate.Decision{Purpose: purpose, Vendor: vendor, Cookie: cookie, Basis: consent.BasisConsent,
			Decision: consent.Decision{Allow: allow, Level: n, Reason: consent.Reason(reason), Until: until}}
		a := gate.Answer{Site: site, Edition: n, Regime: regime, Decisions: []gate.Decision{d, d}[:max(n, -n)%3]}
		out := checkJSON{Site: a.Site, Edition: a.Edition, Regime: a.Regime, Decisions: []decisionJSON{}}
		for _, d := range a.Decisions {
			out.Decisions = append(out.Decisions, decisionOf(d))
		}
		want, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(appendCheck(nil, &a)); got != string(want)+"\n" {
			t.Fatalf("got  %swant %s", got, want)
		}
	})
}
