package hooks

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestOnlyPublicAddressesOverTLSAreReached(t *testing.T) {
	t.Parallel()
	g := &guard{allowed: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for _, c := range []struct {
		addr     string
		tls, may bool
	}{
		{"93.184.216.34", true, true}, {"93.184.216.34", false, false}, {"2606:4700::1111", true, true},
		{"::ffff:93.184.216.34", true, true}, {"127.0.0.1", true, false}, {"::1", true, false}, {"169.254.169.254", true, false},
		{"10.0.0.1", true, false}, {"10.1.2.3", true, true}, {"10.1.2.3", false, true}, {"::ffff:10.1.2.3", false, true},
		{"3fff::1", true, false}, {"::10.0.0.1", true, false},
	} {
		if got := g.permits(netip.MustParseAddr(c.addr), c.tls); got != c.may {
			t.Errorf("%s, TLS %v: %v", c.addr, c.tls, got)
		}
	}
}

func TestAnAddressIsRefusedWhereNoDeliveryCouldGo(t *testing.T) {
	t.Parallel()
	names := map[string][]netip.Addr{
		"public.test": {netip.MustParseAddr("93.184.216.34")}, "inside.test": {netip.MustParseAddr("10.0.0.1")},
		"both.test": {netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("93.184.216.34")}, "allowed.test": {netip.MustParseAddr("10.1.0.1")},
	}
	d := New(Options{
		Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")},
		Resolve: func(_ context.Context, name string) ([]netip.Addr, error) {
			if found, ok := names[name]; ok {
				return found, nil
			}
			return nil, errors.New("no such host")
		},
	})
	for url, may := range map[string]bool{
		"https://public.test": true, "http://public.test": false, "https://inside.test": false, "https://both.test": true,
		"http://both.test": false, "http://allowed.test": true, "https://allowed.test:8443/x": true, "https://127.0.0.1": false,
		"https://[::1]/": false, "http://10.1.0.1": true,
		// Its name may be entered a moment later.
		"https://not-yet.test": true,
	} {
		if err := d.reachable(t.Context(), url); (err == nil) != may || err != nil && consent.CodeOf(err) != consent.Invalid {
			t.Errorf("%s: %v", url, err)
		}
	}
	if err := New(Options{}).reachable(t.Context(), "http://public.test"); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("without TLS, and nothing is allowed: %v", err)
	}
}

func TestANameThatLeadsElsewhereWhenItIsDialledReachesNothing(t *testing.T) {
	t.Parallel()
	called := false
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(inside.Close)
	d := New(Options{Resolve: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
	}})
	t.Cleanup(d.client.CloseIdleConnections)
	address := strings.Replace(inside.URL, "127.0.0.1", "localhost", 1)
	if err := d.reachable(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := d.client.Do(req)
	if err == nil {
		res.Body.Close()
	}
	if !errors.Is(err, errForbidden) || called {
		t.Errorf("%v, called: %v", err, called)
	}
}
