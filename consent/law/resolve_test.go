package law_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

func table(t *testing.T) *law.Table {
	t.Helper()
	tb, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func place(t *testing.T, s string) consent.Place {
	t.Helper()
	p, ok := consent.ParsePlace(s)
	if !ok {
		t.Fatalf("%q is no place", s)
	}
	return p
}

const today = "2026-11-24"

func TestResolvePicksTheLawOfThePlace(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for name, c := range map[string]struct{ place, establishment, at, id string }{
		"a member of the European Union":                        {"FR", "", today, "fr"},
		"a state of the EEA outside the Union":                  {"NO", "", today, "no"},
		"a part of a member is the member":                      {"FR-IDF", "", today, "fr"},
		"a part of a member that does not exist is the member":  {"DE-ZZZ", "", today, "de"},
		"a member before the first day of its row is the group": {"NO", "", "2024-12-31", "eea"},
		"a territory follows the country whose law holds there": {"RE", "", today, "fr"},
		"a country with a row of its own":                       {"GB", "", today, "gb"},
		"a part of it is the country":                           {"GB-SCT", "", today, "gb"},
		"Switzerland is not in the EEA":                         {"CH", "", today, "ch"},
		"a state with a row of its own":                         {"US-CA", "", today, "us-ca"},
		"a known state without a row is the country":            {"US-WY", "", today, "us"},
		"the district is known":                                 {"US-DC", "", today, "us"},
		"a country whose part is unknown has the strict law":    {"US", "", today, "us-unknown"},
		"a state that does not exist counts as unknown":         {"US-ZZ", "", today, "us-unknown"},
		"a territory with a country code of its own has no row": {"PR", "", today, "unknown"},
		"its code as a state is not on the list of states":      {"US-PR", "", today, "us-unknown"},
		"a state whose law is not yet in force is the country":  {"US-FL", "", "2024-06-30", "us"},
		"a state on the first day of its law":                   {"US-FL", "", "2024-07-01", "us-fl"},
		"a province without a row is the country":               {"CA-ON", "", today, "ca"},
		"a province with a row":                                 {"CA-QC", "", today, "ca-qc"},
		"an unknown province is the strictest province":         {"CA", "", today, "ca-qc"},
		"a province that does not exist counts as unknown":      {"CA-XX", "", today, "ca-qc"},
		"a country of South America":                            {"BR", "", today, "br"},
		"a country without a row has the strictest law":         {"AQ", "", today, "unknown"},
		"a code that is not assigned is unknown":                {"ZZ", "", today, "unknown"},
		"the code of a group is no country":                     {"EU", "", today, "unknown"},
		"an unknown place has the strictest law":                {"", "", today, "unknown"},
		"the word unknown is the unknown place":                 {"unknown", "", today, "unknown"},
		"small letters are the same place":                      {"us-ca", "", today, "us-ca"},
		"an unknown establishment adds nothing":                 {"US-WY", "unknown", today, "us"},
		"an establishment that is not assigned adds nothing":    {"US-WY", "ZZ", today, "us"},
		"an establishment under the same law adds nothing":      {"RE", "FR", today, "fr"},
		"a member without an exemption takes it away":           {"FR", "DE", today, "fr+de"},
		"an establishment that changes nothing adds nothing":    {"unknown", "FR", today, "unknown"},
		"a laxer establishment adds nothing":                    {"US-CA", "US-WY", today, "us-ca"},
		"an establishment that is stricter is named":            {"FR", "US-FL", today, "fr+us-fl"},
		"a strict publisher binds a lax place":                  {"US-WY", "FR", today, "us+fr"},
		"a publisher in an unknown state is held strictly":      {"US-WY", "US", today, "us+us-unknown"},
		"an unknown visitor and a stricter publisher":           {"unknown", "US-FL", today, "unknown+us-fl"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := tb.Resolve(place(t, c.place), place(t, c.establishment), day(t, c.at))
			if r.ID != c.id || r.Terms.Regime != c.id {
				t.Errorf("regime = %q (terms %q), want %q", r.ID, r.Terms.Regime, c.id)
			}
		})
	}
}

