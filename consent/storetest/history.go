package storetest

import (
	"testing"
)

func historyCases() []testCase {
	return []testCase{
		{"a newer clock becomes current", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "sub", 1))
			b.latest(t, "sub", "b")
		}},
		{"an older clock goes to history and stays out of the way", func(t *testing.T, b *bench) {
			b.append(t, record("new", "sub", 10))
			b.append(t, record("old", "sub", 5))
			b.latest(t, "sub", "new")
			b.history(t, "sub", "old", "new")
		}},
		{"of two equal clocks the higher id is current, whatever came first", func(t *testing.T, b *bench) {
			b.append(t, record("z", "sub", 3))
			b.append(t, record("a", "sub", 3))
			b.latest(t, "sub", "z")
			b.history(t, "sub", "a", "z")
		}},
		{"repeating an id does not make it current again", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 3))
			b.append(t, record("b", "sub", 3))
			if _, fresh, err := b.Append(t.Context(), record("a", "sub", 3)); err != nil || fresh {
				t.Fatalf("Append again = fresh %v, %v", fresh, err)
			}
			b.latest(t, "sub", "b")
		}},
		{"a clock before 1970 is older than any other", func(t *testing.T, b *bench) {
			early := record("early", "sub", 0)
			early.Clock = -5
			b.append(t, record("now", "sub", 0))
			b.append(t, early)
			b.latest(t, "sub", "now")
			b.history(t, "sub", "early", "now")
		}},
		{"any order of arrival ends in the same current record and history", func(t *testing.T, b *bench) {
			for i, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
				subject := name(i)
				var ids []string
				for _, sec := range order {
					b.append(t, record(subject+name(sec), subject, sec))
					ids = append(ids, subject+name(len(ids)))
				}
				b.latest(t, subject, ids[2])
				b.history(t, subject, ids...)
			}
		}},
		{"a subject without records has an empty history", func(t *testing.T, b *bench) {
			b.history(t, "nobody")
		}},
		{"history holds only the subject's own records", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "subject", 1))
			b.append(t, record("c", "su", 2))
			b.append(t, record("d", "", 3))
			b.history(t, "sub", "a")
		}},
		{"history stops at the newest 1,000, the oldest of them first", longHistory},
	}
}

func longHistory(t *testing.T, b *bench) {
	const total, writers = 1003, 17
	errs := make([]error, writers)
	together(writers, func(w int) {
		for i := w; i < total; i += writers {
			if _, _, err := b.Append(t.Context(), record(name(i), "sub", i)); err != nil {
				errs[w] = err
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := make([]string, 1000)
	for i := range want {
		want[i] = name(total - 1000 + i)
	}
	b.history(t, "sub", want...)
	b.latest(t, "sub", name(total-1))
	if n := len(b.export(t, "shop")); n != total {
		t.Fatalf("the export holds %d records, want %d", n, total)
	}
}
