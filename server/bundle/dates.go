package bundle

import (
	"strconv"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/snippet"
)

// Dates returns what a visitor reads about the edition itself: when it took
// effect, and when the next one will, in words that the next one may bring.
func Dates(e, upcoming *consent.Edition, locale string) map[string]string {
	say := func(site *consent.Site, key string, at time.Time) string {
		day, words := Day(locale, at), newVoice(site, locale).say(key)
		// A day that ends with a full stop ends its sentence, too.
		if strings.HasSuffix(day, ".") {
			words = strings.ReplaceAll(words, "{date}.", "{date}")
		}
		return strings.ReplaceAll(words, "{date}", day)
	}
	out := map[string]string{"prefs.updated": say(&e.Site, "prefs.updated", e.From())}
	if upcoming != nil {
		out["prefs.upcoming"] = say(&upcoming.Site, "prefs.upcoming", upcoming.EffectiveAt)
	}
	return out
}

// Day is the day of an instant, in UTC, as a language writes it; 2026-11-26 in
// a language without built-in words.
func Day(locale string, at time.Time) string {
	at = at.UTC()
	for line := range strings.Lines(snippet.Dates()) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if row[0] == locale {
			const months = 2
			return strings.NewReplacer(
				"{day}", strconv.Itoa(at.Day()), "{month}", row[months+int(at.Month())-1], "{year}", strconv.Itoa(at.Year()),
			).Replace(row[1])
		}
	}
	return at.Format(time.DateOnly)
}
