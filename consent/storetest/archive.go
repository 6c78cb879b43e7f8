package storetest

import (
	"slices"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func (b *bench) tombstones(t *testing.T) []consent.Tombstone {
	t.Helper()
	var all []consent.Tombstone
	if err := b.Tombstones(t.Context(), func(x consent.Tombstone) error {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func (b *bench) bury(t *testing.T, x consent.Tombstone) {
	t.Helper()
	if err := b.Bury(t.Context(), x); err != nil {
		t.Fatal(err)
	}
}

func archiveCases() []testCase {
	stone := func(subject string, sec int) consent.Tombstone {
		return consent.Tombstone{Site: "shop", Person: consent.PersonOf("shop", subject), At: at(sec).UnixMilli()}
	}
	return []testCase{
		{"tombstones tell who was erased and when", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "other", 0))
			b.erase(t, "sub", 10)
			b.erase(t, "never-wrote", 11)
			b.erase(t, "AAAAAAAAAAAAAAAAAAAAAA", 12)
			b.append(t, record("c", "sub", 20))
			b.settle()
			all := b.tombstones(t)
			for _, want := range []consent.Tombstone{stone("sub", 10), stone("never-wrote", 11), stone("AAAAAAAAAAAAAAAAAAAAAA", 12)} {
				if !slices.Contains(all, want) {
					t.Errorf("%+v is missing from %+v", want, all)
				}
			}
			if len(all) != 3 {
				t.Errorf("%d tombstones", len(all))
			}
		}},
		{"a tombstone erases whose it is, and nobody else", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "other", 0))
			b.settle()
			b.bury(t, stone("sub", 10))
			isErased(t, b)
			b.latest(t, "other", "b")
			if _, _, err := b.Append(t.Context(), record("late", "sub", 9)); err == nil {
				// A log in front may take it; the store behind refuses it.
				b.settle()
			}
			isErased(t, b)
		}},
		{"a choice made after a tombstone counts, whatever came first", func(t *testing.T, b *bench) {
			b.append(t, record("old", "sub", 9))
			b.append(t, record("new", "sub", 11))
			b.settle()
			b.bury(t, stone("sub", 10))
			b.latest(t, "sub", "new")
			b.history(t, "sub", "new")
		}},
		{"an older tombstone changes nothing", func(t *testing.T, b *bench) {
			b.erase(t, "sub", 10)
			b.settle()
			b.bury(t, stone("sub", 5))
			if all := b.tombstones(t); len(all) != 1 || all[0] != stone("sub", 10) {
				t.Errorf("%+v", all)
			}
		}},
		{"a record that comes back without its secret is an erased one", func(t *testing.T, b *bench) {
			r := record("a", "sub", 0)
			sealed, _, err := r.Pack()
			if err != nil {
				t.Fatal(err)
			}
			r.Sealed = &sealed
			if _, _, err := b.Append(t.Context(), r.Stripped()); err != nil {
				t.Fatal(err)
			}
			b.settle()
			all := b.export(t, "shop")
			if len(all) != 1 || all[0].ID != "a" || all[0].Subject != "" || len(all[0].Levels) != 0 {
				t.Errorf("%+v", all)
			}
		}},
		{"the kinds of documents and the journals are named in order", func(t *testing.T, b *bench) {
			kinds, journals, err := b.Contents(t.Context())
			if err != nil || len(kinds)+len(journals) != 0 {
				t.Fatalf("an empty store: %v %v %v", kinds, journals, err)
			}
			for _, kind := range []string{"zz", "a/b", "longer-than-the-others"} {
				b.putDocument(t, kind, "one", "x", 0)
				b.putDocument(t, kind, "two", "x", 0)
				if _, err := b.AppendNote(t.Context(), "j:"+kind, []byte("x")); err != nil {
					t.Fatal(err)
				}
			}
			kinds, journals, err = b.Contents(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the kinds", kinds, []string{"a/b", "longer-than-the-others", "zz"})
			same(t, "the journals", journals, []string{"j:a/b", "j:longer-than-the-others", "j:zz"})
		}},
	}
}
