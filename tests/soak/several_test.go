//go:build unix

package soak_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/tests/proxy/live"
)

// several starts a server over several Redis and lets a crowd write to it and ask.
func several(t *testing.T, urls string) (*crowd, *watched, *live.Server) {
	t.Helper()
	meters := live.FreeAddr(t)
	s := live.Start(t, "--data-dir", t.TempDir(), "--redis", urls, "--metrics-listen", meters)
	c := newCrowd(t, s)
	w := c.watch("http://"+meters+"/metrics", func(why string) { t.Error(why) })
	c.come(3)
	c.until(100)
	return c, w, s
}

// sees waits until something is so.
func (c *crowd) sees(what string, so func() bool) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); c.rest(50 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("it never came true that %s", what)
		}
	}
}

func TestAClusterThatIsReshardedWhileItsServersDieLosesNothing(t *testing.T) {
	t.Parallel()
	nodes := redistest.StartNodes(t)
	var urls []string
	for _, n := range nodes {
		urls = append(urls, n.URL())
	}
	c, w, s := several(t, strings.Join(urls, ","))
	m := redistest.NewMover(t, urls)
	// Whoever gives, or gets, a slot dies in the middle of it.
	const from = 0
	keys, slot := 0, -1
	for n := range 4 * rounds(t, "SOAK_FAULTS", 1) {
		to, dies := 1+n%2, []int{1 + n%2, from}[n/2%2]
		w.begins([]string{"a taker dies", "a giver dies"}[n/2%2])
		used, ok := m.Used(from, slot+1)
		if !ok {
			break
		}
		slot = used
		dead := false
		keys += m.Move(slot, from, to, func() {
			if dead {
				return
			}
			dead = true
			nodes[dies].Kill()
			c.until(25)
			nodes[dies].Restart()
		})
		c.until(25)
	}
	if keys == 0 {
		t.Error("nothing was moved")
	}
	c.home()
	w.tell(time.Duration(rounds(t, "SOAK_CHECK_MS", 0)) * time.Millisecond)
	t.Logf("%d keys were moved", keys)
	c.settle(s)
}

func TestAPrimaryThatComesBackAsOneBesideItsSuccessorLosesNothing(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t)
	replica := redistest.StartReplica(t, primary)
	sentinel := redistest.StartSentinel(t, "consent", primary, 1)
	c, w, s := several(t, "redis://"+sentinel+"?master_name=consent")
	for range rounds(t, "SOAK_FAULTS", 1) {
		w.begins("the primary stopped")
		primary.Pause()
		c.sees("the replica takes over", func() bool { return replica.Role() == "master" })
		c.until(50)
		// It knows of nothing, and takes writes of those who are still connected.
		w.begins("two primaries")
		primary.Resume()
		c.until(50)
		c.sees("the old primary follows", func() bool { return primary.Role() == "slave" })
		w.begins("the successor alone")
		c.until(50)
		primary, replica = replica, primary
	}
	c.home()
	w.tell(time.Duration(rounds(t, "SOAK_CHECK_MS", 0)) * time.Millisecond)
	c.settle(s)
}
