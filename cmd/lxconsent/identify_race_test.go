package main

import (
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestOfDevicesThatAreLinkedAtOneMomentEachRefusalCounts(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	one := start(t, "--redis", redis.URL())
	two := start(t, "--redis", redis.URL(), "--key-file", filepath.Join(one.dir, "keys"))
	for i := range 12 {
		as := one.account("account-" + strconv.Itoa(i))
		granter, refuser := &device{server: one}, &device{server: one}
		if i%2 == 1 {
			granter.server = two
		}
		refuser.chooses(numbered(3*i+1), write{"action": "accept_all", "levels": acceptAll})
		refuser.chooses(numbered(3*i+2), write{"action": "withdraw"})
		granter.chooses(numbered(3*i+3), write{"action": "accept_all", "levels": acceptAll})
		var both sync.WaitGroup
		for _, d := range []*device{granter, refuser} {
			both.Go(func() {
				if a := d.identifies(as); a.status != http.StatusOK {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		}
		both.Wait()
		for _, s := range []*server{one, two} {
			if why := s.byName(as, "marketing"); why != "denied" {
				t.Errorf("account %d, one of its devices has refused: %s", i, why)
			}
		}
		granter.identifies(as)
		if why := granter.may("marketing"); why != "denied" {
			t.Errorf("account %d, the device that has granted: %s", i, why)
		}
	}
}
