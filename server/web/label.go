package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/script"
)

// maxLabels bounds the sets of headers that are remembered. Each keeps a script in
// memory, also one of an edition that is not live any more.
const maxLabels = 1024

// labels remembers the headers of scripts, which are the same for thousands of
// visitors.
type labels struct {
	mu    sync.RWMutex
	known map[label]*labelled
}

// label is a script, and whether an edge may share it.
type label struct {
	of     *script.Script
	shared bool
}

func (l *labels) of(k label, varies func() string) *labelled {
	l.mu.RLock()
	found := l.known[k]
	l.mu.RUnlock()
	if found != nil {
		return found
	}
	scope := "private"
	if k.shared {
		scope = "public"
	}
	found = newLabelled(k.of.Asset, http.Header{
		"Access-Control-Expose-Headers": {"Consent-Edition, Consent-Regime, Consent-Locale"},
		"Consent-Edition":               {strconv.Itoa(k.of.Edition)},
		"Consent-Regime":                {k.of.Regime},
		"Consent-Locale":                {k.of.Locale},
		"Vary":                          {varies()},
		"Referrer-Policy":               {"no-referrer"},
		"Cache-Control":                 {scope + ", max-age=60, stale-while-revalidate=600"},
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= maxLabels {
		l.known = map[label]*labelled{}
	}
	l.known[k] = found
	return found
}

// labelled is a script with the headers of its three forms.
type labelled struct {
	common []field
	// unchanged are those of common that an answer without a body repeats: the
	// client has the others (RFC 9110, section 15.4.5).
	unchanged []field
	forms     []form
}

// field is a header. A list of them is read faster than a map.
type field struct {
	name   string
	values []string
}

func write(h http.Header, fields []field) {
	for _, f := range fields {
		h[f.name] = f.values
	}
}

type form struct {
	coding                     string
	body                       []byte
	encoding, tag, size, media []string
}

func newLabelled(a *bundle.Asset, common http.Header) *labelled {
	l := &labelled{}
	for name, values := range common {
		l.common = append(l.common, field{name, values})
		if name == "Cache-Control" || name == "Vary" {
			l.unchanged = append(l.unchanged, field{name, values})
		}
	}
	for _, f := range []form{{coding: "br", body: a.Brotli}, {coding: "gzip", body: a.Gzip}, {body: a.JS}} {
		tag := a.ETag
		if f.coding != "" {
			// One tag per form: a strong tag promises the same bytes.
			tag = strings.TrimSuffix(a.ETag, `"`) + "-" + f.coding + `"`
			f.encoding = []string{f.coding}
		}
		// Told in advance, the length spares the chunks of an answer of unknown length.
		f.tag, f.size, f.media = []string{tag}, []string{strconv.Itoa(len(f.body))}, []string{mediaJS + "; charset=utf-8"}
		l.forms = append(l.forms, f)
	}
	return l
}

// send writes the script in the smallest form that the client takes.
func (l *labelled) send(c echo.Context) error {
	r := c.Request()
	best := coding(first(r.Header, "Accept-Encoding"))
	f := &l.forms[slices.IndexFunc(l.forms, func(f form) bool { return f.coding == best })]
	h := c.Response().Header()
	h["Etag"] = f.tag
	if matches(first(r.Header, "If-None-Match"), f.tag[0]) {
		write(h, l.unchanged)
		// How a body is read, its first answer has said.
		delete(h, "X-Content-Type-Options")
		return c.NoContent(http.StatusNotModified)
	}
	write(h, l.common)
	if f.encoding != nil {
		h["Content-Encoding"] = f.encoding
	}
	h["Content-Length"], h["Content-Type"] = f.size, f.media
	c.Response().WriteHeader(http.StatusOK)
	_, err := c.Response().Write(f.body)
	return err
}
