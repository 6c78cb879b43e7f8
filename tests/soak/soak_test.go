//go:build unix

// Package soak_test kills what keeps decisions while visitors decide, and
// compares what was acknowledged with what is kept. The numbers are small here
// and large in `make soak`.
package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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
		if !c.sent[id] {
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
	out, err := live.Command("ledger", "verify", "--server", s.URL, "--token", live.Token)
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

// watch asks for the decisions of known visitors all the time, and reports when
// one who refused is allowed anything, or when there is no answer. Between them
// it asks for what needs neither a store nor a decision: that takes as long as
// the machine is busy.
func (c *crowd) watch(wrong func(string)) *watched {
	w := &watched{}
	for n := range 2 {
		c.group.Go(func() {
			for ; c.ctx.Err() == nil; n += 2 {
				if p, ok := c.somebody(n); ok {
					w.note(c.check(p, n%3 > 0, wrong))
					w.idle(c.alive())
				}
				c.rest(5 * time.Millisecond)
			}
		})
	}
	return w
}

// watched is how checks were answered.
type watched struct {
	mu   sync.Mutex
	took []time.Duration
	// idled is how long the server took for nothing.
	idled   []time.Duration
	allowed int
}

func (w *watched) idle(took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idled = append(w.idled, took)
}

// alive asks for nothing.
func (c *crowd) alive() time.Duration {
	start := time.Now()
	if res, err := c.client.Get(*c.url.Load() + "/healthz"); err == nil {
		_ = res.Body.Close()
	}
	return time.Since(start)
}

func (w *watched) note(allowed bool, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.took = append(w.took, took)
	if allowed {
		w.allowed++
	}
}

// slowest is what 99 of 100 took at most.
func slowest(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[(len(took)-1)*99/100]
}

// somebody picks a visitor who has decided.
func (c *crowd) somebody(n int) (person, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.people) == 0 {
		return person{}, false
	}
	p := *c.people[n*7919%len(c.people)]
	return p, p.token != ""
}

// check asks with the visitor's cookies; without the signed choice the store
// alone knows it.
func (c *crowd) check(p person, signed bool, wrong func(string)) (allowed bool, took time.Duration) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, *c.url.Load()+"/v1/check?site=demo&purpose=analytics", nil)
	if err != nil {
		wrong(err.Error())
		return false, 0
	}
	v := live.Visitor{Subject: p.token}
	if signed {
		v.Consent = p.cookie
	}
	v.AddTo(req)
	var a struct{ Decisions []struct{ Allow bool } }
	start := time.Now()
	res, err := c.client.Do(req)
	if err == nil {
		err = json.NewDecoder(res.Body).Decode(&a)
		_ = res.Body.Close()
	}
	took = time.Since(start)
	if err != nil || len(a.Decisions) != 1 {
		wrong(fmt.Sprintf("a check was not answered: %v", err))
		return false, took
	}
	allowed = a.Decisions[0].Allow
	if allowed && (p.refuses || p.erased) {
		wrong("a visitor who refused was allowed")
	}
	return allowed, took
}

func TestWhateverBefallsRedisChecksAreSafeAndNothingIsLost(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t, "--appendonly", "no")
	s := live.Start(t, "--data-dir", t.TempDir(), "--redis", r.URL())
	raw := r.Client()
	c := newCrowd(t, s)
	c.come(3)
	w := c.watch(func(why string) { t.Error(why) })
	c.until(50)
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
		{"stopped", func() {
			r.Pause()
			c.until(50)
			c.rest(time.Duration(rounds(t, "SOAK_STOP_MS", 300)) * time.Millisecond)
			r.Resume()
		}},
		{"started again", func() { r.Restart() }},
	}
	for range rounds(t, "SOAK_FAULTS", 1) {
		for _, f := range faults {
			f.does()
			c.until(50)
		}
	}
	c.home()
	took, idle := slowest(w.took), slowest(w.idled)
	t.Logf("%d checks, %d allowed, 99 of 100 within %v; for nothing, %v", len(w.took), w.allowed, took, idle)
	if limit := time.Duration(rounds(t, "SOAK_CHECK_MS", 0)) * time.Millisecond; limit > 0 && took > limit+idle {
		t.Errorf("99 of 100 checks took up to %v, on a machine that takes %v for nothing", took, idle)
	}
	if w.allowed == 0 {
		t.Error("nobody was ever allowed anything")
	}
	c.settle(s)
}
