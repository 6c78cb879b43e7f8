package storetest

import (
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

// counts asserts the counters of a site from day to day.
func (b *bench) counts(t *testing.T, site, from, to string, want map[string]map[string]int64) {
	t.Helper()
	// An export waits for what was acknowledged; the counters need not.
	b.export(t, site)
	got, err := b.Counts(t.Context(), site, from, to)
	if err != nil {
		t.Fatalf("Counts: %v", err)
	}
	same(t, "the counters", got, want)
}

func (b *bench) count(t *testing.T, site, day string, add map[string]int64) {
	t.Helper()
	if err := b.Count(t.Context(), site, day, add); err != nil {
		t.Fatalf("Count: %v", err)
	}
}

func counterCases() []testCase {
	type days = map[string]map[string]int64
	type of = map[string]int64
	return []testCase{
		{"counts add up per site, day and key", func(t *testing.T, b *bench) {
			b.count(t, "shop", "2026-03-01", of{"shown": 2, "loads": 1})
			b.count(t, "shop", "2026-03-01", of{"shown": 3})
			b.count(t, "shop", "2026-03-02", of{"shown": 1})
			b.count(t, "blog", "2026-03-01", of{"shown": 9})
			b.counts(t, "shop", "2026-03-01", "2026-03-02", days{"2026-03-01": {"shown": 5, "loads": 1}, "2026-03-02": {"shown": 1}})
			b.counts(t, "shop", "2026-03-02", "2026-03-31", days{"2026-03-02": {"shown": 1}})
			b.counts(t, "shop", "2026-02-01", "2026-02-28", days{})
			b.reopen(t)
			b.counts(t, "blog", "2026-03-01", "2026-03-01", days{"2026-03-01": {"shown": 9}})
		}},
		{"a record is counted once under what it says, however often it comes", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "", 86_400))
			other := record("c", "sub", 1)
			other.Action, other.Locale, other.Edition = consent.RejectAll, "fr", 4
			other.Levels = map[string]int{"analytics": 0, "marketing": 0}
			b.append(t, other)
			for range 3 {
				if _, fresh, err := b.Append(t.Context(), record("a", "sub", 0)); err != nil || fresh {
					t.Fatalf("Append again = %v, %v", fresh, err)
				}
			}
			_, _, err := b.Append(t.Context(), func() consent.Record { r := record("a", "sub", 5); r.Content = "x"; return r }())
			code(t, "Append of other content", err, consent.IDReused)
			// What is erased before it was counted is counted without its levels.
			b.export(t, "shop")
			b.erase(t, "sub", 10)
			_, _, err = b.Append(t.Context(), record("late", "sub", 3))
			code(t, "Append after the erasure", err, consent.Erased)
			b.counts(t, "shop", "2026-03-01", "2026-03-02", days{
				"2026-03-01": {
					"records": 2, "action:save": 1, "action:reject_all": 1, "edition:3": 1, "edition:4": 1, "regime:strict+1": 2,
					"locale:en": 1, "locale:fr": 1, "granted:analytics": 1, "refused:analytics": 1, "refused:marketing": 2,
				},
				"2026-03-02": {"records": 1, "action:save": 1, "edition:3": 1, "regime:strict+1": 1, "locale:en": 1, "granted:analytics": 1, "refused:marketing": 1},
			})
		}},
		{"many writers lose no count", func(t *testing.T, b *bench) {
			const writers = 16
			errs := make([]error, writers)
			together(writers, func(i int) {
				errs[i] = b.Count(t.Context(), "shop", "2026-03-01", of{"shown": 1})
				if _, _, err := b.Append(t.Context(), record(name(i), "sub-"+name(i), i)); err != nil {
					errs[i] = err
				}
			})
			for i, err := range errs {
				if err != nil {
					t.Fatalf("writer %d: %v", i, err)
				}
			}
			b.export(t, "shop")
			got, err := b.Counts(t.Context(), "shop", "2026-03-01", "2026-03-01")
			if err != nil || got["2026-03-01"]["shown"] != writers || got["2026-03-01"]["records"] != writers {
				t.Fatalf("Counts = %v, %v", got, err)
			}
		}},
		{"malformed days, ranges and keys are refused", func(t *testing.T, b *bench) {
			for _, c := range []struct{ site, day, key string }{
				{"shop", "2026-3-1", "k"}, {"shop", "", "k"}, {"", "2026-03-01", "k"}, {"shop", "2026-03-01", ""},
				{"shop", "2026-03-01", "=k"}, {"shop", "2026-03-01", strings.Repeat("k", 201)},
			} {
				code(t, "Count", b.Count(t.Context(), c.site, c.day, of{c.key: 1}), consent.Invalid)
			}
			for _, r := range [][2]string{{"2026-03-01", "x"}, {"", "2026-03-01"}, {"2020-01-01", "2026-01-01"}} {
				_, err := b.Counts(t.Context(), "shop", r[0], r[1])
				code(t, "Counts", err, consent.Invalid)
			}
			b.counts(t, "shop", "2026-03-02", "2026-03-01", days{})
		}},
	}
}
