package law_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// expectation is one line of testdata/places.txt.
type expectation struct{ place, date, want string }

func expectations(t *testing.T) []expectation {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "places.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []expectation
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, want, ok := strings.Cut(line, " → ")
		code, date, ok2 := strings.Cut(head, " ")
		if !ok || !ok2 {
			t.Fatalf("malformed line %q", line)
		}
		all = append(all, expectation{code, date, want})
	}
	return all
}

// sentence writes a regime as the lines of the file do.
func sentence(r law.Regime) string {
	t, m := r.Terms, r.Terms.Modes
	yes := map[bool]string{true: "yes", false: "no"}
	closing := map[bool]string{true: "refusal", false: "keep-default"}
	return fmt.Sprintf("%s analytics %s (own %s, other %s), ads %s, sale %s, sensitive %s, recording %s, GPC %s, reject %s, parity %s, close %s, months %d/%d, minors below %d",
		r.ID, m.Analytics, t.AnalyticsOwn, t.AnalyticsOther, m.Ads, m.SaleShare, m.Sensitive, m.Recording, yes[t.GPC],
		yes[t.RejectFirstLayer], yes[t.Parity], closing[t.CloseRefuses], t.ConsentMonths, t.ReaskMonths, t.MinorAge)
}

func TestEveryPlaceHasTheLawThatTheListSays(t *testing.T) {
	t.Parallel()
	tb := table(t)
	all := expectations(t)
	if len(all) < 400 {
		t.Errorf("the list has only %d lines", len(all))
	}
	for _, x := range all {
		if got := sentence(tb.Resolve(place(t, x.place), consent.Place{}, day(t, x.date))); got != x.want {
			t.Errorf("%s %s\n got %s\nwant %s", x.place, x.date, got, x.want)
		}
	}
}

func TestTheListLeavesNoRowAndNoPlaceOut(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, x := range expectations(t) {
		listed[x.place] = true
		listed[x.place+" "+x.date] = true
	}
	countries := 0
	for _, r := range table(t).Rows() {
		if len(r.Code) != 3 && !listed[r.Code] {
			t.Errorf("the row %s is not in the list", r.Code)
		}
		if r.ValidFrom != "" && !listed[r.Code+" "+r.ValidFrom] {
			t.Errorf("the first day of the row %s %s is not in the list", r.Code, r.ValidFrom)
		}
		for _, s := range r.Subdivisions {
			code := s
			if r.Code != law.World {
				code = r.Code + "-" + s
			} else {
				countries++
			}
			if !listed[code] {
				t.Errorf("%s is not in the list", code)
			}
		}
	}
	if countries != 250 {
		t.Errorf("%d countries are known, want the 249 of ISO 3166-1 and the user-assigned one", countries)
	}
}

func TestTwoLettersAreAPlaceOrUnknown(t *testing.T) {
	t.Parallel()
	tb := table(t)
	assigned := map[string]bool{}
	for _, r := range tb.Rows() {
		if r.Code == law.World {
			for _, c := range r.Subdivisions {
				assigned[c] = true
			}
		}
	}
	unknown := tb.Resolve(consent.Place{}, consent.Place{}, day(t, today)).Terms
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			r := tb.Resolve(consent.Place{Country: code}, consent.Place{}, day(t, today))
			if r.Terms.ConsentMonths < 1 || r.Terms.MinorAge < 10 || !assigned[code] && r.Terms != unknown {
				t.Errorf("%s: %+v", code, r.Terms)
			}
		}
	}
}

func TestRowsFollowEachOtherWithoutGapAndWithoutOverlap(t *testing.T) {
	t.Parallel()
	last := map[string]law.Row{}
	for _, r := range table(t).Rows() {
		if before, ok := last[r.Code]; ok && (before.ValidTo == "" || before.ValidTo != r.ValidFrom) {
			t.Errorf("%s: the row to %q is followed by the row from %q", r.Code, before.ValidTo, r.ValidFrom)
		}
		last[r.Code] = r
	}
	for code, r := range last {
		if r.ValidTo != "" {
			t.Errorf("%s has no law from %s on", code, r.ValidTo)
		}
	}
}

func TestNoSourceNamesACountryOrALaw(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`"([A-Z]{2}(-[A-Z0-9]{1,3})?|[a-z]{2}-[a-z]{2}|eea|EEA)"`)
	var names []string
	for _, r := range table(t).Rows() {
		if r.Code != law.World {
			names = append(names, r.Name)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if before, _, ok := strings.Cut(line, "//"); ok {
				line = before
			}
			if found := code.FindString(line); found != "" {
				t.Errorf("%s names the place %s", f, found)
			}
			for _, n := range names {
				if len(n) > 4 && strings.Contains(line, n) {
					t.Errorf("%s names %s", f, n)
				}
			}
		}
	}
}
