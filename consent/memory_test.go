package consent_test

import (
	"maps"
	"reflect"
	"strings"
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
				var got consent.Record
				err := known.Unpack(&got, all[i].ID, packed[i].Evidence, all[i].Secret)
				if err != nil || !maps.Equal(got.Levels, all[i].Levels) || !maps.Equal(got.Over, all[i].Over) {
					t.Errorf("record %d: %v %v, %v", i, got.Levels, got.Over, err)
				}
			}
		})
	}
	group.Wait()
}

func TestCookiesOfOneKeyAreOpenedAtOnceEachWithItsOwnLevels(t *testing.T) {
	t.Parallel()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: []byte(strings.Repeat("s", 32))})
	if err != nil {
		t.Fatal(err)
	}
	// More than are remembered, each a second time in a spelling that was not signed.
	type cookie struct {
		choice       consent.Choice
		sealed, bent string
	}
	var all []cookie
	for i := range 1200 {
		c := consent.Choice{Edition: 1, Regime: "eu-gdpr", Clock: 1700000000,
			Levels: map[string]int{"functional": i % 10, "analytics": i / 10 % 10, "marketing": 1 + i/100%9, "recording": i / 1000}}
		switch i % 7 {
		case 0:
			c.Over = map[string]bool{"marketing": true}
		case 1:
			c.Vendors = map[string]int{"google-analytics": i % 2}
		}
		sealed := consent.SealCookie(keys, "t", "demo", &c)
		all = append(all, cookie{c, sealed, strings.Replace(sealed, "recording:", "recordings:", 1)})
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, c := range all {
				if got := consent.OpenCookie(keys, "t", "demo", c.sealed); !reflect.DeepEqual(got, &c.choice) {
					t.Errorf("%s is opened as %+v", c.sealed, got)
				}
				if got := consent.OpenCookie(keys, "t", "demo", c.bent); !reflect.DeepEqual(got, &consent.Choice{Forged: true}) {
					t.Errorf("%s is opened as %+v", c.bent, got)
				}
			}
		})
	}
	group.Wait()
}
