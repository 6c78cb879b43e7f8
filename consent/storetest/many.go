package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"testing"

	"github.com/leadiumx/consent/consent"
)

// manyTaker is a store that takes many records at once.
type manyTaker interface {
	AppendAll(ctx context.Context, records []consent.Record) []consent.Appended
}

// manyCases are for stores that take many records at once: with each it is as
// if it had come by itself.
func manyCases() []testCase {
	return []testCase{
		{"many records at once are judged each by itself", func(t *testing.T, b *bench) {
			store, ok := b.Store.(manyTaker)
			if !ok {
				return
			}
			b.append(t, record("known", "old", 1))
			b.append(t, record("taken", "old", 2))
			if err := b.Erase(t.Context(), "shop", "gone", day().AddDate(1, 0, 0)); err != nil {
				t.Fatal(err)
			}
			again, other := record("known", "old", 1), record("taken", "old", 2)
			other.Content = "AAAAAAAAAAA"
			first := []consent.Record{again, other, record("erased", "gone", 3), record("later", "old", 4), {Site: "shop"}}
			for range 40 {
				n := len(first)
				first = append(first, record(name(n), "sub-"+name(n), n))
			}
			for round := range 2 {
				got := store.AppendAll(t.Context(), first)
				if len(got) != len(first) {
					t.Fatalf("%d answers to %d records", len(got), len(first))
				}
				for i, want := range map[int]consent.Code{0: "", 1: consent.IDReused, 2: consent.Erased, 3: "", 4: consent.Invalid} {
					if consent.CodeOf(got[i].Err) != want || want == "" && got[i].Err != nil {
						t.Errorf("record %d: %v, want %q", i, got[i].Err, want)
					}
				}
				if got[0].Fresh || got[3].Fresh != (round == 0) || got[3].Record.ID != "later" {
					t.Errorf("a repeated record and a later one are %+v and %+v", got[0], got[3])
				}
				for i := 5; i < len(first); i++ {
					if got[i].Err != nil || got[i].Fresh != (round == 0) || got[i].Record.ID != first[i].ID {
						t.Errorf("record %d in round %d: %+v", i, round, got[i])
					}
				}
			}
			b.history(t, "old", "known", "taken", "later")
			for i := 5; i < len(first); i++ {
				b.history(t, first[i].Subject, first[i].ID)
			}
			ended, end := context.WithCancel(t.Context())
			end()
			for _, a := range store.AppendAll(ended, []consent.Record{record("late", "late", 9)}) {
				if consent.CodeOf(a.Err) != consent.Unavailable {
					t.Errorf("after its time: %v", a.Err)
				}
			}
		}},
		{"many records at once are each kept and counted under what they say", func(t *testing.T, b *bench) {
			store, ok := b.Store.(manyTaker)
			if !ok {
				return
			}
			// Of everything that records share, there are several.
			var all []consent.Record
			want := map[string]map[string]map[string]int64{"shop": {}, "blog": {}}
			for n := range 96 {
				r := record(subjectAt(n), subjectAt(n+1000), n%2*86_400+n)
				r.Site, r.Locale = []string{"shop", "blog"}[n/2%2], []string{"en", "fr", "de"}[n%3]
				day := []string{"2026-03-01", "2026-03-02"}[n%2]
				if want[r.Site][day] == nil {
					want[r.Site][day] = map[string]int64{}
				}
				for _, key := range []string{"records", "action:save", "edition:3", "regime:strict+1", "locale:" + r.Locale, "granted:analytics", "refused:marketing"} {
					want[r.Site][day][key]++
				}
				all = append(all, r)
			}
			for i, got := range store.AppendAll(t.Context(), all) {
				if got.Err != nil || !got.Fresh {
					t.Fatalf("record %d: %+v", i, got)
				}
			}
			for site, want := range want {
				b.counts(t, site, "2026-03-01", "2026-03-02", want)
			}
			b.reopen(t)
			// What the first ones share may be known from them: those behind come first.
			for _, r := range slices.Backward(all) {
				got, err := b.Latest(t.Context(), r.Site, r.Subject)
				if err != nil {
					t.Fatalf("Latest: %v", err)
				}
				same(t, "a record", got, r)
			}
		}},
		{"an erasure tells the feed of all that it took, however many", func(t *testing.T, b *bench) {
			store, ok := b.Store.(manyTaker)
			if !ok {
				return
			}
			var all []consent.Record
			var want []string
			for n := range 1001 {
				all, want = append(all, record(subjectAt(n), "sub", n)), append(want, subjectAt(n))
			}
			for i, got := range store.AppendAll(t.Context(), all) {
				if got.Err != nil {
					t.Fatalf("record %d: %v", i, got.Err)
				}
			}
			b.settle()
			_, end := b.follow(t, "", 1000)
			b.erase(t, "sub", 2000)
			isErased(t, b)
			var told []string
			for {
				page, err := b.Arrivals(t.Context(), "shop", end, 1000)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				for _, a := range page {
					told, end = append(told, a.Erasure.IDs...), a.Cursor
				}
			}
			slices.Sort(told)
			slices.Sort(want)
			if !slices.Equal(told, want) {
				t.Errorf("%d records are told of, want %d", len(told), len(want))
			}
		}},
		{"a store that keeps the order of many records keeps it whoever they belong to", func(t *testing.T, b *bench) {
			store, ok := b.Store.(interface {
				manyTaker
				InOrder() bool
			})
			if !ok || !store.InOrder() {
				return
			}
			// Ids and subjects of 16 bytes that belong together, ids of others who
			// come again, and refusals of nobody.
			var all []consent.Record
			var want []string
			for n := range 600 {
				id := subjectAt(n)
				r := record(id, id[:8]+subjectAt(n + 7)[8:], n)
				switch n % 3 {
				case 1:
					r.Subject = "again-" + name(n%5)
				case 2:
					r.Subject = ""
				}
				all, want = append(all, r), append(want, id)
			}
			for i, got := range store.AppendAll(t.Context(), all) {
				if got.Err != nil || !got.Fresh {
					t.Fatalf("record %d: %+v", i, got)
				}
			}
			var ids []string
			err := b.Export(t.Context(), "shop", func(r consent.Record) error {
				ids = append(ids, r.ID)
				return nil
			})
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("the export holds %d records in another order, or %v", len(ids), err)
			}
		}},
	}
}

// subjectAt is an id of 16 bytes.
func subjectAt(n int) string {
	sum := sha256.Sum256([]byte(name(n)))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
