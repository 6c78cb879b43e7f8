package middleware

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Insert wraps a handler and puts the consent server's markup for the visitor
// first into the head of its HTML pages: the banner for who has not chosen,
// which then shows without a request, and the small gate for who has.
//
// An answer is changed only if it begins as a page does, with a doctype or the
// start of <html> or <head>, and is neither compressed, partial nor an answer
// to HEAD: put compression around Insert, not inside. What comes after the
// start of the head is passed on as it is written. While the consent server
// cannot be reached, is slower than Options.Timeout, or has another address
// for browsers than Options.PublicURL, or the answer does not say that it is in
// UTF-8, the page gets the plain tag.
//
// The markup is one visitor's, so the page is sent with "Cache-Control:
// private, no-store" and without validators. Where the handler sends a
// Content-Security-Policy, the hash of the markup is added to it.
//
// The server is told also the visitor's Accept-Language, and the address of
// who asks as X-Forwarded-For, which it believes from trusted proxies only.
func (g *Gate) Insert(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		// Handlers may change their request.
		ask := inlineAsk{visitor: g.visitorOf(r), languages: r.Header.Values("Accept-Language"), from: g.addressOf(r)}
		ctx := r.Context()
		i := &inserter{ResponseWriter: w, markup: func() markup { return g.markup(ctx, ask) }, tag: g.tag()}
		next.ServeHTTP(i, r)
		i.finish()
	})
}

// inlineAsk is what the markup for a visitor depends on.
type inlineAsk struct {
	visitor
	languages []string
	from      string
}

func (g *Gate) addressOf(r *http.Request) string {
	if g.o.Address != nil {
		return g.o.Address(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// markup is what goes into a page, and the source that a policy needs for it.
type markup struct{ html, source string }

// maxMarkup bounds what is put into a page, in bytes.
const maxMarkup = 256 << 10

// tag is the plain tag, which needs nothing from the server.
func (g *Gate) tag() markup {
	base := g.o.PublicURL
	if base == "" {
		base = g.o.Server
	}
	src := strings.TrimRight(base, "/") + "/s/" + url.PathEscape(g.o.Site) + ".js"
	return markup{html: `<script src="` + html.EscapeString(src) + `"></script>`}
}

func (g *Gate) markup(ctx context.Context, a inlineAsk) markup {
	m, err := g.inline(ctx, a)
	if err != nil {
		return g.tag()
	}
	return m
}

func (g *Gate) inline(ctx context.Context, a inlineAsk) (markup, error) {
	ctx, cancel := context.WithTimeout(ctx, g.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.base.JoinPath("v1", "inline", url.PathEscape(g.o.Site)).String(), nil)
	if err != nil {
		return markup{}, err
	}
	a.addTo(req)
	if len(a.languages) > 0 {
		req.Header["Accept-Language"] = a.languages
	}
	if a.from != "" {
		req.Header.Set("X-Forwarded-For", a.from)
	}
	res, err := g.o.Client.Do(req)
	if err != nil {
		return markup{}, err
	}
	defer res.Body.Close()
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	source := res.Header.Get("Consent-CSP-Hash")
	if err != nil || res.StatusCode != http.StatusOK || kind != "text/html" || source == "" {
		return markup{}, fmt.Errorf("the consent server answered %d and no markup", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxMarkup+1))
	if err != nil {
		return markup{}, err
	}
	if len(body) > maxMarkup {
		return markup{}, errors.New("the markup does not end")
	}
	// A server that was started without --public-url takes its own address for
	// the one that browsers reach: what they choose would go nowhere.
	if !strings.Contains(string(body), g.o.PublicURL) {
		return markup{}, fmt.Errorf("the consent server names another address than %s", g.o.PublicURL)
	}
	return markup{html: string(body), source: source}, nil
}
