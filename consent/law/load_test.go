package law_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

func TestEveryRowSatisfiesACarefulReader(t *testing.T) {
	t.Parallel()
	for _, fault := range table(t).Lint() {
		t.Error(fault)
	}
}

func TestRowsCannotChangeTheTable(t *testing.T) {
	t.Parallel()
	tb := table(t)
	tb.Rows()[0].Code = "XX"
	if tb.Rows()[0].Code == "XX" {
		t.Error("the list of rows is shared")
	}
}

// own is a table of the real world row and the rows of a test.
func own(t *testing.T, rows string) (*law.Table, error) {
	t.Helper()
	world, err := os.ReadFile(filepath.Join("rows", "world.json"))
	if err != nil {
		t.Fatal(err)
	}
	return law.LoadFiles(fstest.MapFS{"rows/a.json": {Data: []byte(rows)}, "rows/world.json": {Data: world}})
}

func TestLoadRefusesRowsThatWouldMislead(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{
		"a field that nobody knows":                  `[{"code":"JP","add":"opt-in"}]`,
		"a mode that nobody knows":                   `[{"code":"JP","ads":"maybe"}]`,
		"something after the list":                   `[] []`,
		"no list":                                    `{"code":"JP"}`,
		"a malformed code":                           `[{"code":"Japan"}]`,
		"a date that does not exist":                 `[{"code":"JP","valid_from":"2026-02-30"}]`,
		"a date with a time":                         `[{"code":"JP","valid_from":"2026-02-01T00:00:00Z"}]`,
		"an end before the beginning":                `[{"code":"JP","valid_from":"2026-02-01","valid_to":"2026-01-01"}]`,
		"a parent that does not exist":               `[{"code":"JP","parent":"ASIA"}]`,
		"itself as parent":                           `[{"code":"JP","parent":"JP"}]`,
		"an unknown part that does not exist":        `[{"code":"JP","unknown_subdivision":"JP-13"}]`,
		"a close that nobody knows":                  `[{"code":"JP","close_means":"accept"}]`,
		"a negative life":                            `[{"code":"JP","consent_months":-1}]`,
		"an age that is no age":                      `[{"code":"JP","minor_age":99}]`,
		"analytics divided without a mode":           `[{"code":"JP","analytics":{"own":"notice"}}]`,
		"a second world row that leaves things open": `[{"code":"unknown","valid_from":"2030-01-01"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := own(t, rows); consent.CodeOf(err) != consent.Invalid {
				t.Errorf("err = %v", err)
			}
		})
	}
	if _, err := law.LoadFiles(fstest.MapFS{}); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("no rows at all: %v", err)
	}
}

func TestWhatARowLeavesOpen(t *testing.T) {
	t.Parallel()
	tb, err := own(t, `[
		{"code":"JP","analytics":{"mode":"notice"},"ads":"opt-out","parity":false,"consent_months":12},
		{"code":"KR","ads":"opt-out","sale_share":"notice","reask_months":9,"sensitive":"opt-out","recording":"notice"},
		{"code":"HK","parent":"KR","ads":"opt-in","reject_first_layer":false},
		{"code":"SG","analytics":{"mode":"opt-out","own":"notice"},"ads":"opt-out","parity":false,"valid_from":"2026-06-01"}]`)
	if err != nil {
		t.Fatal(err)
	}
	terms := func(code, at string) consent.Terms {
		return tb.Resolve(place(t, code), consent.Place{}, day(t, at)).Terms
	}
	check := func(ok bool, rule string) {
		t.Helper()
		if !ok {
			t.Error(rule)
		}
	}
	jp, kr, hk := terms("JP", today), terms("KR", today), terms("HK", today)
	check(jp.Modes.SaleShare == out, "sale_share follows ads of the same row")
	check(jp.Modes.Sensitive == in && jp.Modes.Recording == in, "sensitive and recording are opt-in where nobody relaxes them")
	check(jp.GPC && jp.CloseRefuses && jp.MinorAge == 18, "what no parent states is as strict as the world row")
	check(jp.ConsentMonths == 12 && jp.ReaskMonths == 6, "where a law states no rest after a refusal, that of the world row holds")
	check(!jp.RejectFirstLayer, "no parity and no opt-in need no refusal on the first layer")
	check(kr.Modes.Analytics == in && kr.RejectFirstLayer, "opt-in needs a refusal on the first layer")
	check(kr.ConsentMonths == 6 && kr.ReaskMonths == 9, "where a law states no life of a grant, that of the world row holds")
	check(kr.Modes.SaleShare == ntc && kr.Modes.Sensitive == out && kr.Modes.Recording == ntc, "a stated mode holds")
	check(hk.Modes.SaleShare == in && hk.Modes.Ads == in, "ads of a row go before sale_share of its parent")
	check(!hk.RejectFirstLayer && hk.ReaskMonths == 9, "a stated flag holds and numbers are inherited")
	check(terms("SG", "2026-05-31").Regime == "unknown", "before its first day a lone row binds nobody")
	sg := terms("SG", "2026-06-01")
	check(sg.Modes.Analytics == out && sg.AnalyticsOwn == ntc && sg.AnalyticsOther == out, "what analytics leaves open follows its mode")
}

func TestLintNamesFaults(t *testing.T) {
	t.Parallel()
	tb, err := own(t, `[
		{"code":"JP","name":"Japan","law":"A","source":["a"],"confidence":"H","checked":"2026-01-01"},
		{"code":"JP","name":"Japan","law":"B","valid_from":"2026-01-01","source":[],"confidence":"?","checked":"soon"},
		{"code":"ZZ","name":"","law":"","source":[""],"confidence":"L","checked":"2026-01-01"},
		{"code":"KR-11","name":"Seoul","law":"C","source":["c"],"confidence":"L","checked":"2026-01-01"},
		{"code":"ABC","name":"A group","law":"D","members":["QQ","KR"],"source":["d"],"confidence":"L","checked":"2026-01-01"},
		{"code":"DEF","name":"Another","law":"D","members":["KR"],"source":["d"],"confidence":"L","checked":"2026-01-01"},
		{"code":"KR","name":"Korea","law":"E","valid_to":"2026-01-01","source":["e"],"confidence":"L","checked":"2026-01-01"},
		{"code":"KR","name":"Korea","law":"E","valid_from":"2026-02-01","valid_to":"2027-01-01","source":["e"],"confidence":"L","checked":"2026-01-01"},
		{"code":"SG","name":"Singapore","law":"F","source":["f"],"confidence":"L","checked":"2026-01-01","minor_age":14,
			"sensitive_rule":{"asks":"nicely","sale":"slow"},"recording_rule":{"parties":"two","law":"","confidence":"?"},
			"proof":{"required":true,"keep_months":-1},"clocks":{"refresh_months":-1},
			"minors":[{"below":16,"ads":"some","consent_by":"uncle"},{"from":9,"below":8}],
			"languages":{"codes":["English"]},"alike":["Big!"],"disclose":["what ever"],"conservative":["mood"],"opt_out":{"of":["rain"]},
			"links":[{"key":"x","label":""},{"key":"link.a","label":"A","instead_of":["link.b"]}]},
		{"code":"TH","name":"Thailand","law":"G","source":["g"],"confidence":"L","checked":"2026-01-01","languages":{"required":true}}]`)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(tb.Lint(), "\n")
	for _, want := range []string{
		`JP 2026-01-01: no source`, `JP 2026-01-01: the confidence "?"`, `JP 2026-01-01: the day of the last check`,
		`JP: the rows from "" and from "2026-01-01" overlap`, `ZZ: the name or the law`, `ZZ: no source`, `ZZ: the code is not assigned`,
		`KR-11: the country does not list this part`, `ABC: the member QQ is no country`,
		`DEF: the member KR also belongs to ABC`, `KR: no row holds from 2026-01-01 to 2026-02-01`, `KR: no row holds from 2027-01-01 on`,
		`SG: the rule for sensitive data asks "nicely"`, `SG: the sale of sensitive data is "slow"`, `SG: recording asks "two" parties`,
		`SG: the rule for recording cites no law`, `SG: the rule for recording has the confidence "?"`, `SG: there is a rule for recording and no mode`,
		`SG: proof is kept for -1 months`, `SG: a clock is negative`, `SG: ads to minors are "some"`, `SG: "uncle" consents for minors`,
		`SG: a rule for those below 16, while minors are those below 14`, `SG: a rule about minors from 9 to 8 years`,
		`SG: the language "English" is no tag`, `SG: the word "Big!" is malformed`, `SG: the word "what ever" is malformed`,
		`SG: the conservative field "mood" does not exist`, `SG: visitors object to "rain"`, `SG: the link key "x" is malformed`,
		`SG: the link x has no label`, `SG: the link link.a replaces "link.b"`, `TH: languages are required and none is named`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no finding %q in\n%s", want, all)
		}
	}
}
