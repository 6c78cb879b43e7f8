//go:build unix

package soak_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/tests/proxy/live"
)

// write is a decision as it was sent; it is sent again unchanged until it is
// acknowledged.
type write struct {
	id   string
	body map[string]any
}

// person is one visitor and what was acknowledged of them.
type person struct {
	token, cookie string
	// refuses says that the last acknowledged decision was a refusal, erased
	// that an erasure was acknowledged.
	refuses, erased bool
	ids             []string
}

// crowd is many visitors who write to a server that comes and goes.
type crowd struct {
	t      *testing.T
	url    atomic.Pointer[string]
	note   string
	client *http.Client
	group  sync.WaitGroup
	ctx    context.Context
	stop   context.CancelFunc

	mu     sync.Mutex
	people []*person
	// accounts are known before anything befalls Redis, and then decide no more.
	accounts []account
	// acked counts the acknowledged decisions, sent all that were tried.
	acked map[string]bool
	sent  map[string]bool
}

func newCrowd(t *testing.T, s *live.Server) *crowd {
	t.Helper()
	c := &crowd{t: t, client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}, acked: map[string]bool{}, sent: map[string]bool{}}
	c.ctx, c.stop = context.WithCancel(t.Context())
	c.url.Store(&s.URL)
	var notice struct{ Note string }
	if status, err := c.call(http.MethodGet, "/v1/notice?site=demo&place=FR", nil, "", &notice); status != http.StatusOK {
		t.Fatalf("the notice: %d, %v", status, err)
	}
	c.note = notice.Note
	return c
}

// call returns the status, 0 when there was no whole answer.
func (c *crowd) call(method, path string, body any, token string, into any) (int, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(context.Background(), method, *c.url.Load()+path, bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Consent "+token)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	if into != nil && res.StatusCode < 300 {
		if err := json.Unmarshal(answer, into); err != nil {
			return 0, err
		}
	}
	if res.StatusCode >= 300 {
		err = fmt.Errorf("%s", answer)
	}
	return res.StatusCode, err
}

func (c *crowd) decide(p *person, refuse bool) (write, bool) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		c.t.Error(err)
	}
	w := write{id: base64.RawURLEncoding.EncodeToString(raw[:]), body: map[string]any{
		"site": "demo", "note": c.note, "action": "accept_all", "age": 0,
		"levels": map[string]int{"functional": 1, "analytics": 1, "marketing": 1, "recording": 3},
	}}
	w.body["id"] = w.id
	if refuse {
		w.body["action"], w.body["levels"] = "reject_all", map[string]int{}
	}
	if p.token != "" {
		w.body["subject"], w.body["consent"] = p.token, p.cookie
	}
	c.mu.Lock()
	c.sent[w.id] = true
	c.mu.Unlock()
	return w, refuse
}

// send tries until the decision is acknowledged or the crowd goes home.
func (c *crowd) send(p *person, w write, refuses bool) bool {
	for c.ctx.Err() == nil {
		var a struct{ Consent, Subject string }
		status, err := c.call(http.MethodPost, "/v1/consents", w.body, "", &a)
		switch {
		case status == http.StatusCreated:
			c.mu.Lock()
			c.acked[w.id] = true
			p.ids = append(p.ids, w.id)
			p.cookie, p.refuses = a.Consent, refuses
			if a.Subject != "" {
				p.token = a.Subject
			}
			c.mu.Unlock()
			return true
		case status >= 400 && status < 500:
			c.t.Errorf("a decision was refused: %d, %v", status, err)
			return false
		}
		if !c.rest(20 * time.Millisecond) {
			return false
		}
	}
	return false
}

// rest waits a while, and reports whether the crowd is still there.
func (c *crowd) rest(while time.Duration) bool {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// visit is what one visitor does: to accept, mostly to withdraw, sometimes to
// be erased.
func (c *crowd) visit(n int) {
	p := &person{}
	c.mu.Lock()
	c.people = append(c.people, p)
	c.mu.Unlock()
	w, refuse := c.decide(p, false)
	if !c.send(p, w, refuse) {
		return
	}
	if n%3 == 0 {
		return
	}
	w, refuse = c.decide(p, true)
	if !c.send(p, w, refuse) || n%5 != 0 {
		return
	}
	for c.ctx.Err() == nil {
		status, err := c.call(http.MethodDelete, "/v1/consents/me?site=demo", nil, p.token, nil)
		switch {
		case status == http.StatusOK:
			c.mu.Lock()
			p.erased = true
			c.mu.Unlock()
			return
		case status >= 400 && status < 500:
			c.t.Errorf("an erasure was refused: %d, %v", status, err)
			return
		}
		if !c.rest(20 * time.Millisecond) {
			return
		}
	}
}

func (c *crowd) come(writers int) {
	for w := range writers {
		c.group.Go(func() {
			for n := w; c.ctx.Err() == nil; n += writers {
				c.visit(n)
			}
		})
	}
}

func (c *crowd) home() {
	c.stop()
	c.group.Wait()
}

func (c *crowd) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.acked)
}

// until waits until so many more decisions are acknowledged.
func (c *crowd) until(more int) {
	c.t.Helper()
	from, limit := c.count(), time.NewTimer(time.Minute)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	defer limit.Stop()
	for c.count() < from+more {
		select {
		case <-ticker.C:
		case <-limit.C:
			c.t.Fatalf("only %d decisions were acknowledged in a minute", c.count()-from)
		}
	}
}
