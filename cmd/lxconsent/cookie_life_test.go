package main

import (
	"testing"
	"time"
)

// In the demo a yes from France holds for six months, and a no rests for the
// twelve of the site's own law.
func TestTheChoiceIsKeptWhileAnythingInItCounts(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct {
		write  write
		months int
	}{
		"grants alone":              {write{"action": "accept_all", "levels": acceptAll}, 6},
		"refusals":                  {write{"action": "reject_all"}, 12},
		"both":                      {write{"action": "save", "levels": map[string]int{"analytics": 1, "marketing": 0}}, 12},
		"no answer":                 {write{"action": "dismiss"}, 12},
		"a vendor alone is granted": {write{"action": "embed", "vendors": map[string]int{"youtube": 1}}, 6},
	} {
		c.write["id"] = id(byte(len(name)))
		now := time.Now()
		a := s.write(c.write, fromPage(s.url))
		k := a.cookie["lx_consent"]
		if k == nil {
			t.Fatalf("%s: %d %s", name, a.status, a.body)
		}
		want := now.UTC().AddDate(0, c.months, 0).Sub(now)
		if life := time.Duration(k.MaxAge) * time.Second; life < want-time.Minute || life > want+time.Minute {
			t.Errorf("%s: kept for %s, want %s", name, life, want)
		}
	}
}
