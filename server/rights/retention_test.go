package rights_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
	"github.com/leadiumx/consent/server/rights"
)

func TestARecordIsKeptForTheSitesMonthsAndNeverShorterThanTheLawWants(t *testing.T) {
	t.Parallel()
	laws, keys := lawAndKeys(t)
	made := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name            string
		months, after   int
		regime, country string
		gone            bool
	}{
		{"by default it is there after 23 months", 0, 23, "eea", "DE", false},
		{"and gone after 24", 0, 24, "eea", "DE", true},
		{"a site may keep it for longer", 36, 35, "eea", "DE", false},
		{"or shorter, once the consent has ended", 1, 7, "eea", "DE", true},
		{"but not while the consent may hold", 1, 5, "eea", "DE", false},
		{"nor while the visitor's law wants proof", 6, 23, "us-ca", "DE", false},
		{"nor while the publisher's law does", 6, 35, "eea", "CN", false},
		{"after which it goes", 6, 36, "us-ca", "CN", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			store := file(t)
			tray, err := outbox.OpenTray(filepath.Join(t.TempDir(), "requests"))
			if err != nil {
				t.Fatal(err)
			}
			now := made
			d := rights.New(rights.Options{
				Cabinet: store, Tray: tray, Feed: store, Laws: laws, Keys: keys, Clock: func() time.Time { return now }, Random: rand.Reader,
				Announce: func(context.Context, rights.Request) error { return nil },
			})
			r := consent.Record{ID: "id", Site: "shop", Subject: "s", Time: made, Clock: made.UnixMilli(), Content: "c", Action: consent.RejectAll, Regime: c.regime}
			if _, _, err := store.Append(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			d.Noted(t.Context(), rights.Asked{Site: "shop", Regime: c.regime, Kind: rights.Access, Subject: "s"})
			if _, err := d.Ask(t.Context(), rights.Asked{Site: "shop", Regime: c.regime, Kind: rights.Question}, rights.Message{Text: "why?"}); err != nil {
				t.Fatal(err)
			}
			now = made.AddDate(0, c.after, 0)
			swept, err := d.Sweep(t.Context(), &consent.Site{ID: "shop", Establishment: c.country, RetentionMonths: c.months})
			if err != nil || (swept.Records == 1) != c.gone {
				t.Fatalf("%+v %v", swept, err)
			}
			// The line of what the visitor did goes with the record of it.
			if (swept.Requests == 1) != c.gone {
				t.Errorf("of the log of requests went %+v", swept)
			}
			left, _, err := d.List(t.Context(), "shop", rights.Filter{Status: rights.Open, Limit: 10})
			if err != nil || len(left) != 1 {
				t.Errorf("an open request went: %v %v", left, err)
			}
		})
	}
}

func TestALineOfTheLogIsKeptForWholeMonths(t *testing.T) {
	t.Parallel()
	laws, keys := lawAndKeys(t)
	at := func(s string) time.Time {
		day, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	for _, c := range []struct {
		name      string
		months    int
		came, now string
		gone      bool
	}{
		{"February has no 31st", 7, "2026-08-02T12:00:00Z", "2027-03-01T12:00:00Z", false},
		{"a month later has fewer days", 12, "2026-03-02T00:00:00Z", "2027-03-01T23:00:00Z", false},
		{"nor has the month before", 13, "2026-03-02T00:00:00Z", "2027-03-31T12:00:00Z", false},
		{"on the day itself it goes", 13, "2026-03-02T00:00:00Z", "2027-04-02T00:00:00Z", true},
		{"two years before a leap day", 24, "2026-03-01T00:00:00Z", "2028-02-29T12:00:00Z", false},
		{"and a day later", 24, "2026-03-01T00:00:00Z", "2028-03-01T00:00:00Z", true},
	} {
		store, now := file(t), at(c.came)
		tray, err := outbox.OpenTray(filepath.Join(t.TempDir(), "requests"))
		if err != nil {
			t.Fatal(err)
		}
		d := rights.New(rights.Options{
			Cabinet: store, Tray: tray, Feed: store, Laws: laws, Keys: keys, Clock: func() time.Time { return now }, Random: rand.Reader,
			Announce: func(context.Context, rights.Request) error { return nil },
		})
		d.Noted(t.Context(), rights.Asked{Site: "shop", Regime: "eea", Kind: rights.Access, Subject: "s"})
		now = at(c.now)
		swept, err := d.Sweep(t.Context(), &consent.Site{ID: "shop", Establishment: "DE", RetentionMonths: c.months})
		if err != nil || (swept.Requests == 1) != c.gone {
			t.Errorf("%s: %+v, %v", c.name, swept, err)
		}
	}
}
