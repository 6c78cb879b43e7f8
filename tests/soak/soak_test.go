//go:build unix

// Package soak_test kills what keeps decisions while visitors decide, and
// compares what was acknowledged with what is kept. The numbers are small here
// and large in `make soak`.
package soak_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/tests/proxy/live"
)

func TestMain(m *testing.M) { os.Exit(live.Main(m)) }

// rounds is a number of the soak, or a small one.
func rounds(t *testing.T, name string, small int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		return small
	}
	return n
}

type line struct {
	ID, Subject, Action string
	Levels              map[string]int
}

func exported(t *testing.T, s *live.Server) (all []line) {
	t.Helper()
	var out string
	var err error
	// The store may still be getting what it missed.
	for range 300 {
		if out, err = live.Command("ledger", "export", "--site", "demo", "--server", s.URL, "--token", live.Token); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for text := range strings.Lines(out) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		all = append(all, l)
	}
	return all
}

// linked reports whether a line came of somebody who signed in, under an id that the
// server made.
func (l line) linked() bool {
	return l.Action == string(consent.Identify) || l.Action == string(consent.Joined)
}

// settle compares what was acknowledged with what is kept.
func (c *crowd) settle(s *live.Server) {
	t := c.t
	t.Helper()
	times, of := map[string]int{}, map[string]line{}
	for _, l := range exported(t, s) {
		times[l.ID]++
		of[l.ID] = l
	}
	lost, doubled, unknown, risen := 0, 0, 0, 0
	for id := range c.acked {
		if times[id] == 0 {
			lost++
		}
	}
	for id, n := range times {
		if n > 1 {
			doubled++
		}
		if !c.sent[id] && !of[id].linked() {
			unknown++
		}
	}
	erased := 0
	for _, p := range c.people {
		if p.erased {
			erased++
			if status, _ := c.call(http.MethodGet, "/v1/consents/me?site=demo", nil, p.token, nil); status != http.StatusGone {
				risen++
			}
			if slices.ContainsFunc(p.ids, func(id string) bool { return of[id].Subject != "" || len(of[id].Levels) > 0 }) {
				risen++
			}
		}
	}
	t.Logf("%d acknowledged, %d kept, %d visitors erased; %d lost, %d doubled, %d unknown, %d resurrected", len(c.acked), len(times), erased, lost, doubled, unknown, risen)
	if lost+doubled+unknown+risen > 0 {
		t.Error("what is kept is not what was acknowledged")
	}
	var out string
	var err error
	// Editions that a store has lost come back from the server within some seconds.
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for range 40 {
		if out, err = live.Command("ledger", "verify", "--server", s.URL, "--token", live.Token); err == nil {
			break
		}
		<-again.C
	}
	if err != nil {
		t.Errorf("ledger verify: %v\n%s", err, out)
	}
	t.Log(strings.TrimSpace(out))
}

func TestNothingThatWasAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	for name, redisToo := range map[string]bool{"embedded file": false, "redis": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := []string{"--data-dir", t.TempDir()}
			if redisToo {
				flags = append(flags, "--redis", redistest.Start(t).URL())
			}
			s := live.Start(t, flags...)
			c := newCrowd(t, s)
			c.come(4)
			for range rounds(t, "SOAK_KILLS", 20) / 2 {
				c.until(25)
				s.Kill()
				s = live.Start(t, flags...)
				c.url.Store(&s.URL)
			}
			c.until(25)
			c.home()
			c.settle(s)
		})
	}
}

func TestWhateverBefallsRedisChecksAreSafeAndNothingIsLost(t *testing.T) {
	t.Parallel()
	r, meters := redistest.Start(t, "--appendonly", "no"), live.FreeAddr(t)
	between := newWire(t, r.URL())
	s := live.Start(t, "--data-dir", t.TempDir(), "--redis", between.url(), "--metrics-listen", meters)
	raw := r.Client()
	c := newCrowd(t, s)
	w := c.watch("http://"+meters+"/metrics", func(why string) { t.Error(why) })
	c.come(3)
	c.until(50)
	while := func() {
		c.until(50)
		c.rest(time.Duration(rounds(t, "SOAK_STOP_MS", 300)) * time.Millisecond)
	}
	faults := []struct {
		name string
		does func()
	}{
		{"killed and empty", func() { r.Kill(); c.until(50); r.Restart() }},
		{"wiped", func() {
			if err := raw.FlushAll(t.Context()).Err(); err != nil {
				t.Error(err)
			}
		}},
		{"stopped", func() { r.Pause(); while(); r.Resume() }},
		{"started again", func() { r.Restart() }},
		{"full", func() { r.Set("maxmemory", "1"); while(); r.Set("maxmemory", "0") }},
		{"connections cut", func() { between.cut() }},
		{"packets swallowed", func() { between.swallow(); while(); between.heal() }},
		{"answers 60 ms late", func() { between.slow(60 * time.Millisecond); while(); between.heal() }},
		{"answers 400 ms late", func() { between.slow(400 * time.Millisecond); while(); between.heal() }},
	}
	for range rounds(t, "SOAK_FAULTS", 1) {
		for _, f := range faults {
			w.begins(f.name)
			f.does()
			c.until(50)
		}
	}
	c.home()
	w.tell(time.Duration(rounds(t, "SOAK_CHECK_MS", 0)) * time.Millisecond)
	c.settle(s)
}
