package publish_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/publish"
)

func TestAPlannedEditionIsJudgedByTheLawOfItsDay(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	newYear := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	broken := []consent.Finding{{Rule: "D01", Severity: consent.SeverityError, Path: "name", Message: "no name may be old", Fix: "take a new one"}}
	d := publish.New(publish.Options{
		Store: opened(t), Clock: func() time.Time { return now }, Locales: []string{"en"}, Log: slog.New(slog.DiscardHandler),
		Words:    func(string) (map[string]string, bool) { return nil, false },
		Assigned: func(consent.Place) bool { return true },
		Trial:    func(*consent.Edition) error { return nil },
		// Until New Year names must be old, and from then on they must not.
		Lint: func(s *consent.Site, at time.Time) []consent.Finding {
			if (s.Name == "old") == at.Before(newYear) {
				return nil
			}
			return broken
		},
	})
	if _, _, err := d.Publish(ctx, owned("old", ""), publish.How{}); err != nil {
		t.Fatalf("what is lawful today: %v", err)
	}
	for name, c := range map[string]struct {
		site string
		from time.Time
		ok   bool
	}{
		"new, at once":           {"new", time.Time{}, false},
		"new, before the law":    {"new", newYear.Add(-time.Hour), false},
		"old, under the new law": {"old", newYear.Add(time.Hour), false},
		"new, from New Year on":  {"new", newYear, true},
	} {
		site := owned(c.site, "")
		if found := d.Findings(site, c.from); (len(found) == 0) != c.ok {
			t.Errorf("%s: found %+v", name, found)
		}
		if c.ok {
			continue
		}
		if e, _, err := d.Publish(ctx, site, publish.How{EffectiveAt: c.from}); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	if _, changed, err := d.Publish(ctx, owned("new", ""), publish.How{EffectiveAt: newYear}); err != nil || !changed {
		t.Errorf("what will be lawful on its day: %v, %v", changed, err)
	}
	if found := d.Findings(owned("new", ""), now.Add(-time.Hour)); len(found) == 0 {
		t.Error("a time that is past is not now")
	}
}
