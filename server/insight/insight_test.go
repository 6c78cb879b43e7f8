package insight_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/insight"
)

const today = "2026-12-01"

func opened(t *testing.T) *boltstore.Store {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func desk(t *testing.T) *insight.Desk { return deskOn(opened(t)) }

func deskOn(store insight.Store) *insight.Desk {
	clock := func() time.Time { return time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC) }
	return insight.New(insight.Options{Store: store, Clock: clock, Log: slog.New(slog.DiscardHandler)})
}

func tell(d *insight.Desk, n int, e insight.Event, country string) {
	for range n {
		d.Add(insight.Seen{Site: "shop", Event: e, Country: country, Locale: "en", Edition: "3", Device: "phone"})
	}
}

func report(t *testing.T, d *insight.Desk) insight.Report {
	t.Helper()
	if err := d.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := d.Report(t.Context(), "shop", "2026-11-01", today)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func is(n *int64, want int64) bool { return n != nil && *n == want }

func TestWhatBrowsersTellIsCountedByDayCountryLanguageDeviceAndEdition(t *testing.T) {
	t.Parallel()
	d := desk(t)
	tell(d, 40, insight.Shown, "FR")
	tell(d, 20, insight.Shown, "DE")
	tell(d, 25, insight.Accepted, "FR")
	tell(d, 15, insight.Rejected, "DE")
	d.Add(insight.Seen{Site: "shop", Event: insight.Shown, Bot: true})
	r := report(t, d)
	if !r.Seen || !is(r.Totals.Shown, 60) || !is(r.Totals.Accepted, 25) || !is(r.Totals.Rejected, 15) || !is(r.Totals.Ignored, 20) || r.Bots != 1 {
		t.Errorf("totals %+v, bots %d", r.Totals, r.Bots)
	}
	if len(r.Days) != 1 || r.Days[0].Day != today || !is(r.Days[0].Shown, 60) {
		t.Errorf("days %+v", r.Days)
	}
	if c := r.By[insight.Country]; len(c) != 2 || c[0].Value != "FR" || !is(c[0].Accepted, 25) || !is(c[1].Rejected, 15) {
		t.Errorf("countries %+v", c)
	}
	for dimension, value := range map[string]string{insight.Locale: "en", insight.ByDevice: "phone", insight.Edition: "3"} {
		if x := r.By[dimension]; len(x) != 1 || x[0].Value != value || !is(x[0].Shown, 60) {
			t.Errorf("%s %+v", dimension, x)
		}
	}
	// Handing over twice counts nothing twice.
	if again := report(t, d); !is(again.Totals.Shown, 60) {
		t.Errorf("again %+v", again.Totals)
	}
}

func TestSmallCountsAreNotToldAndCannotBeWorkedOut(t *testing.T) {
	t.Parallel()
	d := desk(t)
	tell(d, 50, insight.Shown, "FR")
	tell(d, 30, insight.Shown, "DE")
	tell(d, 3, insight.Shown, "LU")
	tell(d, 4, insight.Accepted, "FR")
	r := report(t, d)
	if r.Totals.Accepted != nil {
		t.Error("four acceptances are told")
	}
	rows := r.By[insight.Country]
	// Luxembourg alone could be told from the total; so Germany is put with it.
	if len(rows) != 2 || rows[0].Value != "FR" || rows[1].Value != "other" || !is(rows[1].Shown, 33) || rows[0].Accepted != nil {
		t.Errorf("countries %+v", rows)
	}
}

func TestNamesAreKeptWithoutWhatMayBelongToOneVisitor(t *testing.T) {
	t.Parallel()
	d := desk(t)
	d.Add(insight.Seen{Site: "shop", Names: map[string]string{
		"_hjSession_4815162342": "cookie", "seen-2f1e7c1a-9c6b-4d2e-8f00-1234567890ab": "local", "theme": "local",
		"<script>": "cookie", "": "cookie", strings.Repeat("x", 300): "cookie", "a\x00b": "cookie",
	}})
	if err := d.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	items, err := d.Inbox(t.Context(), &consent.Site{ID: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, i := range items {
		got += i.Name + "=" + i.Kind + " "
	}
	if got != "_hjSession_*=cookie seen-*=local theme=local " {
		t.Errorf("the inbox holds %q", got)
	}
	if s := items[0].Suggestion; s == nil || s.Vendor != "Hotjar" || s.Purpose != "analytics" {
		t.Errorf("the suggestion is %+v", s)
	}
}

// away is a store that does not answer while down.
type away struct {
	*boltstore.Store
	down bool
}

func (s *away) Count(ctx context.Context, site, day string, add map[string]int64) error {
	if s.down {
		return consent.Fail(consent.Unavailable, "the store is away", "wait")
	}
	return s.Store.Count(ctx, site, day, add)
}

func (s *away) PutDocument(ctx context.Context, d consent.Document, still ...consent.Document) (consent.Document, error) {
	if s.down {
		return d, consent.Fail(consent.Unavailable, "the store is away", "wait")
	}
	return s.Store.PutDocument(ctx, d, still...)
}

func TestWhatTheStoreDoesNotTakeWaitsForTheNextTime(t *testing.T) {
	t.Parallel()
	store := &away{Store: opened(t), down: true}
	d := deskOn(store)
	tell(d, 20, insight.Shown, "FR")
	d.Add(insight.Seen{Site: "shop", Names: map[string]string{"theme": "local"}})
	for range 2 {
		if err := d.Flush(t.Context()); consent.CodeOf(err) != consent.Unavailable {
			t.Fatalf("Flush = %v", err)
		}
	}
	store.down = false
	tell(d, 1, insight.Shown, "FR")
	if r := report(t, d); !is(r.Totals.Shown, 21) {
		t.Errorf("totals %+v", r.Totals)
	}
	items, err := d.Inbox(t.Context(), &consent.Site{ID: "shop"})
	if err != nil || len(items) != 1 || items[0].Name != "theme" || items[0].Kind != "local" {
		t.Errorf("the inbox holds %+v, %v", items, err)
	}
}

// letters writes a number without digits, of which a name keeps few.
func letters(format string, n int) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'g' }, fmt.Sprintf(format, n))
}

