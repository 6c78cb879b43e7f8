package consent_test

import (
	"testing"

	"github.com/leadiumx/consent/consent"
)

func rulesOf(s consent.Site, terms consent.Terms, p consent.Place) map[string]consent.Rule {
	m := map[string]consent.Rule{}
	for _, r := range s.Rules(terms, p) {
		m[r.ID] = r
	}
	return m
}

func lax() consent.Terms {
	n := consent.Notice
	return consent.Terms{Modes: consent.Modes{Analytics: n, Ads: n, SaleShare: n, Sensitive: n, Recording: n}, AnalyticsOwn: n, AnalyticsOther: n}
}

func TestZeroTermsAskOptInForAllThatIsNotNecessary(t *testing.T) {
	t.Parallel()
	for id, r := range rulesOf(shop(), consent.Terms{}, consent.Place{}) {
		if r.Necessary != (id == "necessary") || (!r.Necessary && (r.Mode != consent.OptIn || r.SensitiveMode != consent.OptIn)) {
			t.Errorf("%s: %+v", id, r)
		}
	}
}

func TestTheStrictestClassOfAPurposeCounts(t *testing.T) {
	t.Parallel()
	terms := lax()
	terms.Modes.SaleShare = consent.OptOut
	s := shop()
	s.Stricter = nil
	r := rulesOf(s, terms, consent.Place{})
	if r["marketing"].Mode != consent.OptOut || !r["marketing"].GPC || !r["marketing"].Minor {
		t.Errorf("marketing: %+v", r["marketing"])
	}
	if r["analytics"].Mode != consent.Notice || r["analytics"].GPC || r["analytics"].Minor {
		t.Errorf("analytics: %+v", r["analytics"])
	}
	if r["recording"].Max != 3 || r["analytics"].Max != 1 {
		t.Errorf("levels: %+v", r)
	}
}

func TestEachClassThatSellsOrAdvertisesIsHeldBackBySignals(t *testing.T) {
	t.Parallel()
	for class, held := range map[consent.Class]bool{
		consent.Ads: true, consent.SaleShare: true,
		consent.Analytics: false, consent.Functional: false, consent.Sensitive: false, consent.Recording: false,
	} {
		s := consent.Site{Purposes: []consent.Purpose{{ID: "only", Classes: []consent.Class{class}}}}
		if r := rulesOf(s, lax(), consent.Place{})["only"]; r.GPC != held || r.Minor != held {
			t.Errorf("%s: %+v", class, r)
		}
	}
}

func TestAPurposeOfNoClassWaitsForAGrant(t *testing.T) {
	t.Parallel()
	s := consent.Site{Purposes: []consent.Purpose{{ID: "only"}}}
	if r := rulesOf(s, lax(), consent.Place{})["only"]; r.Mode != consent.OptIn || r.SensitiveMode != consent.OptIn || r.Necessary {
		t.Errorf("%+v", r)
	}
}

func TestOnlyOwnStatisticsAreRelaxed(t *testing.T) {
	t.Parallel()
	terms := consent.Terms{Modes: consent.Modes{Analytics: consent.OptOut}, AnalyticsOwn: consent.OptOut, AnalyticsOther: consent.OptIn}
	s := shop()
	if r := rulesOf(s, terms, consent.Place{}); r["analytics"].Mode != consent.OptOut || r["functional"].Mode != consent.OptIn {
		t.Errorf("own statistics: %+v", r)
	}
	s.Purposes[2].OwnAudience = false
	if r := rulesOf(s, terms, consent.Place{}); r["analytics"].Mode != consent.OptIn {
		t.Errorf("other statistics: %+v", r["analytics"])
	}
}

func TestSensitivePagesCanOnlyTighten(t *testing.T) {
	t.Parallel()
	terms := lax()
	terms.Modes.Sensitive = consent.OptIn
	r := rulesOf(shop(), terms, consent.Place{})
	if r["analytics"].Mode != consent.Notice || r["analytics"].SensitiveMode != consent.OptIn || r["necessary"].SensitiveMode != consent.Notice {
		t.Errorf("%+v", r)
	}
	if r := rulesOf(shop(), lax(), consent.Place{}); r["analytics"].SensitiveMode != consent.Notice {
		t.Errorf("where the law asks no more of them: %+v", r["analytics"])
	}
	terms = lax()
	terms.Modes.Recording = consent.OptIn
	if r := rulesOf(shop(), terms, consent.Place{}); r["recording"].SensitiveMode != consent.OptIn {
		t.Errorf("%+v", r["recording"])
	}
}

