package web

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// query reads a query as url.ParseQuery does, but in place: the addresses that
// every page asks for have a few parameters, and a map of lists of them costs
// more than the answer.
type query string

func queryOf(c echo.Context) query { return query(c.Request().URL.RawQuery) }

// pairs yields every parameter, in order. What is malformed is left out.
func (q query) pairs(yield func(name, value string) bool) {
	for rest := string(q); rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "&")
		if part == "" || strings.IndexByte(part, ';') >= 0 {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, ok := unescaped(name)
		if !ok {
			continue
		}
		if value, ok = unescaped(value); ok && !yield(name, value) {
			return
		}
	}
}

func unescaped(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, true
	}
	plain, err := url.QueryUnescape(s)
	return plain, err == nil
}

// params are the parameters of checks and scripts.
type params struct {
	site, level, lang, place, subject, external param
	purposes, vendors, cookies                  []string
	gpc, minor, sensitive                       signal
}

// read takes the parameters in one pass.
func (q query) read(p *params) {
	for name, value := range q.pairs {
		p.take(name, value)
	}
}

// take takes one parameter, and reports whether it is any of these.
func (p *params) take(name, value string) (known bool) {
	switch name {
	case "site":
		p.site.take(value)
	case "purpose":
		p.purposes = append(p.purposes, value)
	case "vendor":
		p.vendors = append(p.vendors, value)
	case "cookie":
		p.cookies = append(p.cookies, value)
	case "level":
		p.level.take(value)
	case "lang":
		p.lang.take(value)
	case "place":
		p.place.take(value)
	case "subject":
		p.subject.take(value)
	case "external_id":
		p.external.take(value)
	case "gpc":
		p.gpc.take(value)
	case "minor":
		p.minor.take(value)
	case "sensitive":
		p.sensitive.take(value)
	default:
		return false
	}
	return true
}

// spoiled reports whether one of these parameters cannot be read: what is asked,
// or a signal, would be left out of the answer. What else is in the query is not
// looked at, since proxies append that of their visitors.
func (q query) spoiled() bool {
	if strings.IndexByte(string(q), '%') < 0 && strings.IndexByte(string(q), ';') < 0 {
		return false
	}
	for part := range strings.SplitSeq(string(q), "&") {
		plain, value, _ := strings.Cut(part, "=")
		name, ok := unescaped(plain)
		if ok && new(params).take(name, "") {
			if _, ok = unescaped(value); !ok || strings.IndexByte(part, ';') >= 0 {
				return true
			}
		}
	}
	return false
}

// param is a parameter of which the first value counts.
type param struct {
	value string
	given bool
}

func (p *param) take(v string) {
	if !p.given {
		p.value, p.given = v, true
	}
}

// signal is a parameter that says yes or no. A value that is not plainly a no
// counts as a yes, since signals can only tighten.
type signal bool

func (s *signal) take(v string) {
	*s = *s || (v != "" && v != "0" && v != "false")
}
