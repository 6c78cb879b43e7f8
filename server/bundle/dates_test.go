package bundle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
)

func TestADayIsWrittenAsItsLanguageDoes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 5, 23, 0, 0, 0, time.FixedZone("west", -5*3600))
	for locale, want := range map[string]string{
		"en": "March 6, 2026", "de": "6. März 2026", "fr": "6 mars 2026", "hu": "2026. március 6.", "ja": "2026年3月6日",
		"ar": "6 مارس 2026", "pt-BR": "6 de março de 2026", "xx": "2026-03-06",
	} {
		if got := bundle.Day(locale, at); got != want {
			t.Errorf("%s: %q, not %q", locale, got, want)
		}
	}
	for _, locale := range bundle.Locales() {
		seen := map[string]bool{}
		for month := range 12 {
			day := bundle.Day(locale, time.Date(2026, time.January+time.Month(month), 28, 0, 0, 0, 0, time.UTC))
			if seen[day] || strings.Contains(day, "{") || !strings.Contains(day, "2026") || !strings.Contains(day, "28") || strings.Contains(day, "2026-") {
				t.Errorf("%s writes %q", locale, day)
			}
			seen[day] = true
		}
	}
}

func TestASentenceThatEndsWithADayHasOneFullStop(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 6, 0, 0, 0, 0, time.UTC)
	for _, locale := range bundle.Locales() {
		for key, words := range bundle.Dates(&consent.Edition{PublishedAt: at}, &consent.Edition{EffectiveAt: at}, locale) {
			if strings.Contains(words, "..") || !strings.Contains(words, bundle.Day(locale, at)) {
				t.Errorf("%s, %s: %q", locale, key, words)
			}
		}
	}
}
