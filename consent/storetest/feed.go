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
		{"a cursor that is none is refused", func(t *testing.T, b *bench) {
			for _, c := range []string{"x", "-1", " 1", "01", "1.5", "99999999999999999999999", "\x00"} {
				_, err := b.Arrivals(t.Context(), "shop", c, 1)
				code(t, "Arrivals after "+c, err, consent.Invalid)
			}
		}},
		{"a reader beside many writers misses nothing and meets nothing twice", feedRace},
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
