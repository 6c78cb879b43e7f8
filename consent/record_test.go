package consent_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func TestARecordSpeaksAsAChoiceAndAsAReceipt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	r := consent.Record{
		ID: subject, Site: siteID, Subject: "s", Edition: 7, Regime: "eea", Locale: "en", Levels: map[string]int{"analytics": 1},
		Vendors: map[string]int{"youtube": 0}, Over: map[string]bool{"marketing": true}, Action: consent.Save, Time: at, Clock: 1795478400999,
	}
	sameChoice(t, r.Choice(), &consent.Choice{Edition: 7, Regime: "eea", Clock: 1795478400, Levels: r.Levels, Vendors: r.Vendors, Over: r.Over})
	want := `{"site":"shop","edition":7,"edition_hash":"","words_hash":"","regime":"eea","locale":"en","levels":{"analytics":1},"vendors":{"youtube":0},"action":"save","id":"` + subject + `","time":"2026-11-24T00:00:00Z"}`
	if got := mustJSON(t, r.Receipt()); got != want {
		t.Errorf("receipt\n got %s\nwant %s", got, want)
	}
}

func TestASiteFindsItsCookies(t *testing.T) {
	t.Parallel()
	s := shop()
	if c, ok := s.CookieNamed("_ga_X1"); !ok || c.Purpose != "analytics" {
		t.Errorf("cookie %+v, %v", c, ok)
	}
	if c, ok := s.CookieNamed("session"); ok {
		t.Errorf("an undeclared cookie is %+v", c)
	}
}
