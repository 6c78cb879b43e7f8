package hooks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/reach"
)

// errForbidden is the cause of a delivery to an address that must not be reached.
var errForbidden = errors.New("the address is not a public one; the operator can allow its network with --webhook-allow")

// guard says which addresses may be dialled.
type guard struct{ allowed []netip.Prefix }

// permits reports whether an address may be dialled: a public one over TLS, or
// any that the operator allows.
func (g *guard) permits(a netip.Addr, tls bool) bool {
	a = a.Unmap()
	return tls && reach.Public(a) || slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// resolveWait bounds how long somebody who names an address waits for its name.
const resolveWait = 2 * time.Second

// reachable refuses an address to which no delivery could go, so that whoever
// writes it hears of it at once. A name that does not resolve now may do so
// later; each delivery is checked again when it is dialled. Errors: Invalid.
func (d *Desk) reachable(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("read an address that was checked: %w", err)
	}
	name, tls := u.Hostname(), u.Scheme == "https"
	if !tls && len(d.o.Allow) == 0 {
		return consent.Fail(consent.Invalid, "`url` does not begin with https://", "use TLS; deliveries without it go only to networks that the operator allows with --webhook-allow")
	}
	found := []netip.Addr{}
	if a, err := netip.ParseAddr(name); err == nil {
		found = append(found, a)
	} else {
		ctx, cancel := context.WithTimeout(ctx, resolveWait)
		defer cancel()
		if found, err = d.o.Resolve(ctx, name); err != nil || len(found) == 0 {
			return nil
		}
	}
	if slices.ContainsFunc(found, func(a netip.Addr) bool { return d.guard.permits(a, tls) }) {
		return nil
	}
	return consent.Fail(consent.Invalid, "`url` leads to no public address, or without TLS", "write an https address that the internet reaches; the operator can allow other networks with --webhook-allow")
}

const (
	// sendWait bounds one delivery, from the name's resolution to the answer.
	sendWait = 5 * time.Second
	// maxAnswer is how much of an answer is read, to use the connection again.
	maxAnswer = 16 << 10
)

// client makes an HTTP client whose connections are checked when they are
// dialled. Redirects are not followed.
func (g *guard) client() *http.Client {
	dial := func(tls bool) func(context.Context, string, string) (net.Conn, error) {
		d := reach.Dialer(sendWait, func(a netip.Addr) bool { return g.permits(a, tls) }, errForbidden)
		return d.DialContext
	}
	secure := &http.Transport{
		DialContext: dial(true), TLSHandshakeTimeout: sendWait, ResponseHeaderTimeout: sendWait,
		MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 16 << 10, ForceAttemptHTTP2: true,
	}
	plain := secure.Clone()
	plain.DialContext = dial(false)
	return &http.Client{
		Timeout:   sendWait,
		Transport: byScheme{secure: secure, plain: plain},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// byScheme keeps connections that were opened in clear from carrying the rules
// of those over TLS.
type byScheme struct{ secure, plain *http.Transport }

// RoundTrip sends over the transport of the request's scheme.
func (t byScheme) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return t.secure.RoundTrip(r)
	}
	return t.plain.RoundTrip(r)
}

func (t byScheme) CloseIdleConnections() {
	t.secure.CloseIdleConnections()
	t.plain.CloseIdleConnections()
}
