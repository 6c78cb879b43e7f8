package storetest

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/leadiumx/consent/consent"
)

// follow reads the feed to its end in pages and returns what arrived: record
// ids, and erasures as "-id,id".
func (b *bench) follow(t *testing.T, after string, limit int) (seen []string, last string) {
	t.Helper()
	seen, last = []string{}, after
	for {
		page, err := b.Arrivals(t.Context(), "shop", last, limit)
		if err != nil {
			t.Fatalf("Arrivals after %q: %v", last, err)
		}
		if len(page) > limit {
			t.Fatalf("a page of %d holds %d", limit, len(page))
		}
		for _, a := range page {
			if a.Cursor == "" || a.Cursor == last {
				t.Fatalf("an arrival after %q has the cursor %q", last, a.Cursor)
			}
			last = a.Cursor
			seen = append(seen, label(a))
		}
		if len(page) == 0 {
			return seen, last
		}
	}
}

func label(a consent.Arrival) string {
	if a.Erasure == nil {
		return a.Record.ID
	}
	ids := slices.Sorted(slices.Values(a.Erasure.IDs))
	return "-" + strings.Join(ids, ",")
}

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

func feedCases() []testCase {
	return []testCase{
		{"the feed tells records and erasures in the order of arrival", func(t *testing.T, b *bench) {
			b.append(t, record("z", "sub", 0))
			b.append(t, record("a", "", 1))
			b.append(t, record("m", "sub", 2))
			b.settle()
			b.erase(t, "sub", 5)
			b.append(t, record("b", "other", 6))
			for _, limit := range []int{1, 2, 100} {
				seen, _ := b.follow(t, "", limit)
				same(t, "the feed", seen, []string{"z", "a", "m", "-m,z", "b"})
			}
			page, err := b.Arrivals(t.Context(), "shop", "", 4)
			if err != nil {
				t.Fatal(err)
			}
			isStripped(t, page[0].Record)
			if !page[3].Erasure.Time.Equal(at(5)) {
				t.Fatalf("the erasure says %v", page[3].Erasure.Time)
			}
		}},
		{"who goes on from a cursor misses nothing and meets nothing twice", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			_, cursor := b.follow(t, "", 10)
			b.reopen(t)
			if seen, _ := b.follow(t, cursor, 10); len(seen) != 0 {
				t.Fatalf("nothing new, but %v", seen)
			}
			b.append(t, record("b", "sub", -9))
			if _, fresh, err := b.Append(t.Context(), record("a", "sub", 0)); err != nil || fresh {
				t.Fatalf("Append again = fresh %v, %v", fresh, err)
			}
			b.settle()
			b.erase(t, "sub", 5)
			b.erase(t, "sub", 5)
			seen, _ := b.follow(t, cursor, 1)
			same(t, "what is new", seen, []string{"b", "-a,b"})
		}},
		{"an erasure that stripped nothing is not told", func(t *testing.T, b *bench) {
			b.settle()
			b.erase(t, "sub", 5)
			seen, _ := b.follow(t, "", 10)
			same(t, "the feed", seen, []string{})
		}},
		{"each site has its own feed", func(t *testing.T, b *bench) {
			r := record("a", "sub", 0)
			r.Site = "shop-2"
			b.append(t, r)
			b.append(t, record("b", "sub", 0))
			if err := b.Erase(t.Context(), "shop-2", "sub", at(3)); err != nil {
				t.Fatal(err)
			}
			seen, _ := b.follow(t, "", 10)
			same(t, "the feed", seen, []string{"b"})
		}},
		{"the tail stands behind what there is and before what comes", func(t *testing.T, b *bench) {
			tail := func() string {
				c, err := b.Tail(t.Context(), "shop")
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			empty := tail()
			b.append(t, record("a", "sub", 0))
			b.settle()
			b.erase(t, "sub", 5)
			b.settle()
			end := tail()
			b.append(t, record("b", "", 1))
			seen, _ := b.follow(t, empty, 10)
			same(t, "the feed behind the tail of nothing", seen, []string{"a", "-a", "b"})
			seen, _ = b.follow(t, end, 10)
			same(t, "the feed behind the tail", seen, []string{"b"})
		}},
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
		{"a cursor that is none is refused", func(t *testing.T, b *bench) {
			for _, c := range []string{"x", "-1", " 1", "01", "1.5", "99999999999999999999999", "\x00"} {
				_, err := b.Arrivals(t.Context(), "shop", c, 1)
				code(t, "Arrivals after "+c, err, consent.Invalid)
			}
		}},
		{"a reader beside many writers misses nothing and meets nothing twice", feedRace},
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

// feedRace follows the feed while writers append and erase.
func feedRace(t *testing.T, b *bench) {
	const writers, each = 8, 40
	var writing atomic.Int32
	writing.Store(writers)
	errs := make([]error, writers+1)
	var seen []string
	together(writers+1, func(w int) {
		if w < writers {
			defer writing.Add(-1)
			subject := "sub-" + name(w)
			for i := range each {
				_, _, err := b.Append(t.Context(), record(name(w)+name(i), subject, i))
				errs[w] = errors.Join(errs[w], err)
			}
			b.settle()
			errs[w] = errors.Join(errs[w], b.Erase(t.Context(), "shop", subject, at(each)))
			return
		}
		cursor := ""
		for {
			ended := writing.Load() == 0
			page, err := b.Arrivals(t.Context(), "shop", cursor, 7)
			if err != nil {
				errs[w] = err
				return
			}
			for _, a := range page {
				cursor = a.Cursor
				seen = append(seen, label(a))
			}
			if len(page) == 0 && ended {
				return
			}
		}
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, s := range seen {
		count[s[:1]]++
		count[s]++
		if count[s] > 1 && s != "-" {
			t.Fatalf("%s was met twice", s)
		}
	}
	if count["i"] != writers*each || count["-"] != writers {
		t.Fatalf("%d records and %d erasures were met; want %d and %d", count["i"], count["-"], writers*each, writers)
	}
	again, _ := b.follow(t, "", 50)
	same(t, "the feed, read again", again, seen)
}
