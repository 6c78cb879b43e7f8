package storetest

import (
	"testing"

	"github.com/leadiumx/consent/consent"
)

func (b *bench) sweep(t *testing.T, want, limit int, over func(consent.Record) bool) {
	t.Helper()
	n, err := b.Sweep(t.Context(), "shop", over, limit)
	if err != nil || n != want {
		t.Fatalf("Sweep = %d, %v; want %d", n, err, want)
	}
}

// older says that a record was made before a second after day.
func older(sec int) func(consent.Record) bool {
	return func(r consent.Record) bool { return r.Time.Before(at(sec)) }
}

func sweepCases() []testCase {
	return []testCase{
		{"of a subject whose newest decision was swept the newest that is left counts", func(t *testing.T, b *bench) {
			// The newest one arrives first, and so is swept first.
			for _, sec := range []int{30, 10, 20, 15} {
				b.append(t, record(name(sec), "sub", sec))
			}
			b.settle()
			b.sweep(t, 1, 1, func(consent.Record) bool { return true })
			b.latest(t, "sub", name(20))
			b.history(t, "sub", name(10), name(15), name(20))
			b.sweep(t, 3, 10, func(consent.Record) bool { return true })
			_, err := b.Latest(t.Context(), "shop", "sub")
			code(t, "Latest", err, consent.NotFound)
		}},
		{"what comes late is no newer than what a sweep has left", func(t *testing.T, b *bench) {
			for _, sec := range []int{30, 10, 20} {
				b.append(t, record(name(sec), "sub", sec))
			}
			b.settle()
			b.sweep(t, 1, 1, func(consent.Record) bool { return true })
			b.append(t, record(name(15), "sub", 15))
			b.latest(t, "sub", name(20))
		}},
		{"of two that a sweep has left, and that have no order, only what both grant counts", func(t *testing.T, b *bench) {
			if !b.h.severalNodes(t, b) {
				return
			}
			left := []consent.Record{from("n", "a", "sub", 0, 0, map[string]int{"analytics": 0}), from("m", "b", "sub", 400, 0, map[string]int{"analytics": 1})}
			b.append(t, from("n", "c", "sub", 9000, 0, map[string]int{"analytics": 1}))
			for _, r := range left {
				b.append(t, r)
			}
			b.sweep(t, 2, 2, func(consent.Record) bool { return true })
			b.holds(t, "sub", left)
		}},
		{"a sweep deletes the oldest records until one's time has not come", func(t *testing.T, b *bench) {
			for i, id := range []string{"a", "b", "c"} {
				b.append(t, record(id, "sub", i))
			}
			b.append(t, record("late", "", 0))
			b.sweep(t, 2, 100, older(2))
			same(t, "what stays", recordIDs(b.export(t, "shop")), []string{"c", "late"})
			b.history(t, "sub", "c")
			b.latest(t, "sub", "c")
			b.sweep(t, 0, 100, older(2))
			b.sweep(t, 1, 1, older(100))
			same(t, "what stays", recordIDs(b.export(t, "shop")), []string{"late"})
			b.history(t, "sub")
			_, err := b.Latest(t.Context(), "shop", "sub")
			code(t, "Latest", err, consent.NotFound)
		}},
		{"of a subject whose current record arrived first the next is current after a sweep", func(t *testing.T, b *bench) {
			b.append(t, record("newest", "sub", 9))
			b.append(t, record("older", "sub", 3))
			b.append(t, record("oldest", "sub", 1))
			b.sweep(t, 1, 1, older(100))
			b.latest(t, "sub", "older")
			b.history(t, "sub", "oldest", "older")
			b.append(t, record("after", "sub", 4))
			b.latest(t, "sub", "after")
		}},
		{"cursors stay valid across a sweep, and erasures go with their records", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			_, first := b.follow(t, "", 10)
			b.append(t, record("b", "sub", 1))
			b.settle()
			b.erase(t, "sub", 5)
			b.append(t, record("c", "other", 6))
			b.append(t, record("d", "other", 7))
			b.sweep(t, 3, 100, older(7))
			seen, _ := b.follow(t, first, 10)
			same(t, "the feed", seen, []string{"d"})
			b.settle()
			b.erase(t, "other", 20)
			seen, _ = b.follow(t, first, 10)
			same(t, "the feed", seen, []string{"d", "-d"})
		}},
		{"erasure holds on after its records were swept", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.settle()
			b.erase(t, "sub", 5)
			b.sweep(t, 1, 100, older(100))
			isErased(t, b)
			_, _, err := b.Append(t.Context(), record("b", "sub", 4))
			code(t, "Append", err, consent.Erased)
		}},
		{"a sweep of many and of another site", func(t *testing.T, b *bench) {
			for i := range 600 {
				subject := ""
				if i%3 == 0 {
					subject = "sub-" + name(i%30)
				}
				b.append(t, record(name(i), subject, i))
			}
			r := record("a", "sub", 0)
			r.Site = "shop-2"
			b.append(t, r)
			b.sweep(t, 550, 1000, older(550))
			b.sweep(t, 50, 1000, older(10_000))
			if n := len(b.export(t, "shop")); n != 0 {
				t.Fatalf("%d records stay", n)
			}
			same(t, "the other site", recordIDs(b.export(t, "shop-2")), []string{"a"})
		}},
	}
}