func TestTerritoriesFollowTheirOwnStatusNotTheirMotherCountry(t *testing.T) {
	t.Parallel()
	tb := table(t)
	want := map[string]string{"AX": "fi"}
	for c := range strings.FieldsSeq("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO GG JE IM GI") {
		want[c] = strings.ToLower(c)
	}
	for c := range strings.FieldsSeq("GP GF MQ RE YT MF") {
		want[c] = "fr"
	}
	for c := range strings.FieldsSeq("GL FO AW CW SX BQ NC PF PM BL WF SJ PR GU VI AS MP XK MC SM VA AD") {
		want[c] = "unknown"
	}
	for code, id := range want {
		if r := tb.Resolve(place(t, code), consent.Place{}, day(t, today)); r.ID != id {
			t.Errorf("%s = %q, want %q", code, r.ID, id)
		}
	}
}

const (
	in  = consent.OptIn
	out = consent.OptOut
	ntc = consent.Notice
)

func TestTermsOfEachLaw(t *testing.T) {
	t.Parallel()
	tb := table(t)
	modes := func(analytics, ads, sale consent.Mode) consent.Modes {
		return consent.Modes{Analytics: analytics, Ads: ads, SaleShare: sale}
	}
	for code, w := range map[string]consent.Terms{
		"FR":      {Regime: "fr", AnalyticsOwn: out, RejectFirstLayer: true, Parity: true, CloseRefuses: true, ConsentMonths: 6, ReaskMonths: 6, MinorAge: 15},
		"GB":      {Regime: "gb", Modes: modes(out, in, in), AnalyticsOwn: out, AnalyticsOther: in, RejectFirstLayer: true, Parity: true, CloseRefuses: true, ConsentMonths: 6, ReaskMonths: 6, MinorAge: 13},
		"CH":      {Regime: "ch", Modes: modes(out, in, in), AnalyticsOwn: out, AnalyticsOther: out, RejectFirstLayer: true, CloseRefuses: true, ConsentMonths: 12, ReaskMonths: 6, MinorAge: 16},
		"US-WY":   {Regime: "us", Modes: modes(ntc, ntc, ntc), AnalyticsOwn: ntc, AnalyticsOther: ntc, RejectFirstLayer: true, Parity: true, ConsentMonths: 6, ReaskMonths: 12, MinorAge: 13},
		"US-CA":   {Regime: "us-ca", Modes: modes(out, out, out), AnalyticsOwn: out, AnalyticsOther: out, GPC: true, RejectFirstLayer: true, Parity: true, ConsentMonths: 6, ReaskMonths: 12, MinorAge: 16},
		"US-WA":   {Regime: "us-wa", Modes: modes(out, ntc, ntc), AnalyticsOwn: out, AnalyticsOther: out, RejectFirstLayer: true, Parity: true, ConsentMonths: 6, ReaskMonths: 12, MinorAge: 13},
		"US-FL":   {Regime: "us-fl", Modes: modes(out, out, out), AnalyticsOwn: out, AnalyticsOther: out, RejectFirstLayer: true, Parity: true, ConsentMonths: 6, ReaskMonths: 12, MinorAge: 18},
		"US":      {Regime: "us-unknown", Modes: modes(out, out, out), AnalyticsOwn: out, AnalyticsOther: out, GPC: true, RejectFirstLayer: true, Parity: true, ConsentMonths: 6, ReaskMonths: 12, MinorAge: 18},
		"CA-ON":   {Regime: "ca", Modes: modes(out, out, out), AnalyticsOwn: out, AnalyticsOther: out, GPC: true, ConsentMonths: 12, ReaskMonths: 6, MinorAge: 13},
		"CA-QC":   {Regime: "ca-qc", GPC: true, RejectFirstLayer: true, Parity: true, CloseRefuses: true, ConsentMonths: 6, ReaskMonths: 6, MinorAge: 14},
		"BR":      {Regime: "br", GPC: true, RejectFirstLayer: true, Parity: true, CloseRefuses: true, ConsentMonths: 6, ReaskMonths: 6, MinorAge: 18},
		"unknown": {Regime: "unknown", GPC: true, RejectFirstLayer: true, Parity: true, CloseRefuses: true, ConsentMonths: 6, ReaskMonths: 6, MinorAge: 18},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			if got := tb.Resolve(place(t, code), consent.Place{}, day(t, today)).Terms; got != w {
				t.Errorf("terms\n got %+v\nwant %+v", got, w)
			}
		})
	}
}

