package storetest

import (
	"sync/atomic"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func recordCases() []testCase {
	return []testCase{
		{"the store names the level that an acknowledged record has reached", func(t *testing.T, b *bench) {
			if got := b.Level(); got != b.h.Level {
				t.Fatalf("Level() = %q, want %q", got, b.h.Level)
			}
		}},
		{"a record comes back with every field as it was stored", func(t *testing.T, b *bench) {
			r := record("a", "sub", 0)
			b.append(t, r)
			got, err := b.Latest(t.Context(), "shop", "sub")
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the current record", got, r)
		}},
		{"a record without levels comes back without levels", func(t *testing.T, b *bench) {
			r := record("a", "sub", 0)
			r.Levels, r.Vendors, r.Over = map[string]int{}, nil, nil
			b.append(t, r)
			got, err := b.Latest(t.Context(), "shop", "sub")
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the current record", got, r)
		}},
		{"the same id with the same content is stored once and answers with the first record", sameIDAgain},
		{"the same id from another subject with the same content answers with the first record", func(t *testing.T, b *bench) {
			first := record("a", "sub", 0)
			b.append(t, first)
			again := first
			again.Subject = "other"
			stored, fresh, err := b.Append(t.Context(), again)
			if err != nil || fresh {
				t.Fatalf("Append again = fresh %v, %v", fresh, err)
			}
			same(t, "the answer", stored, first)
			b.history(t, "other")
		}},
		{"the same id with other content is refused and changes nothing", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			other := record("a", "sub", 5)
			other.Content = "something else"
			_, _, err := b.Append(t.Context(), other)
			code(t, "Append", err, consent.IDReused)
			other.Subject = "thief"
			_, _, err = b.Append(t.Context(), other)
			code(t, "Append as another subject", err, consent.IDReused)
			b.history(t, "sub", "a")
			b.history(t, "thief")
			if n := len(b.export(t, "shop")); n != 1 {
				t.Fatalf("the export holds %d records, want 1", n)
			}
		}},
		{"the same id on another site is another record", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			r := record("a", "sub", 1)
			r.Site, r.Content = "blog", "other content"
			b.append(t, r)
			b.latest(t, "sub", "a")
			got, err := b.Latest(t.Context(), "blog", "sub")
			if err != nil || got.Site != "blog" {
				t.Fatalf("Latest(blog) = %+v, %v", got, err)
			}
		}},
		{"a subject without records has no current one", func(t *testing.T, b *bench) {
			_, err := b.Latest(t.Context(), "shop", "nobody")
			code(t, "Latest", err, consent.NotFound)
		}},
		{"a subject of one site is unknown on another", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			_, err := b.Latest(t.Context(), "blog", "sub")
			code(t, "Latest", err, consent.NotFound)
		}},
		{"names are never joined into one another", func(t *testing.T, b *bench) {
			r := record("a", "b/c", 0)
			r.Site = "shop"
			b.append(t, r)
			for _, x := range [][2]string{{"shop/b", "c"}, {"shop:b", "c"}, {"shopb", "/c"}, {"sho", "pb/c"}} {
				_, err := b.Latest(t.Context(), x[0], x[1])
				code(t, "Latest "+x[0]+" "+x[1], err, consent.NotFound)
			}
		}},
		{"a record without a subject is kept but is nobody's current one", anonymousRecords},
		{"many writers of one id store one record", manyWritersOfOneID},
		{"many writers of many ids lose none", manyWriters},
		{"records survive closing and opening again", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "", 1))
			b.append(t, record("c", "sub", 2))
			before := b.export(t, "shop")
			b.reopen(t)
			same(t, "the export", b.export(t, "shop"), before)
			b.latest(t, "sub", "c")
			b.history(t, "sub", "a", "c")
			_, fresh, err := b.Append(t.Context(), record("b", "", 1))
			if err != nil || fresh {
				t.Fatalf("Append of a known id after reopening = fresh %v, %v", fresh, err)
			}
		}},
	}
}

func sameIDAgain(t *testing.T, b *bench) {
	first := record("a", "sub", 0)
	b.append(t, first)
	again := record("a", "sub", 7)
	again.Content = first.Content
	for range 3 {
		stored, fresh, err := b.Append(t.Context(), again)
		if err != nil || fresh {
			t.Fatalf("Append again = fresh %v, %v", fresh, err)
		}
		same(t, "the answer", stored, first)
	}
	b.history(t, "sub", "a")
	if n := len(b.export(t, "shop")); n != 1 {
		t.Fatalf("the export holds %d records, want 1", n)
	}
}

func anonymousRecords(t *testing.T, b *bench) {
	first := record("a", "", 0)
	b.append(t, first)
	b.append(t, record("b", "", 1))
	_, err := b.Latest(t.Context(), "shop", "")
	code(t, "Latest of the empty subject", err, consent.NotFound)
	b.history(t, "")
	same(t, "the ids in the export", recordIDs(b.export(t, "shop")), []string{"a", "b"})

	stored, fresh, err := b.Append(t.Context(), first)
	if err != nil || fresh {
		t.Fatalf("Append again = fresh %v, %v", fresh, err)
	}
	same(t, "the answer", stored, first)

	withSubject := first
	withSubject.Subject = "sub"
	stored, fresh, err = b.Append(t.Context(), withSubject)
	if err != nil || fresh {
		t.Fatalf("Append again with a subject = fresh %v, %v", fresh, err)
	}
	same(t, "the answer to the retry with a subject", stored, first)
	b.history(t, "sub")

	other := first
	other.Content = "something else"
	_, _, err = b.Append(t.Context(), other)
	code(t, "Append of other content", err, consent.IDReused)
}

func manyWritersOfOneID(t *testing.T, b *bench) {
	const writers = 16
	var fresh atomic.Int32
	stored := make([]consent.Record, writers)
	errs := make([]error, writers)
	together(writers, func(i int) {
		r := record("a", "sub-"+name(i), i)
		r.Content = "one content"
		var isFresh bool
		stored[i], isFresh, errs[i] = b.Append(t.Context(), r)
		if isFresh {
			fresh.Add(1)
		}
	})
	for i := range writers {
		if errs[i] != nil {
			t.Fatalf("writer %d: %v", i, errs[i])
		}
		if stored[i].Subject != stored[0].Subject {
			t.Fatalf("writers 0 and %d were told different subjects", i)
		}
	}
	if n := fresh.Load(); n != 1 {
		t.Fatalf("%d writers were told that they stored it, want 1", n)
	}
	if n := len(b.export(t, "shop")); n != 1 {
		t.Fatalf("the export holds %d records, want 1", n)
	}
	b.latest(t, stored[0].Subject, "a")
}

func manyWriters(t *testing.T, b *bench) {
	const writers, each = 16, 8
	errs := make([]error, writers)
	together(writers, func(i int) {
		for j := range each {
			n := i*each + j
			if _, _, err := b.Append(t.Context(), record(name(n), "sub-"+name(n%10), n)); err != nil {
				errs[i] = err
			}
		}
	})
	for i, err := range errs {
		if err != nil {
			t.Fatalf("writer %d: %v", i, err)
		}
	}
	seen := map[string]bool{}
	for _, r := range b.export(t, "shop") {
		seen[r.ID] = true
	}
	if len(seen) != writers*each {
		t.Fatalf("the export holds %d ids, want %d", len(seen), writers*each)
	}
	b.latest(t, "sub-"+name(7), name(127))
}
