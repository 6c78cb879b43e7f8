package hooks_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
	"github.com/leadiumx/consent/server/hooks"
)

func TestOneSiteWhoseReceiversAreSlowDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var later atomic.Int64
	clock := func() time.Time { return b.now.Add(time.Duration(later.Load())) }
	desk := hooks.New(hooks.Options{
		Cabinet: b.store, Feed: feed.New(feed.Options{Feed: b.store, Cabinet: b.store, Editions: oneEdition{}, Clock: clock}),
		Keys: b.keys, Clock: clock, Random: rand.Reader, Node: "a",
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	const events, slots = 400, 8
	asked, open := make(chan struct{}, events*hooks.MaxEndpoints), make(chan struct{})
	var slow atomic.Int64
	behind := make(chan int64, 1)
	var once sync.Once
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/quick" {
			once.Do(func() { behind <- slow.Load() })
			return
		}
		asked <- struct{}{}
		<-open
		slow.Add(1)
		later.Add(int64(time.Second))
	}))
	t.Cleanup(receiver.Close)
	add := func(site, path string) {
		t.Helper()
		begin := ""
		if _, _, err := desk.Create(t.Context(), hooks.Endpoint{Site: site, URL: receiver.URL + path}, &begin); err != nil {
			t.Fatal(err)
		}
	}
	record := func(site string, n int) {
		t.Helper()
		_, _, err := b.store.Append(t.Context(), consent.Record{ID: fmt.Sprintf("id-%04d", n), Site: site, Time: b.now, Clock: b.now.UnixMilli(), Content: "c", Action: consent.RejectAll})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.desk.Delete(t.Context(), "shop", b.made.ID); err != nil {
		t.Fatal(err)
	}
	for n := range events {
		record("shop", n)
	}
	for range slots {
		add("shop", "/slow")
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { desk.Run(ctx, 5*time.Millisecond) })
	for range slots {
		<-asked
	}
	record("zoo", 0)
	add("zoo", "/quick")
	close(open)
	// A place that is kept until nothing is left is free once all events were sent to one.
	if n := <-behind; n >= events {
		t.Errorf("the other site waited for %d events", n)
	}
	stop()
	running.Wait()
}

func TestOneOrganisationWhoseReceiversHangDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clock := func() time.Time { return b.now }
	desk := hooks.New(hooks.Options{
		Cabinet: b.store, Feed: feed.New(feed.Options{Feed: b.store, Cabinet: b.store, Editions: oneEdition{}, Clock: clock}),
		Keys: b.keys, Clock: clock, Random: rand.Reader, Node: "a",
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Owner: func(site string) string { return site[:4] },
	})
	const sites, slots = 40, 8
	hang := make(chan struct{}, sites)
	release, quick := make(chan struct{}), make(chan struct{}, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/quick" {
			quick <- struct{}{}
			return
		}
		hang <- struct{}{}
		<-release
	}))
	t.Cleanup(receiver.Close)
	add := func(site, path string, n int) {
		t.Helper()
		begin := ""
		if _, _, err := desk.Create(t.Context(), hooks.Endpoint{Site: site, URL: receiver.URL + path}, &begin); err != nil {
			t.Fatal(err)
		}
		_, _, err := b.store.Append(t.Context(), consent.Record{ID: fmt.Sprintf("id-%04d", n), Site: site, Time: b.now, Clock: b.now.UnixMilli(), Content: "c", Action: consent.RejectAll})
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range sites {
		add(fmt.Sprintf("acme-%02d", n), "/hangs", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { desk.Run(ctx, 5*time.Millisecond) })
	for range slots {
		<-hang
	}
	add("zeta-00", "/quick", sites)
	waited := 0
	for sent := false; !sent; {
		release <- struct{}{}
		select {
		case <-quick:
			sent = true
		case <-hang:
			waited++
		}
	}
	// In the order in which they came, it would be the last.
	if waited >= sites-slots {
		t.Errorf("the other organisation waited for %d receivers", waited)
	}
	close(release)
	stop()
	running.Wait()
}
