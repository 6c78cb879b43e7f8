package storetest

import (
	"errors"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func erasedEvidenceCases() []testCase {
	return []testCase{
		{"erased records stay in the export without subject, levels and content", func(t *testing.T, b *bench) {
			first, last := record("a", "sub", 0), record("c", "other", 2)
			b.append(t, first)
			b.append(t, record("b", "sub", 1))
			b.append(t, last)
			b.erase(t, "sub", 10)
			all := b.export(t, "shop")
			same(t, "the ids in the export", recordIDs(all), []string{"a", "b", "c"})
			isStripped(t, all[0])
			isStripped(t, all[1])
			same(t, "another subject's record", all[2], last)
			kept := first
			kept.Subject, kept.Content, kept.Levels, kept.Vendors, kept.Over = "", "", nil, nil, nil
			same(t, "what is left of an erased record", all[0], kept)
		}},
		{"a record made after the erasure is exported whole", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.erase(t, "sub", 10)
			after := record("b", "sub", 11)
			b.append(t, after)
			all := b.export(t, "shop")
			same(t, "the ids in the export", recordIDs(all), []string{"a", "b"})
			isStripped(t, all[0])
			same(t, "the later record", all[1], after)
		}},
		{"erased records are still erased after opening again", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.erase(t, "sub", 10)
			b.reopen(t)
			all := b.export(t, "shop")
			if len(all) != 1 {
				t.Fatalf("the export holds %d records, want 1", len(all))
			}
			isStripped(t, all[0])
		}},
	}
}

func isStripped(t *testing.T, r consent.Record) {
	t.Helper()
	if r.Subject != "" || r.Content != "" || len(r.Levels)+len(r.Vendors)+len(r.Over) != 0 {
		t.Fatalf("record %s still tells about the subject: %+v", r.ID, r)
	}
}

func exportCases() []testCase {
	return []testCase{
		{"a site without records exports nothing", func(t *testing.T, b *bench) {
			if all := b.export(t, "shop"); len(all) != 0 {
				t.Fatalf("the export holds %d records", len(all))
			}
		}},
		{"records come in the order of arrival, whatever their clocks", func(t *testing.T, b *bench) {
			r1, r2, r3 := record("z", "sub", 9), record("a", "", 1), record("m", "other", 5)
			b.append(t, r1)
			b.append(t, r2)
			b.append(t, r3)
			same(t, "the export", b.export(t, "shop"), []consent.Record{r1, r2, r3})
		}},
		{"a record that is sent again keeps its place", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "", 1))
			b.append(t, record("c", "sub", 2))
			for _, r := range []consent.Record{record("b", "", 1), record("a", "sub", 0)} {
				if _, fresh, err := b.Append(t.Context(), r); err != nil || fresh {
					t.Fatalf("Append(%s) again = fresh %v, %v", r.ID, fresh, err)
				}
			}
			same(t, "the ids in the export", recordIDs(b.export(t, "shop")), []string{"a", "b", "c"})
		}},
		{"each site exports its own records", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			for _, site := range []string{"blog", "sho", "shop-2"} {
				r := record("on-"+site, "sub", 0)
				r.Site = site
				b.append(t, r)
			}
			same(t, "the ids in the export", recordIDs(b.export(t, "shop")), []string{"a"})
			same(t, "the ids in the export", recordIDs(b.export(t, "shop-2")), []string{"on-shop-2"})
		}},
		{"a long export misses and doubles nothing", longExport},
		{"the export stops at the receiver's first error and returns it", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			b.append(t, record("b", "sub", 1))
			full, calls := errors.New("the receiver is full"), 0
			err := b.Export(t.Context(), "shop", func(consent.Record) error {
				calls++
				return full
			})
			if !errors.Is(err, full) || calls != 1 {
				t.Fatalf("Export = %v after %d calls", err, calls)
			}
		}},
		{"the receiver may use the store", func(t *testing.T, b *bench) {
			b.append(t, record("a", "sub", 0))
			added := false
			err := b.Export(t.Context(), "shop", func(r consent.Record) error {
				if added {
					return nil
				}
				added = true
				_, _, err := b.Append(t.Context(), record("b", "sub", 1))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			b.latest(t, "sub", "b")
		}},
	}
}

func longExport(t *testing.T, b *bench) {
	const writers, each = 16, 70
	errs := make([]error, writers)
	together(writers, func(w int) {
		for i := range each {
			subject := ""
			if i%2 == 0 {
				subject = "sub-" + name(w)
			}
			if _, _, err := b.Append(t.Context(), record(name(w)+name(i), subject, i)); err != nil {
				errs[w] = err
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	seen, last := map[string]bool{}, map[string]string{}
	for _, r := range b.export(t, "shop") {
		writer, id := r.ID[:len(name(0))], r.ID[len(name(0)):]
		if seen[r.ID] || last[writer] >= id && last[writer] != "" {
			t.Fatalf("record %s is doubled or out of its writer's order", r.ID)
		}
		seen[r.ID], last[writer] = true, id
	}
	if len(seen) != writers*each {
		t.Fatalf("the export holds %d records, want %d", len(seen), writers*each)
	}
}
