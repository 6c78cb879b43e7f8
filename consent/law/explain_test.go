package law_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

func TestExplainIsReadByPrograms(t *testing.T) {
	t.Parallel()
	x, err := table(t).Explain("us-ca", "", day(t, "2026-12-01"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"place":"US-CA","establishment":"","at":"2026-12-01","regime":"us-ca",` +
		`"modes":{"analytics":"opt-out","ads":"opt-out","sale_share":"opt-out","sensitive":"opt-in","recording":"opt-in"},` +
		`"gpc":true,"reject_first_layer":true,"parity":true,"close_means":"keep-default","consent_months":6,"reask_months":12,"minor_age":16,` +
		`"why":{"ads":"US-CA","analytics":"US-CA: notice only when the analytics vendor is a contracted processor/service provider; opt-out when it may reuse data",` +
		`"close_means":"US-CA","consent_months":"unknown","gpc":"US-CA","minor_age":"US-CA","parity":"US-CA","reask_months":"US-CA","recording":"US-CA",` +
		`"reject_first_layer":"US-CA","sale_share":"US-CA","sensitive":"US-CA"}}`
	if string(got) != want {
		t.Errorf("explanation\n got %s\nwant %s", got, want)
	}
}

func TestExplainEchoesTheCanonicalPlace(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for name, c := range map[string]struct{ place, est, wantPlace, wantEst, regime string }{
		"small letters":                        {"fr", "us-fl", "FR", "US-FL", "fr+us-fl"},
		"the unknown place":                    {"unknown", "", "unknown", "", "unknown"},
		"an empty place":                       {"", "", "unknown", "", "unknown"},
		"a code that is not assigned":          {"ZZ", "QQ", "unknown", "unknown", "unknown"},
		"a code of an edge that is no country": {"t1", "A1", "unknown", "unknown", "unknown"},
		"a part of a code not assigned":        {"ZZ-AB", "", "unknown", "", "unknown"},
		"a country without a row":              {"AQ", "", "AQ", "", "unknown"},
		"a state that does not exist":          {"US-ZZ", "", "US", "", "us-unknown"},
		"a part of a country without a list":   {"FR-75", "", "FR-75", "", "fr"},
		"an establishment said to be unknown":  {"FR", "unknown", "FR", "unknown", "fr"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, err := tb.Explain(c.place, c.est, day(t, today))
			if err != nil || x.Place != c.wantPlace || x.Establishment != c.wantEst || x.Regime != c.regime {
				t.Errorf("got %q %q %q %v, want %q %q %q", x.Place, x.Establishment, x.Regime, err, c.wantPlace, c.wantEst, c.regime)
			}
		})
	}
}

func TestExplainRefusesWhatIsNotACode(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for _, s := range []string{"California", "U", "1A", "T-", "US-", "US-CALI", "US_CA", "US-C A", "é", strings.Repeat("x", 500)} {
		if _, err := tb.Explain(s, "", day(t, today)); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("place %q: %v", s, err)
		}
		if _, err := tb.Explain("US", s, day(t, today)); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("establishment %q: %v", s, err)
		}
	}
}

func TestPresentFollowsWhatTheSiteAsks(t *testing.T) {
	t.Parallel()
	rule := func(m consent.Mode) consent.Rule { return consent.Rule{ID: "x", Mode: m, Max: 1} }
	need := consent.Rule{ID: "necessary", Necessary: true, Mode: ntc, Max: 1}
	for name, c := range map[string]struct {
		rules []consent.Rule
		want  string
	}{
		"nothing but what is necessary":      {[]consent.Rule{need}, law.ProfileNotice},
		"no purposes":                        {nil, law.ProfileNotice},
		"all wait for a grant":               {[]consent.Rule{need, rule(in), rule(in)}, law.ProfileOptIn},
		"some run until an objection":        {[]consent.Rule{need, rule(in), rule(out)}, law.ProfileMixed},
		"some are only told":                 {[]consent.Rule{rule(in), rule(ntc)}, law.ProfileMixed},
		"all run until an objection":         {[]consent.Rule{need, rule(out)}, law.ProfileOptOut},
		"some can be objected to, some told": {[]consent.Rule{rule(ntc), rule(out)}, law.ProfileOptOut},
		"all are told":                       {[]consent.Rule{need, rule(ntc)}, law.ProfileNotice},
		"a mode that nobody knows":           {[]consent.Rule{rule(9)}, law.ProfileOptIn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p := law.Present(law.Regime{}, c.rules); p.Profile != c.want {
				t.Errorf("profile %q, want %q", p.Profile, c.want)
			}
		})
	}
}

func TestPresentClosesAsTheLawSays(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for code, want := range map[string]law.Presentation{
		"FR":    {Profile: law.ProfileNotice, CloseRefuses: true},
		"GB":    {Profile: law.ProfileNotice, CloseRefuses: true},
		"US-CA": {Profile: law.ProfileNotice},
		"CA-QC": {Profile: law.ProfileNotice, CloseRefuses: true},
		"":      {Profile: law.ProfileNotice, CloseRefuses: true},
	} {
		if got := law.Present(tb.Resolve(place(t, code), consent.Place{}, day(t, today)), nil); got != want {
			t.Errorf("%q: %+v, want %+v", code, got, want)
		}
	}
}
