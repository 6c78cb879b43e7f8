package middleware

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Defaults and limits of Options.
const (
	DefaultTimeout   = 100 * time.Millisecond
	DefaultCacheFor  = 2 * time.Second
	DefaultCacheSize = 4096
	// MaxCacheFor is the longest time for which an answer may be kept: a
	// withdrawal on another device must not be overlooked for longer.
	MaxCacheFor = time.Minute
)

// Options says which consent server is asked, and how. Server and Site are
// required.
type Options struct {
	// Server is the base URL of the consent server, such as
	// "http://127.0.0.1:8080".
	Server string
	// Site is the id of the site.
	Site string
	// Client makes the requests. It is used without its cookie jar and without
	// following redirects. Nil is a client with a connection pool of its own.
	Client *http.Client
	// Timeout bounds one question, DefaultTimeout when 0. What is not answered
	// by then is denied.
	Timeout time.Duration

	// Refuse answers in place of a handler that Require holds back. Nil
	// answers 403.
	Refuse http.Handler

	// Cookies names the purpose of cookies that the site document does not
	// declare, for Strip. A key is a cookie name in which "*" stands for any
	// characters; a cookie that fits several keys needs all their purposes.
	Cookies map[string]string
	// Keep are names of cookies, with "*" as above, that Strip always lets
	// through and never asks about: sessions, logins, CSRF tokens. They get
	// through also while the consent server cannot be reached.
	Keep []string
	// Strict makes Strip remove also the cookies that neither the site
	// document nor Cookies nor Keep knows. Without it they get through as long
	// as the consent server says that it does not know them.
	Strict bool

	// CacheFor is how long an answer is kept for the same visitor and the same
	// question: DefaultCacheFor when 0, not at all when negative, at most
	// MaxCacheFor. Failures are never kept.
	CacheFor time.Duration
	// CacheSize is how many answers are kept, DefaultCacheSize when 0.
	CacheSize int

	// Token is an API token of the consent server. With it the server judges
	// by Place; without it, by the address that asks, which is this program's
	// and not the visitor's. Therefore, without a token, only what the visitor
	// has granted and what is necessary is allowed, and a law under which a
	// purpose may run until the visitor objects is not made use of.
	Token string
	// Place tells where a visitor is, as an ISO code such as "US-CA"; "" is
	// unknown, which is judged by the strictest law. It needs Token.
	Place func(*http.Request) string
	// ExternalID names the account of a visitor who is logged in, as your server
	// knows it and as the page links it with identify; "" for nobody. What was
	// decided on any device of the account counts then, and where this browser
	// sends a choice of its own, too, both have to allow. It must come from the
	// session, never from what the visitor could make up. It needs Token.
	ExternalID func(*http.Request) string

	// PublicURL is where browsers reach the consent server, as in its own
	// --public-url, for the tag that Insert falls back to. Capitals, a final slash and
	// the usual port make no difference. It is Server when "".
	PublicURL string
	// Address tells the visitor's address, for Insert. Nil is the address that
	// the request came from: set it behind a proxy.
	Address func(*http.Request) string

	// Clock is time.Now when nil.
	Clock func() time.Time
}

// Gate asks and obeys. It is safe for use by many goroutines.
type Gate struct {
	o     Options
	base  *url.URL
	check *url.URL
	// patterns are the keys of Cookies in one order, so that the same answer
	// leads to the same question.
	patterns []string
	cache    *cache
}

// New makes a gate. It does not ask the server yet. It fails when Options
// cannot be what the caller means.
func New(o Options) (*Gate, error) {
	base, err := url.Parse(o.Server)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the address of the consent server is malformed: %w", err)
	case base.Host == "" || (base.Scheme != "http" && base.Scheme != "https"):
		return nil, fmt.Errorf("the address of the consent server %q is not a web address: write it with http:// or https://", o.Server)
	case o.Site == "":
		return nil, errors.New("no site is named: set Site to the id of the site")
	case o.Place != nil && o.Token == "":
		return nil, errors.New("the server believes a place only with an API token: set Token")
	case o.ExternalID != nil && o.Token == "":
		return nil, errors.New("the server tells about accounts only with an API token: set Token")
	case o.Timeout < 0:
		return nil, errors.New("the timeout is negative")
	case o.CacheFor > MaxCacheFor:
		return nil, fmt.Errorf("answers would be kept for %v: keep them for at most %v", o.CacheFor, MaxCacheFor)
	case o.CacheSize < 0:
		return nil, errors.New("the size of the cache is negative")
	}
	for pattern, purpose := range o.Cookies {
		if pattern == "" || purpose == "" {
			return nil, fmt.Errorf("the cookie %q with the purpose %q: both need a name", pattern, purpose)
		}
	}
	if o.PublicURL, err = publicURL(o.PublicURL); err != nil {
		return nil, err
	}
	return build(o, base), nil
}

// publicURL is the address in the form in which the server writes its own, so
// that the two can be compared.
func publicURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	name := strings.ToLower(strings.TrimRight(s, "/"))
	u, err := url.Parse(name)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.Scheme+"://"+u.Host != name {
		return "", fmt.Errorf("the public address %q is not that of a server: write it as https://consent.example.com, without a path", s)
	}
	return strings.TrimSuffix(name, map[string]string{"http": ":80", "https": ":443"}[u.Scheme]), nil
}

func build(o Options, base *url.URL) *Gate {
	client := http.Client{}
	if o.Client != nil {
		client = *o.Client
	} else if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		// All questions go to one host.
		t.MaxIdleConnsPerHost = 64
		client.Transport = t
	}
	// A jar would mix the cookies of visitors; a redirect would take them to
	// another server.
	client.Jar = nil
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.Client = &client
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.CacheFor == 0 {
		o.CacheFor = DefaultCacheFor
	}
	if o.CacheSize == 0 {
		o.CacheSize = DefaultCacheSize
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	g := &Gate{o: o, base: base, check: base.JoinPath("v1", "check"), patterns: slices.Sorted(maps.Keys(o.Cookies))}
	if o.CacheFor > 0 {
		g.cache = newCache(o.CacheSize)
	}
	return g
}

// Allowed reports whether the purpose may run for the visitor who sent r.
func (g *Gate) Allowed(r *http.Request, purpose string) bool {
	q := question{purposes: []string{purpose}}
	return g.answer(r.Context(), g.visitorOf(r), q).allows(0)
}

// Require lets requests through to a handler only when the purpose may run
// for their visitor. All others are answered by Options.Refuse. The answers
// carry "Vary: Cookie, Sec-GPC", so that no cache serves one visitor's answer
// to another.
func (g *Gate) Require(purpose string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Cookie, Sec-GPC")
			switch {
			case g.Allowed(r, purpose):
				next.ServeHTTP(w, r)
			case g.o.Refuse != nil:
				g.o.Refuse.ServeHTTP(w, r)
			default:
				w.Header().Set("Cache-Control", "no-store")
				http.Error(w, "The visitor has not consented to "+purpose+".", http.StatusForbidden)
			}
		})
	}
}
