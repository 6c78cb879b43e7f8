package feed_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/feed"
)

type editions struct{}

func (editions) Newest(string) (*consent.Edition, error) { return &consent.Edition{}, nil }
func (editions) Edition(context.Context, string, int) (*consent.Edition, error) {
	return &consent.Edition{}, nil
}

func desk(t testing.TB) (*feed.Desk, *boltstore.Store) {
	return deskAt(t, func() time.Time { return time.Unix(0, 0) })
}

func deskAt(t testing.TB, clock func() time.Time) (*feed.Desk, *boltstore.Store) {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return feed.New(feed.Options{Feed: store, Cabinet: store, Editions: editions{}, Clock: clock}), store
}

func TestEverySourceIsReadInItsOrderWhateverThePages(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	d, store := deskAt(t, func() time.Time { return now.Add(time.Second) })
	for i, id := range []string{"a", "b", "c"} {
		now = now.Add(time.Minute)
		r := consent.Record{ID: id, Site: "shop", Content: "c", Time: now, Clock: int64(i), Action: consent.RejectAll}
		if i == 2 {
			r.Action, r.Subject, r.Peer = consent.Identify, strings.Repeat("A", 22), strings.Repeat("B", 21)+"A"
		}
		if _, _, err := store.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if err := d.Announce(t.Context(), "shop", feed.Opened, map[string]int{"n": i}); err != nil {
			t.Fatal(err)
		}
	}
	for limit := 1; limit < 8; limit++ {
		var seen []string
		for after := ""; ; {
			page, next, err := d.Page(t.Context(), "shop", after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if after = next; len(page) == 0 {
				break
			}
			for _, e := range page {
				seen = append(seen, e.ID)
				if again, ok, err := d.Again(t.Context(), "shop", e.ID, e.At); err != nil || !ok || again.ID != e.ID {
					t.Fatalf("%s again: %v %v", e.ID, ok, err)
				}
			}
		}
		want := "evt_rec_shop_a evt_note_shop_1 evt_rec_shop_b evt_note_shop_2 evt_rec_shop_c evt_note_shop_3"
		if got := strings.Join(seen, " "); got != want {
			t.Fatalf("by %d: %s", limit, got)
		}
	}
	end, err := d.End(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	if page, _, err := d.Page(t.Context(), "shop", end, 10); err != nil || len(page) != 0 {
		t.Errorf("behind the end: %v %v", page, err)
	}
}

func TestAnExportStopsWhereItsReceiverDoesAndGoesOnFromThere(t *testing.T) {
	t.Parallel()
	d, store := desk(t)
	for _, id := range []string{"a", "b", "c"} {
		if _, _, err := store.Append(t.Context(), consent.Record{ID: id, Site: "shop", Content: "c", Time: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	full := errors.New("full")
	last := ""
	err := d.Export(t.Context(), "shop", "", func(l feed.Line) error {
		if l.ID == "c" {
			return full
		}
		last = l.Cursor
		return nil
	})
	if !errors.Is(err, full) {
		t.Fatal(err)
	}
	rest := ""
	if err := d.Export(t.Context(), "shop", last, func(l feed.Line) error { rest += l.ID; return nil }); err != nil || rest != "c" {
		t.Errorf("%q %v", rest, err)
	}
}

func FuzzCursorsOfStrangers(f *testing.F) {
	d, _ := desk(f)
	for _, s := range []string{"", "WyIiLDAsMF0", "cjE", "x", "WyIxIiwtMSwwXQ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, _, err := d.Page(t.Context(), "shop", s, 1); err != nil && consent.CodeOf(err) != consent.Invalid {
			t.Errorf("a cursor %q fails with %v", s, err)
		}
		if err := d.Export(t.Context(), "shop", s, func(feed.Line) error { return nil }); err != nil && consent.CodeOf(err) != consent.Invalid {
			t.Errorf("an export behind %q fails with %v", s, err)
		}
	})
}

func FuzzNoCellBeginsAFormula(f *testing.F) {
	for _, s := range []string{"", "=1+1", "+1", "-1", "@x", "\t=1", "plain", "'=1", "a\nb", `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		w := feed.NewWriter(&b, feed.CSV)
		if err := errors.Join(w.Write(feed.Line{ID: s, Regime: s}), w.Flush()); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a cell begins with %q", cell[0])
			}
		}
	})
}

// spoiled is a store of which somebody spoiled the feed.
type spoiled struct{ *boltstore.Store }

func (spoiled) Arrivals(_ context.Context, _, after string, _ int) ([]consent.Arrival, error) {
	bad := consent.Record{Damaged: true, Sealed: &consent.Sealed{}}
	if after != "" {
		return nil, nil
	}
	return []consent.Arrival{{Cursor: "1", Record: bad}, {Cursor: "2", Record: bad}}, nil
}

func TestEventsOfWhatCannotBeReadAreToldApart(t *testing.T) {
	t.Parallel()
	_, store := desk(t)
	d := feed.New(feed.Options{Feed: spoiled{store}, Cabinet: store, Editions: editions{}, Clock: time.Now})
	page, _, err := d.Page(t.Context(), "shop", "", 10)
	if err != nil || len(page) != 2 || page[0].ID != "evt_rec_shop_1" || page[1].ID != "evt_rec_shop_2" {
		t.Errorf("Page = %+v, %v", page, err)
	}
}
