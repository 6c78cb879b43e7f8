package web

import (
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// demoSite is the one site whose visitors may be simulated, with --demo only.
const demoSite = "demo"

// visitOf says where a visit comes from and which signals it carries.
type visitOf struct {
	place  consent.Place
	source string
	gpc    bool
	// simGPC says that the demo set the signal.
	simGPC bool
	lang   string
}

func (s *Server) visit(c echo.Context, site string) visitOf {
	var p params
	queryOf(c).read(&p)
	return s.visitWith(c.Request(), site, &p)
}

func (s *Server) visitWith(r *http.Request, site string, p *params) visitOf {
	v := visitOf{gpc: hasGPC(r), lang: p.lang.value}
	v.place, v.source = s.placed(r, site, p)
	if bool(p.gpc) && s.simulates(site) {
		v.gpc, v.simGPC = true, true
	}
	return v
}

// placed says where a visit comes from, and how that is known.
func (s *Server) placed(r *http.Request, site string, p *params) (place consent.Place, source string) {
	if p.place.given && s.simulates(site) {
		place, _ = consent.ParsePlace(p.place.value)
		return place, sourceDemo
	}
	place, _, source = s.o.Places.Locate(peer(r), r.Header)
	return place, source
}

// sourceDemo is the source of a place that the address of the demo's page gave.
const sourceDemo = "demo"

// decidedFrom says how the place of somebody who decides was known. The demo's page
// hands its place to the script alone; whoever decides there names the page.
func (s *Server) decidedFrom(r *http.Request, site, source string) string {
	if !s.simulates(site) {
		return source
	}
	page, err := url.Parse(r.Referer())
	if err == nil && page.Host == r.Host && page.Query().Has("place") {
		return sourceDemo
	}
	return source
}

// simulates reports whether the visitors of a site may be simulated.
func (s *Server) simulates(site string) bool { return s.o.Demo && site == demoSite }

// gpcHeader is Sec-GPC, spelt as net/http keeps it.
const gpcHeader = "Sec-Gpc"

// hasGPC reports whether one of the signal's values is exactly 1. A proxy may
// have folded several headers into one, which must not switch the signal off.
func hasGPC(r *http.Request) bool {
	for _, line := range r.Header[gpcHeader] {
		for v := range strings.SplitSeq(line, ",") {
			if textproto.TrimString(v) == "1" {
				return true
			}
		}
	}
	return false
}

// first is Header.Get for a name that is spelt as net/http keeps it.
func first(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// simulation keeps the demo's parameters for links from the page to its script.
func simulation(q url.Values) string {
	keep := url.Values{}
	for _, k := range []string{"place", "lang", "gpc"} {
		if q.Has(k) {
			keep.Set(k, q.Get(k))
		}
	}
	if len(keep) == 0 {
		return ""
	}
	return "?" + keep.Encode()
}

// doubled stands for two cookies of one name with different values.
const doubled = "doubled"

// cookieValue returns a cookie that the browser sent. Two cookies of one name
// with different values were not set by us alone, or a site has moved its
// cookies: of two subject tokens of one subject the later one counts, else the
// answer is a text that no parser of ours accepts. A value that no cookie may
// hold comes back as it is, for the same parsers to refuse: that it was sent
// must count.
func cookieValue(r *http.Request, name string) string {
	found, value := false, ""
	for _, line := range r.Header["Cookie"] {
		for line != "" {
			var part string
			part, line, _ = strings.Cut(line, ";")
			key, v, _ := strings.Cut(textproto.TrimString(part), "=")
			if textproto.TrimString(key) != name {
				continue
			}
			if len(v) > 1 && v[0] == '"' && v[len(v)-1] == '"' {
				v = v[1 : len(v)-1]
			}
			if found && v != value {
				if name != consent.SubjectCookie {
					return doubled
				}
				v = laterToken(value, v)
			}
			found, value = true, v
		}
	}
	return value
}

// laterToken is the later of two subject tokens of one subject, and doubled for
// any others. What it returns is still to be proved.
func laterToken(a, b string) string {
	if t, ok := consent.LaterToken(a, b); ok {
		return t
	}
	return doubled
}

// subjectToken returns the subject token of a visitor's own request.
func subjectToken(r *http.Request) string {
	if t, ok := authorized(r, "Consent "); ok {
		return t
	}
	return cookieValue(r, consent.SubjectCookie)
}

// originOf checks that a page of the site sent the request. A request without
// an Origin comes from no page of a browser and is allowed.
func (s *Server) originOf(c echo.Context, site *consent.Site) (string, error) {
	values := c.Request().Header.Values("Origin")
	if len(values) == 0 {
		return "", nil
	}
	if len(values) > 1 || !s.allows(site, values[0]) {
		return "", consent.Fail(consent.BadOrigin, "the page's origin is not one of the site's origins", "add the origin to the site document's `origins`")
	}
	return values[0], nil
}

func (s *Server) allows(site *consent.Site, origin string) bool {
	// Our own origin holds the visitor's page of every site.
	return origin != "null" && (site.AllowsOrigin(origin) || origin == s.o.PublicURL)
}

// allowCORS lets the site's own pages read an answer across origins.
func allowCORS(c echo.Context, origin string) {
	if origin == "" {
		return
	}
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Add("Vary", "Origin")
}

// allowAnySite lets the pages of every live site read an answer that tells
// nothing of any: what a page may not read, its script would send for ever.
func (s *Server) allowAnySite(c echo.Context) bool {
	origin := c.Request().Header.Get("Origin")
	for _, id := range s.o.Publish.Sites() {
		if e, err := s.o.Publish.Live(id); err == nil && s.allows(&e.Site, origin) {
			allowCORS(c, origin)
			return true
		}
	}
	return false
}

// preflight answers for pages of any live site; the request itself is checked
// against the site that it names.
func (s *Server) preflight(c echo.Context) error {
	if s.allowAnySite(c) {
		h := c.Response().Header()
		h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
		h.Set("Access-Control-Allow-Headers", "Content-Type, Authorization")
		h.Set("Access-Control-Max-Age", "600")
	}
	return c.NoContent(http.StatusNoContent)
}

// keepCookie sets one of our cookies where the browser will take it as a
// first-party one, and reports whether it could.
func (s *Server) keepCookie(c echo.Context, site *consent.Site, origin, name, value string, httpOnly bool) bool {
	domain, ok := cookieHome(site.CookieDomain, origin, c.Request().Host)
	if !ok {
		return false
	}
	k := &http.Cookie{
		Name: name, Value: value, Path: "/", Domain: domain, MaxAge: s.lifeOf(name, value),
		SameSite: http.SameSiteLaxMode, Secure: s.https(c) || strings.HasPrefix(origin, "https://"), HttpOnly: httpOnly,
	}
	if value == "" {
		k.MaxAge = -1
	}
	if cookieValue(c.Request(), name) != "" {
		// A site that has moved its cookies has left this one somewhere else. That
		// goes first: to some clients it is the same cookie.
		for _, other := range cookieDomains(c, domain) {
			if other != domain {
				s.drop(c, consent.Cookie{Name: name}, other, origin)
			}
		}
	}
	http.SetCookie(c.Response(), k)
	return true
}

// spent takes away a subject cookie that none of our keys proves: with it, its
// holder would be refused for ever. It returns the error of who sent it, which
// may as well tell of a bad proof beside a good subject.
func (s *Server) spent(c echo.Context, site *consent.Site, origin, token string, err error) error {
	bad := consent.CodeOf(err) == consent.BadToken && token != "" && s.subjectOf(site, token) == ""
	if bad && token == cookieValue(c.Request(), consent.SubjectCookie) {
		for _, domain := range cookieDomains(c, site.CookieDomain) {
			s.drop(c, consent.Cookie{Name: consent.SubjectCookie}, domain, origin)
		}
	}
	return err
}

// lifeOf is how many seconds the browser keeps one of our cookies.
func (s *Server) lifeOf(name, value string) int {
	if choice, ok := consent.ParseCookie(value); ok && name == consent.ConsentCookie {
		return s.o.Scripts.CookieLife(choice)
	}
	return consent.MostCookieLife
}

// cookieHome finds the Domain under which page and consent host share cookies.
func cookieHome(domain, origin, host string) (string, bool) {
	if origin == "" {
		return "", false
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return "", false
	}
	page, here := u.Hostname(), (&url.URL{Host: host}).Hostname()
	if domain != "" && under(page, domain) && under(here, domain) {
		return domain, true
	}
	return "", page == here
}

func under(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}
