package install

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/reach"
)

// Fetcher fetches pages that somebody else names. The zero value reaches only
// addresses of the public internet, whatever a name resolves to at the moment
// of the connection and wherever a page forwards to.
type Fetcher struct {
	// Trusted lets an address through that would be refused, such as this
	// server's own; nil lets none. Everything says that all are trusted: for
	// commands that people run on their own machine.
	Trusted    func(*url.URL) bool
	Everything bool
}

const (
	maxPage      = 2 << 20
	maxRedirects = 3
	fetchTime    = 10 * time.Second
)

var errNotPublic = errors.New("the address is not one of the public internet")

// Fetch fetches one page. Errors: Invalid for an address that is none, or that
// must not be reached; Unavailable when it does not answer.
func (f *Fetcher) Fetch(ctx context.Context, raw string) (Page, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(raw) > 2000 {
		return Page{}, badAddress()
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Page{}, badAddress()
	}
	req.Header.Set("User-Agent", "lxconsent-verify/1.0")
	req.Header.Set("Accept", "text/html,*/*;q=0.5")
	transport := f.transport(u)
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("there are more than %d forwards", maxRedirects)
		}
		// What is let through for one address is not for where it forwards to.
		if !f.Everything && f.trusts(u) != f.trusts(r.URL) {
			return errNotPublic
		}
		return nil
	}}
	res, err := client.Do(req)
	if err != nil {
		return Page{}, unreachable(u, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil {
		return Page{}, unreachable(u, err)
	}
	return Page{URL: res.Request.URL, Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

func unreachable(u *url.URL, err error) error {
	if errors.Is(err, errNotPublic) {
		return consent.Fail(NotPublic, "the address "+u.Host+" leads into a private network, which this server does not ask", "use `lxconsent verify` on a machine that reaches it")
	}
	return &consent.Error{Code: NotReached, Cause: "the page at " + u.Host + " does not answer", Fix: "check the address, and that it can be opened without signing in", Err: err}
}

// The codes of pages that cannot be had.
const (
	NotReached consent.Code = "page-not-reached"
	NotPublic  consent.Code = "page-not-public"
)

func badAddress() error {
	return consent.Fail(consent.Invalid, "that is not the address of a page", "write it as https://www.example.com/")
}

// Own gives the addresses that a check may reach although they are not public:
// the server's own, and, while the server itself is only reached from this
// machine, the pages of the site on this machine, as when somebody tries it out.
func Own(server string, origins []string) func(*url.URL) bool {
	base, err := url.Parse(server)
	local := err == nil && loopback(base)
	return func(u *url.URL) bool {
		origin := u.Scheme + "://" + u.Host
		return sameServer(u, server) || local && loopback(u) && slices.Contains(origins, origin)
	}
}

// sameServer reports whether an address is one of a server. This machine has
// several names: localhost and 127.0.0.1 are the same server on the same port.
func sameServer(u *url.URL, server string) bool {
	base, err := url.Parse(server)
	return err == nil && u.Scheme == base.Scheme && (u.Host == base.Host || loopback(u) && loopback(base) && u.Port() == base.Port())
}

func loopback(u *url.URL) bool {
	a, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && a.IsLoopback()
}

func (f *Fetcher) trusts(u *url.URL) bool {
	return f.Everything || f.Trusted != nil && f.Trusted(u)
}

// transport makes connections of its own: none is shared with anything else,
// no proxy of the environment is asked, and no cookie or login is kept.
func (f *Fetcher) transport(first *url.URL) *http.Transport {
	const wait = 5 * time.Second
	dialer := &net.Dialer{Timeout: wait}
	if !f.trusts(first) {
		dialer = reach.Dialer(wait, reach.Public, errNotPublic)
	}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: wait, ResponseHeaderTimeout: 8 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	}
}