func TestAFloodOfNamesFillsTheInboxToItsBoundOnly(t *testing.T) {
	t.Parallel()
	d := desk(t)
	for i := range 5000 {
		d.Add(insight.Seen{Site: "shop", Names: map[string]string{"n-" + letters("%06d", i): "cookie"}})
	}
	if err := d.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	items, err := d.Inbox(t.Context(), &consent.Site{ID: "shop"})
	if err != nil || len(items) != 2000 {
		t.Fatalf("%d names, %v", len(items), err)
	}
}

// What is refused for good would wait for ever, among what all sites tell.
func TestTheLongestNamesFillTheInboxOfTheirSiteAndKeepUpNothing(t *testing.T) {
	t.Parallel()
	for name, filler := range map[string]string{"plain": "z", "letters that JSON may escape": "&"} {
		store := opened(t)
		d := deskOn(store)
		names := map[string]string{}
		for n := range 3000 {
			names[letters("%04d", n)+strings.Repeat("_"+filler, 30)] = "session"
		}
		d.Add(insight.Seen{Site: "shop", Names: names})
		if err := d.Flush(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		items, err := d.Inbox(t.Context(), &consent.Site{ID: "shop"})
		if err != nil || len(items) < 1500 {
			t.Fatalf("%s: %d names, %v", name, len(items), err)
		}
		// Each may still be put aside.
		doc, err := store.Document(t.Context(), "inbox", "shop")
		if most := len(doc.Body) + len(items)*len(`,"s":"ignored"`); err != nil || most > consent.MaxDocument {
			t.Errorf("%s: with all put aside it takes %d bytes, %v", name, most, err)
		}
		if err := d.Mark(t.Context(), "shop", items[0].Name, insight.IsIgnored); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANameIsMarkedAndADeclaredOneCountsAsFiled(t *testing.T) {
	t.Parallel()
	d := desk(t)
	d.Add(insight.Seen{Site: "shop", Names: map[string]string{"one": "cookie", "two": "cookie"}})
	if err := d.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Mark(t.Context(), "shop", "one", insight.IsIgnored); err != nil {
		t.Fatal(err)
	}
	if err := d.Mark(t.Context(), "shop", "three", insight.IsIgnored); consent.CodeOf(err) != consent.NotFound {
		t.Fatalf("Mark = %v", err)
	}
	items, err := d.Inbox(t.Context(), &consent.Site{ID: "shop", Cookies: []consent.Cookie{{Name: "tw*", Purpose: "analytics"}}})
	if err != nil || len(items) != 2 || items[0].State != insight.IsFiled || items[1].State != insight.IsIgnored {
		t.Fatalf("Inbox = %+v, %v", items, err)
	}
}

func TestEveryKnownCookieIsWellFormed(t *testing.T) {
	t.Parallel()
	table, err := insight.Cookies()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range table {
		if k.Pattern == "" || k.Vendor == "" || k.About == "" || !strings.Contains("necessary functional analytics marketing", k.Purpose) {
			t.Errorf("%+v", k)
		}
		if got := insight.Suggest(table, strings.ReplaceAll(k.Pattern, "*", "x")); got == nil || got.Pattern != k.Pattern {
			t.Errorf("%s suggests %+v", k.Pattern, got)
		}
	}
}
