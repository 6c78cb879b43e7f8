package law_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

func TestWhatAPageOwesUnderEachLaw(t *testing.T) {
	t.Parallel()
	tb := table(t)
	duties := func(code, est, at string) law.Duties {
		return tb.Resolve(place(t, code), place(t, est), day(t, at)).Duties
	}
	check := func(ok bool, rule string) {
		t.Helper()
		if !ok {
			t.Error(rule)
		}
	}
	required := func(code string) string {
		if l := duties(code, "", today).Languages; l != nil && l.Required {
			return strings.Join(l.Codes, " ")
		}
		return ""
	}
	links := func(code, est string) (keys []string) {
		for _, l := range duties(code, est, today).Links {
			keys = append(keys, l.Key)
		}
		return keys
	}
	check(required("FR") == "fr" && required("CA-QC") == "fr" && required("GP") == "fr", "French is required in France, its territories and Quebec")
	check(required("MY") == "ms en", "Malay and English are required in Malaysia")
	check(required("DE") == "" && required("US-CA") == "" && required("") == "", "elsewhere no language is required")
	check(slices.Equal(links("US-CA", ""), []string{"link.do_not_sell", "link.limit_sensitive", "link.choices", "link.notice_at_collection"}), "California asks for its links")
	check(links("US-VA", "") == nil && links("FR", "US-CA") == nil, "a publisher's law adds no link to pages of other places")
	check(slices.Equal(links("US", ""), links("US-CA", "")), "an unknown state owes what the strictest one does")
	check(!duties("US-CA", "", "2025-12-31").StatusShown && duties("US-CA", "", "2026-01-01").StatusShown, "the status is shown from its day on")
	check(duties("NG", "", today).Placement == "not-bottom-bar" && duties("FR", "NG", today).Placement == "not-bottom-bar", "a mere bottom bar is not enough for either law")
	check(duties("NL", "", today).CookieWallBanned && duties("", "", today).CookieWallBanned && !duties("US-WY", "", today).CookieWallBanned, "cookie walls are banned where a row says so")
	check(slices.Equal(duties("FR", "", today).Disclose, []string{"controllers", "controller-contact"}), "the controllers are listed in France")
	check(duties("US-WA", "", today).HealthConsent && duties("US-NV", "", today).HealthConsent && duties("US-CT", "", today).HealthConsent, "health data waits in three states")
	ca := duties("US-CA", "", today)
	check(ca.AnswerDays == 45 && ca.OptOutBusinessDays == 15 && ca.ProofMonths == 24, "California's times for an answer, an objection and proof")
	check(duties("US-IA", "", today).AnswerDays == 90, "Iowa's time for an answer")
	check(duties("US-WY", "", today).AnswerDays == 0 && duties("US-WY", "", today).ProofMonths == 0, "no time where no law gives one")
	check(!duties("US-WY", "", today).HealthConsent && !duties("FR", "", today).HealthConsent, "health data waits nowhere else")
	check(law.Present(tb.Resolve(place(t, "IT"), consent.Place{}, day(t, today)), nil).CloseButton, "an X is shown in Italy")
	check(!law.Present(tb.Resolve(place(t, "FR"), consent.Place{}, day(t, today)), nil).CloseButton, "no X is asked for in France")
	check(law.Present(tb.Resolve(place(t, "FR"), place(t, "IT"), day(t, today)), nil).CloseButton, "an Italian publisher shows an X everywhere")
}

func TestStatesThatAskAllParticipants(t *testing.T) {
	t.Parallel()
	tb := table(t)
	found := map[string]bool{}
	for _, r := range tb.Rows() {
		if r.RecordingRule == nil {
			continue
		}
		if *r.Recording != consent.OptIn || r.RecordingRule.Confidence == "" {
			t.Errorf("%s: recording is %s", r.Code, r.Recording)
		}
		if r.RecordingRule.Parties == "all" {
			found[r.Code] = true
		} else if r.RecordingRule.Note == "" {
			t.Errorf("%s does not say why it is held stricter than its law", r.Code)
		}
	}
	want := strings.Fields("CA CT DE FL IL MD MA MI MT NV NH OR PA WA")
	for _, s := range want {
		if !found["US-"+s] {
			t.Errorf("US-%s does not ask all participants", s)
		}
	}
	if len(found) != len(want) {
		t.Errorf("all participants are asked in %v", found)
	}
}

func TestFactsOfSingleRows(t *testing.T) {
	t.Parallel()
	tb := table(t)
	row := func(code, from string) law.Row {
		for _, r := range tb.Rows() {
			if r.Code == code && r.ValidFrom == from {
				return r
			}
		}
		t.Fatalf("no row %s from %q", code, from)
		return law.Row{}
	}
	check := func(ok bool, rule string) {
		t.Helper()
		if !ok {
			t.Error(rule)
		}
	}
	ca := row("US-CA", "2026-01-01")
	check(ca.Clocks.OptOutBusinessDays == 15 && ca.Proof.KeepMonths == 24 && ca.OptOut.NoVerification, "California's clocks and proof")
	check(!ca.BrowserSignal && row("US-CA", "2027-01-01").BrowserSignal, "browsers offer the signal from 2027-01-01 on")
	check(*row("FR", "").Clocks == law.Clocks{TrackerMonths: 13, DataMonths: 25}, "France limits exempt statistics")
	check(row("US-CO", "2024-07-01").Clocks.RefreshMonths == 24, "Colorado refreshes a consent")
	check(row("US-MD", "2025-10-01").GPPEmit == 7 && row("US-MD", "2025-10-01").SensitiveRule.Sale == "banned", "Maryland's section and sale")
	check(slices.Contains(row("TR", "").Conservative, "analytics"), "Türkiye is read strictly")
	check(slices.Equal(row("GR", "").Alike, []string{"clicks", "size", "colour"}), "Greece compares the buttons")
	check(row("CN", "").Proof.KeepMonths == 36 && !row("HK", "").Proof.Required, "proof in China and Hong Kong")
	check(*row("US-UT", "2023-12-31").Sensitive == consent.OptIn && row("US-UT", "2023-12-31").SensitiveRule.Asks == "opt-out", "a laxer rule for sensitive data is told and not used")
}

func TestNoRowStatesAFieldTwice(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("rows", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var rows []json.RawMessage
		if err := json.Unmarshal(b, &rows); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			seen := map[string]bool{}
			d := json.NewDecoder(bytes.NewReader(row))
			_, _ = d.Token()
			for d.More() {
				key, err := d.Token()
				if err != nil {
					t.Fatal(err)
				}
				name, _ := key.(string)
				if seen[name] || name != strings.ToLower(name) {
					t.Errorf("%s: %q is stated twice or misspelt in %.80s", f, name, row)
				}
				seen[name] = true
				var v json.RawMessage
				if err := d.Decode(&v); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
