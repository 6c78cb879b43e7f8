package storetest

import (
	"slices"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func findCases() []testCase {
	return []testCase{
		{"a record is found by its id, whoever decided and however often", func(t *testing.T, b *bench) {
			for i, r := range []consent.Record{record("a", "sub", 0), record("b", "sub", 1), record("c", "", 2), record("d", "other", 3)} {
				b.append(t, r)
				got, err := b.Find(t.Context(), "shop", r.ID)
				if err != nil || got.ID != r.ID || got.Subject != r.Subject || got.Clock != r.Clock {
					t.Fatalf("Find(%d) = %+v, %v", i, got, err)
				}
			}
			b.reopen(t)
			if got, err := b.Find(t.Context(), "shop", "a"); err != nil || got.Subject != "sub" {
				t.Fatalf("Find = %+v, %v", got, err)
			}
		}},
		{"what is not there, or on another site, is not found", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			_, err := b.Find(t.Context(), "shop", "b")
			code(t, "Find", err, consent.NotFound)
			_, err = b.Find(t.Context(), "blog", "a")
			code(t, "Find on another site", err, consent.NotFound)
		}},
		{"of an erased subject's record is found what is left", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.erase(t, "sub", 5)
			got, err := b.Find(t.Context(), "shop", "a")
			if err != nil || got.ID != "a" || got.Subject != "" || got.Levels != nil {
				t.Fatalf("Find = %+v, %v", got, err)
			}
		}},
		{"a cursor of a time misses nothing that came later", func(t *testing.T, b *bench) {
			for i := range 30 {
				b.append(t, record(name(i), "sub", i*3600))
			}
			for _, hour := range []int{0, 7, 29, 40, 250 * 366 * 24} {
				from := at(hour * 3600)
				cursor, err := b.Since(t.Context(), "shop", from)
				if err != nil {
					t.Fatal(err)
				}
				page, err := b.Arrivals(t.Context(), "shop", cursor, 100)
				if err != nil {
					t.Fatal(err)
				}
				seen := map[string]bool{}
				for _, a := range page {
					seen[a.Record.ID] = true
				}
				for i := hour; i < 30; i++ {
					if !seen[name(i)] {
						t.Fatalf("the cursor of hour %d misses %s", hour, name(i))
					}
				}
			}
			if page, err := b.Before(t.Context(), "empty", "", 10); err != nil || len(page) != 0 {
				t.Fatalf("Before = %d, %v", len(page), err)
			}
			if cursor, err := b.Since(t.Context(), "empty", at(0)); err != nil {
				t.Fatalf("Since of an empty site = %q, %v", cursor, err)
			} else if page, err := b.Arrivals(t.Context(), "empty", cursor, 10); err != nil || len(page) != 0 {
				t.Fatalf("Arrivals = %d, %v", len(page), err)
			}
		}},
		{"the feed is read backwards in the same order, erasures and sweeps too", func(t *testing.T, b *bench) {
			for i := range 90 {
				b.append(t, record(name(i), "sub"+name(i%7), i))
			}
			other := record("elsewhere", "sub", 0)
			other.Site = "zoo"
			b.append(t, other)
			b.erase(t, "sub"+name(3), 100)
			b.append(t, record("last", "", 200))
			if _, err := b.Sweep(t.Context(), "shop", func(r consent.Record) bool { return r.ID != name(20) }, 1000); err != nil {
				t.Fatal(err)
			}
			forth, _ := b.follow(t, "", 1000)
			for _, limit := range []int{1, 7, 500} {
				back, cursor := []string{}, ""
				for {
					page, err := b.Before(t.Context(), "shop", cursor, limit)
					if err != nil {
						t.Fatal(err)
					}
					if len(page) == 0 {
						break
					}
					for _, a := range page {
						back, cursor = append(back, label(a)), a.Cursor
					}
				}
				slices.Reverse(back)
				if !slices.Equal(back, forth) {
					t.Fatalf("by %d: %v backwards, %v forwards", limit, back, forth)
				}
			}
			if _, err := b.Before(t.Context(), "shop", "x", 1); consent.CodeOf(err) != consent.Invalid {
				t.Fatalf("a cursor that is none: %v", err)
			}
		}},
	}
}
