package middleware

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Strip wraps a handler and removes the Set-Cookie headers of cookies whose
// purpose the visitor has not granted. The server is asked only when the
// answer sets a cookie, and only about the cookies that it sets.
//
// A cookie that no rule knows gets through, unless Options.Strict. A cookie
// that is deleted gets through. While the consent server cannot be reached,
// every cookie is removed that is not deleted and not in Options.Keep.
//
// Bodies and trailers are passed on as they are written. Cookies that a
// handler writes by itself to a hijacked connection are not seen.
func (g *Gate) Strip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &stripper{ResponseWriter: w, gate: g, ctx: r.Context(), visitor: g.visitorOf(r)}
		// A handler may end without a write, or in a panic that a middleware
		// around this one turns into an answer.
		defer s.strip()
		next.ServeHTTP(s, r)
	})
}

// setCookie is one cookie that may not pass unasked. It needs every one of the
// decisions at these places among those about purposes, or about cookies.
type setCookie struct {
	needs []int
	// declared says that Options.Cookies named the purposes.
	declared bool
}

// strip removes the cookies that are not allowed from a header.
func (g *Gate) strip(h http.Header, ask func(question) answer) {
	for name, lines := range h {
		// A handler may have spelled the name in its own way.
		if len(lines) == 0 || !strings.EqualFold(name, "Set-Cookie") {
			continue
		}
		if kept := g.kept(lines, ask); len(kept) == 0 {
			delete(h, name)
		} else {
			h[name] = kept
		}
	}
}

func (g *Gate) kept(lines []string, ask func(question) answer) []string {
	var q question
	held := map[int]setCookie{}
	for i, line := range lines {
		name := cookieName(line)
		if name != "" && (g.keeps(name) || deletes(line, g.o.Clock())) {
			continue
		}
		held[i] = g.questions(&q, name)
	}
	if len(held) == 0 {
		return lines
	}
	var a answer
	if q.size() > 0 {
		a = ask(q)
	}
	kept := make([]string, 0, len(lines))
	for i, line := range lines {
		if c, ok := held[i]; !ok || g.passes(c, a, len(q.purposes)) {
			kept = append(kept, line)
		}
	}
	return kept
}

// questions adds what must be asked about a cookie. Without a name there is
// nothing to ask, and no way through.
func (g *Gate) questions(q *question, name string) setCookie {
	var c setCookie
	if name == "" {
		return c
	}
	for _, pattern := range g.patterns {
		if matches(pattern, name) {
			c.declared = true
			c.needs = append(c.needs, index(&q.purposes, g.o.Cookies[pattern]))
		}
	}
	if !c.declared {
		c.needs = []int{index(&q.cookies, name)}
	}
	return c
}

// index returns where a text stands in a list, after adding it if it is new.
func index(list *[]string, text string) int {
	i := slices.Index(*list, text)
	if i < 0 {
		i = len(*list)
		*list = append(*list, text)
	}
	return i
}

func (g *Gate) passes(c setCookie, a answer, purposes int) bool {
	if len(c.needs) == 0 {
		return false
	}
	if !c.declared {
		// Decisions about cookies follow those about purposes.
		i := purposes + c.needs[0]
		return a.allows(i) || (!g.o.Strict && i < len(a) && a[i].Reason == "unknown-purpose")
	}
	for _, i := range c.needs {
		if !a.allows(i) {
			return false
		}
	}
	return true
}

// keeps reports whether a cookie is never asked about. The two cookies that
// hold the choice itself are among them.
func (g *Gate) keeps(name string) bool {
	return name == "lx_consent" || name == "lx_subject" ||
		slices.ContainsFunc(g.o.Keep, func(pattern string) bool { return matches(pattern, name) })
}

// cookieName reads the name as browsers do, whatever else the line holds; ""
// when there is none.
func cookieName(line string) string {
	pair, _, _ := strings.Cut(line, ";")
	name, _, ok := strings.Cut(pair, "=")
	if !ok {
		return ""
	}
	return strings.Trim(name, " \t\r\n")
}

// deletes reports whether the line makes the browser drop the cookie. It says
// no whenever browsers might read the line in another way.
func deletes(line string, now time.Time) bool {
	c, err := http.ParseSetCookie(line)
	if err != nil || len(c.Unparsed) > 0 {
		return false
	}
	return c.MaxAge < 0 || (c.MaxAge == 0 && !c.Expires.IsZero() && c.Expires.Before(now))
}

// matches reports whether name fits a pattern in which "*" stands for any
// characters, none included.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