func TestASiteMayBeStricterWhereItSays(t *testing.T) {
	t.Parallel()
	for place, want := range map[consent.Place]consent.Mode{
		{Country: "US", Subdivision: "TX"}: consent.OptIn,
		{Country: "US"}:                    consent.OptIn,
		{}:                                 consent.OptIn,
		{Country: "FR"}:                    consent.Notice,
	} {
		if r := rulesOf(shop(), lax(), place); r["marketing"].Mode != want {
			t.Errorf("%s: %s, want %s", place, r["marketing"].Mode, want)
		}
	}
	s := shop()
	s.Stricter[0].Modes[consent.SaleShare], s.Stricter[0].Modes[consent.Ads] = consent.Notice, consent.Notice
	if r := rulesOf(s, consent.Terms{}, consent.Place{}); r["marketing"].Mode != consent.OptIn {
		t.Errorf("a site relaxed the law: %+v", r["marketing"])
	}
}

func TestOriginsOfASite(t *testing.T) {
	t.Parallel()
	s := shop()
	for origin, want := range map[string]bool{
		"https://shop.example.com": true, "https://a.example.org": true, "https://a.b.example.org": true,
		"http://localhost:8080": true, "http://[::1]:8080": true,
		"https://example.org": false, "http://a.example.org": false, "https://evilexample.org": false, "https://a.example.org.evil.com": false,
		"https://a.example.org:8443": false, "https://shop.example.com:443": false, "https://shop.example.com.": false, "null": false, "": false,
		"https://evil.com/.example.org": false, "https://evil.com@a.example.org": false, "HTTPS://SHOP.EXAMPLE.COM": false,
	} {
		if got := s.AllowsOrigin(origin); got != want {
			t.Errorf("AllowsOrigin(%q) = %v", origin, got)
		}
	}
}

func TestNamesOfOtherPlatformsAreUnderstood(t *testing.T) {
	t.Parallel()
	s := shop()
	for name, want := range map[string]string{
		"preferences": "functional", "functionality": "functional", "experience": "functional",
		"statistics": "analytics", "measurement": "analytics", "performance": "analytics",
		"advertising": "marketing", "ads": "marketing", "targeting": "marketing",
		"analytics": "analytics", "other": "other", "": "",
	} {
		if got := s.Canonical(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	s.Purposes[1].ID = "ads"
	if s.Canonical("ads") != "ads" {
		t.Error("the site's own name goes before an alias")
	}
}

func TestPlacesAreParsedStrictly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"US-CA": "US-CA", "us-ca": "US-CA", "fr": "FR", "FR-75": "FR-75", "": "unknown", "Unknown": "unknown"} {
		if p, ok := consent.ParsePlace(text); !ok || p.String() != want {
			t.Errorf("%q = %s, %v", text, p, ok)
		}
	}
	for _, text := range []string{"U", "USA", "US-", "US-ABCD", "US_CA", "U1", "US-C A", "-CA", "é1", " US"} {
		if p, ok := consent.ParsePlace(text); ok || p.Known() {
			t.Errorf("%q = %s", text, p)
		}
	}
	ca := consent.Place{Country: "US", Subdivision: "CA"}
	if !ca.In("US") || !ca.In("US-CA") || ca.In("US-C") || ca.In("CA") || (consent.Place{}).In("") {
		t.Error("a place lies in its country and itself only")
	}
}

func TestModesHaveOneSpelling(t *testing.T) {
	t.Parallel()
	for _, m := range []consent.Mode{consent.OptIn, consent.OptOut, consent.Notice} {
		b, err := m.MarshalText()
		var back consent.Mode
		if err != nil || back.UnmarshalText(b) != nil || back != m {
			t.Errorf("%s does not come back", b)
		}
	}
	var m consent.Mode
	if m.UnmarshalText([]byte("OPT-IN")) == nil || m.UnmarshalText(nil) == nil {
		t.Error("another spelling is read")
	}
}
