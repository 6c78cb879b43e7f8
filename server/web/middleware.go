package web

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// log writes one line per request, without addresses, queries, cookies or
// bodies: nothing in it speaks about a person.
func (s *Server) log(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.o.Clock()
		var id [8]byte
		if _, err := rand.Read(id[:]); err != nil {
			return err
		}
		request := hex.EncodeToString(id[:])
		c.Response().Header().Set("Request-Id", request)
		if err := next(c); err != nil {
			c.Error(err)
		}
		took := s.o.Clock().Sub(start)
		s.meter(c).Answered(c.Response().Status, took)
		s.o.Log.Info("request", "method", c.Request().Method, "route", c.Path(), "status", c.Response().Status,
			"bytes", c.Response().Size, "took_us", took.Microseconds(), "request", request)
		return nil
	}
}

func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
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
}

// secure sets the headers that every answer carries.
func (s *Server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		if s.https(c) {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		return next(c)
	}
}

// https reports whether the visitor came over https: here, at a trusted proxy,
// or by the operator's word.
func (s *Server) https(c echo.Context) bool {
	r := c.Request()
	if r.TLS != nil || strings.HasPrefix(s.o.PublicURL, "https://") {
		return true
	}
	return s.o.Places.Trusts(peer(r)) && r.Header.Get("X-Forwarded-Proto") == "https"
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
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// deadline bounds the I/O of one request.
const deadline = 5 * time.Second
