package web

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

// noncePlaceholder stands in the dashboard's index.html where its style nonce goes.
const noncePlaceholder = "__NONCE__"

// dashboard serves the built dashboard; every address without a file is the
// application itself, which routes on its own.
func (s *Server) dashboard(c echo.Context) error {
	name := strings.TrimPrefix(path.Clean("/"+c.Param("*")), "/")
	h := c.Response().Header()
	if s.o.Dashboard == nil {
		s.name(c)
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		return c.HTMLBlob(http.StatusServiceUnavailable, s.o.Missing)
	}
	if path.Ext(name) == "" || name == "index.html" {
		return s.dashboardIndex(c)
	}
	b, err := fs.ReadFile(s.o.Dashboard, name)
	if err != nil {
		return echo.ErrNotFound
	}
	if strings.HasPrefix(name, "assets/") {
		// Names there carry a hash of their content.
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		// The documents are those of the program that runs, and need nothing but their style.
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	}
	h.Set("Vary", "Accept-Encoding")
	kind := mime.TypeByExtension(path.Ext(name))
	if best := coding(c.Request().Header.Get("Accept-Encoding")); best != "" {
		ext := map[string]string{"br": ".br", "gzip": ".gz"}[best]
		if small, err := fs.ReadFile(s.o.Dashboard, name+ext); err == nil {
			h.Set("Content-Encoding", best)
			return c.Blob(http.StatusOK, kind, small)
		}
	}
	return c.Blob(http.StatusOK, kind, b)
}

func (s *Server) dashboardIndex(c echo.Context) error {
	b, err := fs.ReadFile(s.o.Dashboard, "index.html")
	if err != nil {
		return err
	}
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return err
	}
	nonce := base64.RawURLEncoding.EncodeToString(raw[:])
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-"+nonce+"'; img-src 'self' data:; font-src 'self'; "+
		"connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
	return c.HTMLBlob(http.StatusOK, bytes.ReplaceAll(b, []byte(noncePlaceholder), []byte(nonce)))
}