func TestStricterValueWinsFieldByField(t *testing.T) {
	t.Parallel()
	r := table(t).Resolve(place(t, "GB"), place(t, "US-CA"), day(t, today))
	w := consent.Terms{
		Regime: "gb+us-ca", Modes: consent.Modes{Analytics: out}, AnalyticsOwn: out, AnalyticsOther: in,
		GPC: true, RejectFirstLayer: true, Parity: true, CloseRefuses: true, ConsentMonths: 6, ReaskMonths: 12, MinorAge: 16,
	}
	if r.Terms != w {
		t.Errorf("terms\n got %+v\nwant %+v", r.Terms, w)
	}
	for field, row := range map[string]string{"ads": "GB", "gpc": "US-CA", "consent_months": "GB", "reask_months": "US-CA", "minor_age": "US-CA", "close_means": "GB"} {
		if r.Why[field] != row {
			t.Errorf("why %s = %q, want %q", field, r.Why[field], row)
		}
	}
	if alone := table(t).Resolve(place(t, "GB"), consent.Place{}, day(t, today)); alone.Why["gpc"] != "GB" {
		t.Errorf("joining changed the reasons of the law alone: %v", alone.Why)
	}
}

func TestLawChangesOnItsDay(t *testing.T) {
	t.Parallel()
	tb := table(t)
	flip := time.Date(2026, 2, 5, 0, 0, 0, 0, time.UTC)
	gb := place(t, "GB")
	before := tb.Resolve(gb, consent.Place{}, flip.Add(-time.Second)).Terms
	after := tb.Resolve(gb, consent.Place{}, flip).Terms
	if before.Modes.Analytics != in || before.AnalyticsOwn != in {
		t.Errorf("the second before the change: %+v", before)
	}
	if after.Modes.Analytics != out || after.AnalyticsOwn != out || after.AnalyticsOther != in {
		t.Errorf("the second of the change: %+v", after)
	}
	east := time.FixedZone("east", 5*3600)
	if got := tb.Resolve(gb, consent.Place{}, time.Date(2026, 2, 5, 4, 59, 59, 0, east)).Terms; got != before {
		t.Errorf("the day is counted in UTC, got %+v", got)
	}
	for _, at := range []string{"1990-01-01", "2025-12-31", "2026-01-01", "2099-01-01"} {
		r := tb.Resolve(place(t, "US-CA"), consent.Place{}, day(t, at))
		if r.ID != "us-ca" || !r.Terms.GPC {
			t.Errorf("%s: %q %+v", at, r.ID, r.Terms)
		}
	}
	var dates []string
	for _, row := range tb.Rows() {
		if row.Code == "US-CA" {
			dates = append(dates, row.ValidFrom+"/"+row.ValidTo)
		}
	}
	if !slices.Equal(dates, []string{"/2026-01-01", "2026-01-01/2027-01-01", "2027-01-01/"}) {
		t.Errorf("dated rows = %v", dates)
	}
}

func TestUnionOfMinorAgesKnowsOnlyLawsInForce(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for at, age := range map[string]int{"2023-06-30": 16, "2023-07-01": 18} {
		if r := tb.Resolve(place(t, "US"), consent.Place{}, day(t, at)); r.Terms.MinorAge != age || r.ID != "us-unknown" {
			t.Errorf("%s: %q, minors below %d, want %d", at, r.ID, r.Terms.MinorAge, age)
		}
	}
}

func TestZeroRegimeDenies(t *testing.T) {
	t.Parallel()
	var r law.Regime
	for _, c := range consent.Classes() {
		if m := r.Terms.Mode(c, true); c != consent.Necessary && m != consent.OptIn {
			t.Errorf("%s = %s", c, m)
		}
	}
	if r.Terms.ConsentMonths != 0 {
		t.Errorf("a consent under no law lasts %d months", r.Terms.ConsentMonths)
	}
}

// What is remembered of a period is asked for by its number.
func TestAPeriodBeginsWithEveryDayOnWhichARowBeginsOrEnds(t *testing.T) {
	t.Parallel()
	laws := table(t)
	for _, r := range laws.Rows() {
		for _, date := range []string{r.ValidFrom, r.ValidTo} {
			if date == "" {
				continue
			}
			day, err := time.Parse(time.DateOnly, date)
			if err != nil {
				t.Fatal(err)
			}
			at := day.Unix()
			if before, first := laws.Period(at-1), laws.Period(at); first != before+1 || laws.Period(at+1) != first {
				t.Errorf("%s, %s: the second before is in period %d, the day in %d", r.Code, date, before, first)
			}
		}
	}
	if laws.Period(-1<<62) != 0 || laws.Period(1<<62) < 1 {
		t.Error("the first and the last period are not at the ends of time")
	}
}
