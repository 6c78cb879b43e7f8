//go:build unix

package soak_test

import (
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/tests/proxy/live"
)

func TestAServerThatIsKilledAndStartedWhileRedisIsAwayLosesNothing(t *testing.T) {
	t.Parallel()
	for name, wiped := range map[string]bool{"a Redis that comes back whole": false, "a Redis that comes back empty": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := []string{"--appendonly", "yes", "--appendfsync", "always"}
			if wiped {
				flags = []string{"--appendonly", "no", "--save", ""}
			}
			redis := redistest.Start(t, flags...)
			server := []string{"--data-dir", t.TempDir(), "--redis", redis.URL()}
			s := live.Start(t, server...)
			c := newCrowd(t, s)
			c.come(4)
			for range rounds(t, "SOAK_KILLS", 4) / 2 {
				c.until(25)
				redis.Kill()
				c.until(25)
				s.Kill()
				s = live.Start(t, server...)
				c.url.Store(&s.URL)
				c.until(25)
				redis.Restart()
				c.until(25)
			}
			c.home()
			c.settle(s)
		})
	}
}
