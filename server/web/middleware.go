package web

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// requestIDs name requests: some random bytes of this process, and a number.
type requestIDs struct {
	prefix string
	last   atomic.Uint64
}

func newRequestIDs() requestIDs {
	var b [4]byte
	// It never fails; see crypto/rand.
	_, _ = rand.Read(b[:])
	return requestIDs{prefix: hex.EncodeToString(b[:])}
}

func (r *requestIDs) next() string {
	b := make([]byte, 0, 24)
	b = append(b, r.prefix...)
	n := strconv.AppendUint(b, r.last.Add(1)|1<<32, 16)
	return string(n)
}

// requestID names the request in an answer of which the log has a line.
const requestID = "Request-Id"

// name gives an answer its id, and returns it.
func (s *Server) name(c echo.Context) string {
	h := c.Response().Header()
	if h.Get(requestID) == "" {
		h.Set(requestID, s.ids.next())
	}
	return h.Get(requestID)
}

// refuse answers with a status alone.
func (s *Server) refuse(c echo.Context, status int) error {
	s.name(c)
	return c.NoContent(status)
}

// fixedHeaders are values that many answers share. Whoever adds to one of them
// gets a copy, since they are full.
type fixedHeaders struct {
	nosniff, referrer, noReferrer, noStore, crossOrigin, anyOrigin, hsts, json []string
}

func newFixedHeaders() fixedHeaders {
	return fixedHeaders{
		nosniff: []string{"nosniff"}, referrer: []string{"strict-origin-when-cross-origin"}, noReferrer: []string{"no-referrer"}, noStore: []string{"no-store"},
		crossOrigin: []string{"cross-origin"}, anyOrigin: []string{"*"}, hsts: []string{"max-age=63072000; includeSubDomains"},
		json: []string{echo.MIMEApplicationJSON},
	}
}

// around is what happens before and behind every answer. It calls the handler
// of the route by itself, as each middleware costs every request a closure.
//
// The log has one line per request that failed, or with AccessLog per request,
// without addresses, queries, cookies or bodies: nothing in it speaks about a
// person.
func (s *Server) around(c echo.Context) error {
	// Of how long it took, the time of day says nothing: it costs a second clock.
	start := time.Since(s.made)
	s.secure(c)
	if s.o.AccessLog {
		s.name(c)
	}
	if err := safely(c.Handler(), c); err != nil {
		c.Error(err)
	}
	logged := c.Response().Status >= http.StatusBadRequest || s.o.AccessLog
	if !logged && s.o.Metrics == nil {
		return nil
	}
	took := time.Since(s.made) - start
	s.meter(c).Answered(c.Response().Status, took)
	if logged {
		s.write(c, took)
	}
	return nil
}

// write writes the line of a request in the log.
func (s *Server) write(c echo.Context, took time.Duration) {
	s.o.Log.Info("request", "method", methodOf(c.Request()), "route", c.Path(), "status", c.Response().Status,
		"bytes", c.Response().Size, "took_us", took.Microseconds(), "request", s.name(c))
}

// methodOf is a method of HTTP, or other: what is none is the caller's own words.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return r.Method
	}
	return other
}

// safely turns a panic into an error of its request.
func safely(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if r == http.ErrAbortHandler {
				panic(r)
			}
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return next(c)
}

// secure sets the headers that every answer carries.
func (s *Server) secure(c echo.Context) {
	h := c.Response().Header()
	h["X-Content-Type-Options"] = s.fixed.nosniff
	if s.https(c) {
		h["Strict-Transport-Security"] = s.fixed.hsts
	}
}

// referring says what other addresses are told by what an answer leads to.
func referring(policy []string, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header()["Referrer-Policy"] = policy
		return next(c)
	}
}

// terse are the routes of answers by the thousand, which lead nowhere: they say
// only what programs read. A script says it with its own headers.
func terse(path string) bool {
	return path == scriptPath || path == "/v1/check" || path == "/v1/consents" || path == gatePath
}

// https reports whether the visitor came over https: here, at a trusted proxy,
// or by the operator's word.
func (s *Server) https(c echo.Context) bool {
	r := c.Request()
	if r.TLS != nil || strings.HasPrefix(s.o.PublicURL, "https://") {
		return true
	}
	return first(r.Header, "X-Forwarded-Proto") == "https" && s.o.Places.Trusts(peer(r))
}

func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

func sameOrigin(r *http.Request) error {
	if err := new(http.CrossOriginProtection).Check(r); err != nil {
		return consent.Fail(consent.Forbidden, "the request comes from another site", "use the dashboard itself, or an API token")
	}
	return nil
}

func bearer(r *http.Request) (string, bool) {
	return authorized(r, "Bearer ")
}

// authorized returns what stands behind a scheme, which is written in any case
// (RFC 9110, section 11.1).
func authorized(r *http.Request, scheme string) (string, bool) {
	h := first(r.Header, "Authorization")
	if len(h) < len(scheme) || !strings.EqualFold(h[:len(scheme)], scheme) {
		return "", false
	}
	return strings.TrimSpace(h[len(scheme):]), true
}

// deadline bounds the I/O of one request.
const deadline = 5 * time.Second
