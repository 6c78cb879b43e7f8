package consent_test

import (
	"maps"
	"sync"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestRecordsOfOneContextAreReadAtOnceEachWithItsOwnLevels(t *testing.T) {
	t.Parallel()
	// More than are remembered, with some that look alike.
	var all []consent.Record
	for i := range 300 {
		r := full()
		r.Levels = map[string]int{"functional": i % 2, "analytics": i / 2 % 10, "marketing": i / 20 % 10, "recording": i / 200}
		if r.Vendors = nil; i%7 == 0 {
			r.Over = map[string]bool{"analytics": true}
		}
		all = append(all, r)
	}
	var known *consent.KnownContext
	packed := make([]consent.Sealed, len(all))
	for i := range all {
		var err error
		if packed[i], _, err = all[i].Pack(); err != nil {
			t.Fatal(err)
		}
		if known, err = consent.KnowContext(packed[i].Context); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range all {
				got, err := known.Unpack(all[i].ID, packed[i].Evidence, all[i].Secret)
				if err != nil || !maps.Equal(got.Levels, all[i].Levels) || !maps.Equal(got.Over, all[i].Over) {
					t.Errorf("record %d: %v %v, %v", i, got.Levels, got.Over, err)
				}
			}
		})
	}
	group.Wait()
}
