package collect_test

import (
	"fmt"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestAChoiceThatNoBrowserCanHoldIsNotRecorded(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	for n := range 60 {
		v.editions.live.Site.Vendors = append(v.editions.live.Site.Vendors, consent.Vendor{ID: fmt.Sprintf("vendor-%02d", n), Purposes: []string{"analytics"}})
	}
	v.does(v.write(consent.Save, map[string]int{"analytics": 0, "marketing": 0}))
	for _, first := range []bool{true, false} {
		w := v.write(consent.Save, map[string]int{"analytics": 1})
		w.Vendors = map[string]int{}
		for _, x := range v.editions.live.Site.Vendors {
			w.Vendors[x.ID] = 0
		}
		if a, err := v.Record(t.Context(), w); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("first %v: it is answered %+v, %v", first, a, err)
		}
		if r, err := v.records.Records.(consent.Finder).Find(t.Context(), "shop", w.ID); consent.CodeOf(err) != consent.NotFound {
			t.Errorf("first %v: what was refused is recorded: %+v, %v", first, r, err)
		}
		// What fits is recorded, by vendor too.
		w = v.write(consent.Save, map[string]int{"analytics": 1})
		w.Vendors = map[string]int{"vendor-00": 0, "vendor-01": 1}
		v.does(w)
	}
}
