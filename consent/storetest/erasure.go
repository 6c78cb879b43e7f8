package storetest

import (
	"testing"

	"github.com/leadiumx/consent/consent"
)

func erasureCases() []testCase {
	return []testCase{
		{"an erased subject has no current record and no history", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "sub", 1))
			b.erase(t, "sub", 10)
			isErased(t, b)
		}},
		{"what was decided at the very moment of the erasure is erased", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 9))
			b.append(t, record("b", "sub", 10))
			b.erase(t, "sub", 10)
			isErased(t, b)
		}},
		{"a subject that never wrote can be erased", func(t *testing.T, b *bench) {
			b.erase(t, "sub", 10)
			isErased(t, b)
		}},
		{"an erasure names somebody", func(t *testing.T, b *bench) {
			b.append(t, record("a", "", 0))
			code(t, "Erase", b.Erase(t.Context(), "shop", "", at(10)), consent.Invalid)
			if all := b.export(t, "shop"); len(all) != 1 || all[0].Levels == nil {
				t.Fatalf("the export is %+v", all)
			}
		}},
		{"who was erased is told of with the latest erasure", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			for _, sec := range []int{10, 30, 20} {
				b.erase(t, "sub", sec)
			}
			_, err := b.Latest(t.Context(), "shop", "sub")
			if got := consent.ErasedAt(err); got != at(30).UnixMilli() {
				t.Fatalf("it was erased at %d, want %d: %v", got, at(30).UnixMilli(), err)
			}
		}},
		{"a decision made before the erasure is refused when it arrives late", func(t *testing.T, b *bench) {
			b.erase(t, "sub", 10)
			for _, sec := range []int{-100, 9, 10} {
				_, _, err := b.Append(t.Context(), record("late"+name(sec+100), "sub", sec))
				code(t, "Append", err, consent.Erased)
			}
			isErased(t, b)
			if n := len(b.export(t, "shop")); n != 0 {
				t.Fatalf("the export holds %d refused records", n)
			}
		}},
		{"a refused decision leaves its id free", func(t *testing.T, b *bench) {
			b.erase(t, "sub", 10)
			_, _, err := b.Append(t.Context(), record("a", "sub", 9))
			code(t, "Append", err, consent.Erased)
			again := record("a", "sub", 11)
			again.Content = "another content"
			b.append(t, again)
		}},
		{"a choice made after the erasure counts and stands alone", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.erase(t, "sub", 10)
			b.append(t, record("b", "sub", 11))
			b.latest(t, "sub", "b")
			b.history(t, "sub", "b")
		}},
		{"an erasure that arrives after a newer choice leaves that choice", func(t *testing.T, b *bench) {
			b.append(t, record("old", "sub", 9))
			b.append(t, record("new", "sub", 11))
			b.erase(t, "sub", 10)
			b.latest(t, "sub", "new")
			b.history(t, "sub", "new")
			_, _, err := b.Append(t.Context(), record("late", "sub", 10))
			code(t, "Append", err, consent.Erased)
		}},
		{"erasing twice is no error and the later erasure counts", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.erase(t, "sub", 10)
			b.erase(t, "sub", 10)
			b.erase(t, "sub", 5)
			_, _, err := b.Append(t.Context(), record("b", "sub", 8))
			code(t, "Append between the two", err, consent.Erased)
			b.append(t, record("c", "sub", 15))
			b.erase(t, "sub", 20)
			isErased(t, b)
		}},
		{"erasure holds for one site and one subject", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "other", 0))
			r := record("c", "sub", 0)
			r.Site = "blog"
			b.append(t, r)
			b.append(t, record("d", "", 0))
			b.erase(t, "sub", 10)
			isErased(t, b)
			b.latest(t, "other", "b")
			if got, err := b.Latest(t.Context(), "blog", "sub"); err != nil || got.ID != "c" {
				t.Fatalf("Latest(blog) = %q, %v", got.ID, err)
			}
			b.append(t, record("e", "other", 1))
			b.append(t, record("f", "", 1))
		}},
		{"repeating an erased id is refused whatever its content, clock or subject", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.erase(t, "sub", 10)
			for _, change := range []func(*consent.Record){
				func(*consent.Record) {},
				func(r *consent.Record) { r.Clock = at(20).UnixMilli() },
				func(r *consent.Record) { r.Content = "something else" },
				func(r *consent.Record) { r.Subject = "other" },
				func(r *consent.Record) { r.Subject = "" },
			} {
				r := record("a", "sub", 0)
				change(&r)
				_, _, err := b.Append(t.Context(), r)
				code(t, "Append", err, consent.Erased)
			}
			isErased(t, b)
		}},
		{"whoever repeats an erased id is told which record has it", func(t *testing.T, b *bench) {
			if !b.h.severalNodes(t, b) {
				return
			}
			b.append(t, from("n", "a", "sub", 0, 0, nil))
			b.erase(t, "sub", 10)
			stored, _, err := b.Append(t.Context(), from("m", "a", "sub", 5, 0, nil))
			code(t, "Append", err, consent.Erased)
			if stored.ID != "a" || stored.Node != "n" || stored.Subject != "" {
				t.Fatalf("it is told of %+v", stored)
			}
		}},
		{"an erasure survives closing and opening again", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.erase(t, "sub", 10)
			b.reopen(t)
			isErased(t, b)
			_, _, err := b.Append(t.Context(), record("b", "sub", 9))
			code(t, "Append", err, consent.Erased)
		}},
		{"any order of arrival of choices and erasure ends the same", erasureOrders},
		{"writers that race with an erasure leave nothing behind", erasureRace},
	}
}

func isErased(t *testing.T, b *bench) {
	t.Helper()
	_, err := b.Latest(t.Context(), "shop", "sub")
	code(t, "Latest", err, consent.Erased)
	_, err = b.History(t.Context(), "shop", "sub")
	code(t, "History", err, consent.Erased)
}

// erasureOrders delivers two choices and the erasure between them in every order.
func erasureOrders(t *testing.T, b *bench) {
	for i, order := range []string{"1e3", "13e", "e13", "e31", "3e1", "31e"} {
		subject := name(i)
		for _, step := range order {
			if step == 'e' {
				b.erase(t, subject, 2)
				continue
			}
			_, _, err := b.Append(t.Context(), record(subject+string(step), subject, int(step-'0')))
			if err != nil && consent.CodeOf(err) != consent.Erased {
				t.Fatalf("order %s, step %c: %v", order, step, err)
			}
		}
		b.latest(t, subject, subject+"3")
		b.history(t, subject, subject+"3")
	}
}

func erasureRace(t *testing.T, b *bench) {
	const writers = 12
	errs := make([]error, writers+1)
	together(writers+1, func(i int) {
		if i == writers {
			errs[i] = b.Erase(t.Context(), "shop", "sub", at(100))
			return
		}
		_, _, errs[i] = b.Append(t.Context(), record(name(i), "sub", i))
	})
	for i, err := range errs {
		if err != nil && consent.CodeOf(err) != consent.Erased {
			t.Fatalf("goroutine %d: %v", i, err)
		}
	}
	isErased(t, b)
	for _, r := range b.export(t, "shop") {
		isStripped(t, r)
	}
}
