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

// each gives every parameter of a name to do, in order, until it returns false.
func (q query) each(name string, do func(string) bool) {
	for rest := string(q); rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "&")
		key, value, _ := strings.Cut(part, "=")
		if part == "" || strings.Contains(part, ";") || !isKey(key, name) {
			continue
		}
		if strings.ContainsAny(value, "%+") {
			var err error
			if value, err = url.QueryUnescape(value); err != nil {
				continue
			}
		}
		if !do(value) {
			return
		}
	}
}

// isKey reports whether a key is a name, whichever way it is written.
func isKey(key, name string) bool {
	if !strings.ContainsAny(key, "%+") {
		return key == name
	}
	plain, err := url.QueryUnescape(key)
	return err == nil && plain == name
}

// find returns the first value of a name, and whether there is one.
func (q query) find(name string) (value string, ok bool) {
	q.each(name, func(v string) bool {
		value, ok = v, true
		return false
	})
	return value, ok
}

// get returns the first value of a name, "" when there is none.
func (q query) get(name string) string {
	value, _ := q.find(name)
	return value
}

// all returns every value of a name, in order.
func (q query) all(name string) (values []string) {
	q.each(name, func(v string) bool {
		values = append(values, v)
		return true
	})
	return values
}
