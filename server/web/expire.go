package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// maxExpired bounds how many cookies one answer removes.
const maxExpired = 20

// keepChoice sets lx_consent and takes away what it refuses.
func (s *Server) keepChoice(c echo.Context, site *consent.Site, origin, choice string) {
	s.keepCookie(c, site, origin, consent.ConsentCookie, choice, false)
	s.expire(c, site, origin, choice)
}

// expire removes the declared cookies that the browser has sent and that the
// visitor has just refused: those that no script can reach, as well. Only
// names that the site document holds letter by letter are removed here; a
// pattern could hold a cookie that nobody meant. Where the consent host is
// another site than the page, the browser would take none of it.
func (s *Server) expire(c echo.Context, site *consent.Site, origin, choice string) {
	if len(c.Request().Header["Cookie"]) == 0 {
		// Nothing was sent, and reading the choice costs more than looking.
		return
	}
	chosen, ok := consent.ParseCookie(choice)
	if !ok {
		return
	}
	home, ok := cookieHome(site.CookieDomain, origin, c.Request().Host)
	if !ok {
		return
	}
	refused := func(d consent.Cookie) bool {
		level, said := chosen.Levels[d.Purpose]
		if vendor, own := chosen.Vendors[d.Vendor]; own {
			level, said = vendor, true
		}
		return said && level == 0
	}
	sent := map[string]bool{}
	for _, k := range c.Request().Cookies() {
		sent[k.Name] = true
	}
	domains := cookieDomains(c, home)
	left := maxExpired
	for _, d := range site.Cookies {
		if d.Store() != "cookie" || !sent[d.Name] || !refused(d) {
			continue
		}
		if left--; left < 0 {
			return
		}
		for _, domain := range domains {
			s.drop(c, d, domain, origin)
		}
	}
}

// cookieDomains lists where a cookie that the browser sends here may live; home
// is the domain that the site has for its own.
func cookieDomains(c echo.Context, home string) []string {
	return append([]string{""}, parents((&url.URL{Host: c.Request().Host}).Hostname(), home)...)
}

// drop removes one cookie in one of the places where it may be.
func (s *Server) drop(c echo.Context, d consent.Cookie, domain, origin string) {
	k := &http.Cookie{
		Name: d.Name, Path: "/", Domain: domain, MaxAge: -1, SameSite: http.SameSiteLaxMode, Secure: s.https(c) || strings.HasPrefix(origin, "https://"),
	}
	if d.Partitioned {
		k.Secure, k.Partitioned, k.SameSite = true, true, http.SameSiteNoneMode
	}
	http.SetCookie(c.Response(), k)
}

// parents lists a host and the domains above it, down to the site's own domain
// where it has one, and never a name of one part.
func parents(host, home string) []string {
	var out []string
	for d := host; strings.Contains(d, ".") && strings.Trim(d, "0123456789.") != ""; {
		out = append(out, d)
		if d == home {
			break
		}
		_, d, _ = strings.Cut(d, ".")
	}
	return out
}
