//go:build unix

package soak_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/tests/proxy/live"
)

// watch asks for the decisions of known visitors all the time, in every way that
// there is, and reports when one who refused is allowed anything, or when there
// is no answer.
func (c *crowd) watch(meters string, wrong func(string)) *watched {
	c.t.Helper()
	c.enrol(8)
	w := newWatched(c.t, meters)
	w.begins("none")
	for kind, asks := range map[string]func(n int) (probe, bool){
		"cookie":      func(n int) (probe, bool) { return c.visitor(n, true, "/v1/check") },
		"subject":     func(n int) (probe, bool) { return c.visitor(n, false, "/v1/check") },
		"gate":        func(n int) (probe, bool) { return c.visitor(n, n%2 > 0, "/v1/gate") },
		"external id": c.account, "batch": c.batch,
	} {
		pause := 10 * time.Millisecond
		if kind == "batch" {
			pause = 50 * time.Millisecond
		}
		c.group.Go(func() {
			for n := 0; c.ctx.Err() == nil; n++ {
				if p, ok := asks(n); ok {
					fault := w.now()
					allowed, took, idled, err := c.try(p)
					w.note(fault, kind, allowed, took, idled)
					if err != nil {
						wrong(fmt.Sprintf("%s: a check by %s: %v", fault, kind, err))
					}
				}
				c.rest(pause)
			}
		})
	}
	return w
}

// probe is a request for the decisions of people, some of whom have refused.
type probe struct {
	*http.Request
	refuses []bool
}

func (c *crowd) probe(method, path string, body []byte, refuses ...bool) probe {
	req, err := http.NewRequestWithContext(context.Background(), method, *c.url.Load()+path, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	return probe{req, refuses}
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

// visitor asks as a browser does. Without the signed choice the store alone
// knows the visitor.
func (c *crowd) visitor(n int, signed bool, path string) (probe, bool) {
	p, ok := c.somebody(n)
	if !ok {
		return probe{}, false
	}
	asks := c.probe(http.MethodGet, path+"?site=demo&purpose=analytics", nil, p.refuses || p.erased)
	v := live.Visitor{Subject: p.token}
	if signed {
		v.Consent = p.cookie
	}
	v.AddTo(asks.Request)
	return asks, true
}

// enrol links some visitors to accounts, of which every second refuses.
func (c *crowd) enrol(accounts int) {
	c.t.Helper()
	var secret struct{ Secret string }
	req := c.probe(http.MethodGet, "/v1/sites/demo/identify-secret", nil)
	req.Header.Set("Authorization", "Bearer "+live.Token)
	res, err := c.client.Do(req.Request)
	if err == nil {
		err = json.NewDecoder(res.Body).Decode(&secret)
		_ = res.Body.Close()
	}
	if err != nil || secret.Secret == "" {
		c.t.Fatalf("the secret of accounts: %v", err)
	}
	for n := range accounts {
		p, name := &person{}, fmt.Sprint("account-", n)
		c.mu.Lock()
		c.people = append(c.people, p)
		c.mu.Unlock()
		w, _ := c.decide(p, false)
		c.send(p, w, false)
		var a struct{ Consent, Subject string }
		proof := consent.ProveAccount(secret.Secret, name, time.Now())
		status, err := c.call(http.MethodPost, "/v1/identify", map[string]string{"site": "demo", "external_id": name, "proof": proof, "consent": p.cookie, "subject": p.token}, "", &a)
		if status != http.StatusOK || a.Subject == "" {
			c.t.Fatalf("a visitor signs in: %d %v", status, err)
		}
		c.mu.Lock()
		p.cookie, p.token = a.Consent, a.Subject
		c.mu.Unlock()
		if n%2 == 0 {
			w, _ = c.decide(p, true)
			c.send(p, w, true)
		}
		c.accounts = append(c.accounts, account{name, p})
	}
}

type account struct {
	name string
	*person
}

// account asks as the site's own server does.
func (c *crowd) account(n int) (probe, bool) {
	a := c.accounts[n%len(c.accounts)]
	asks := c.probe(http.MethodGet, "/v1/check?site=demo&purpose=analytics&external_id="+a.name, nil, a.refuses)
	asks.Header.Set("Authorization", "Bearer "+live.Token)
	return asks, true
}

// batch asks about as many as one request may.
func (c *crowd) batch(n int) (probe, bool) {
	const most = 1000
	type ask struct {
		Site    string `json:"site"`
		Purpose string `json:"purpose"`
		Subject string `json:"subject"`
	}
	var asks []ask
	var refuses []bool
	for i := range most {
		if p, ok := c.somebody(n + i); ok {
			asks, refuses = append(asks, ask{"demo", "analytics", p.token}), append(refuses, p.refuses || p.erased)
		}
	}
	if len(asks) == 0 {
		return probe{}, false
	}
	body, err := json.Marshal(map[string]any{"asks": asks})
	if err != nil {
		panic(err)
	}
	out := c.probe(http.MethodPost, "/v1/check", body, refuses...)
	out.Header.Set("Authorization", "Bearer "+live.Token)
	out.Header.Set("Content-Type", "application/json")
	return out, true
}

// try sends a probe, and as long as that takes requests for nothing; idled is the
// slowest of them.
func (c *crowd) try(p probe) (allowed int, took, idled time.Duration, err error) {
	var beside sync.WaitGroup
	answered, done := context.WithCancel(c.ctx)
	defer done()
	beside.Go(func() {
		for {
			start := time.Now()
			if res, err := c.client.Get(*c.url.Load() + "/healthz"); err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
			idled = max(idled, time.Since(start))
			if answered.Err() != nil || !c.rest(5*time.Millisecond) {
				return
			}
		}
	})
	start := time.Now()
	res, err := c.client.Do(p.Request)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	took = time.Since(start)
	done()
	beside.Wait()
	if err != nil {
		return 0, took, idled, err
	}
	grants, err := granted(p.URL.Path, res, body)
	if err == nil && len(grants) != len(p.refuses) {
		err = fmt.Errorf("%d answers to %d questions: %d %s", len(grants), len(p.refuses), res.StatusCode, body)
	}
	if err != nil {
		return 0, took, idled, err
	}
	for i, allow := range grants {
		if allow {
			allowed++
		}
		if allow && p.refuses[i] {
			err = fmt.Errorf("a visitor who refused was allowed: %s", body)
		}
	}
	return allowed, took, idled, err
}

// granted reads which decisions allow.
func granted(path string, res *http.Response, body []byte) (grants []bool, err error) {
	if path == "/v1/gate" {
		says := res.Header.Get("Consent-Decision")
		allow := res.StatusCode == http.StatusOK
		if allow != strings.HasPrefix(says, "allow;") || !allow && res.StatusCode != http.StatusForbidden {
			return nil, fmt.Errorf("the gate answers %d, %q", res.StatusCode, says)
		}
		return []bool{allow}, nil
	}
	var a struct{ Decisions []struct{ Allow bool } }
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("%d %w: %s", res.StatusCode, err, body)
	}
	for _, d := range a.Decisions {
		grants = append(grants, d.Allow)
	}
	return grants, nil
}
