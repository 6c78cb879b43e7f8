package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/publish"
)

// tenantHeader names the organisation in which the operator's token acts. From
// everybody else it means nothing.
const tenantHeader = "Consent-Tenant"

const (
	// manageDeadline bounds one management request that is not streamed. It is a
	// little less than the server gives an answer.
	manageDeadline = 14 * time.Second
	// publishDeadline bounds one that publishes: it compiles the script in each of
	// the site's languages first, and a small machine, or a busy one, is not done
	// with forty of them in the time of the others.
	publishDeadline = 5 * time.Minute
)

// guard lets a request through when its caller holds the route's permission, on
// the site of the address where there is one. Public and visitor routes are
// open; what a visitor may see is decided by the tokens that the handler opens.
func (s *Server) guard(r route) echo.HandlerFunc {
	if r.allow == admin.Public || r.allow == admin.Visitor {
		return r.handle
	}
	creates := r.method == http.MethodPut && strings.HasPrefix(r.path, "/v1/sites/")
	return func(c echo.Context) error {
		secureAPI(c)
		if !r.downloads() {
			bound := manageDeadline
			if r.publishes() {
				bound = publishDeadline
				// Where it cannot be moved, it stays as it is.
				_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(bound + time.Second))
			}
			ctx, cancel := context.WithTimeout(c.Request().Context(), bound)
			defer cancel()
			c.SetRequest(c.Request().WithContext(ctx))
		}
		p, err := s.caller(c, r.allow)
		if err != nil {
			return err
		}
		if err := s.budgets.spendCaller(r, p, r.goesOn(c)); err != nil {
			return err
		}
		c.Set("principal", p)
		if strings.Contains(r.path, "/:site") {
			err = s.reach(c, p, r.allow, creates)
		} else if p.Kind != byNobody && !p.MaySomewhere(r.allow) {
			err = forbidden(p)
		}
		if err != nil {
			return err
		}
		if r.asksAgain() {
			if err := s.confirmed(c); err != nil {
				return err
			}
		}
		if r.publishes() {
			if err := s.budgets.spendEdition(p, c.Param("site")); err != nil {
				return err
			}
		}
		leave, err := s.budgets.download(r, p)
		if err != nil {
			return err
		}
		defer leave()
		if err := s.taken(c, r, p); err != nil {
			return err
		}
		return r.handle(c)
	}
}

// confirmed asks a person to have proved lately who they are.
func (s *Server) confirmed(c echo.Context) error {
	if p := principalOf(c); p.Kind == admin.ByPassword && !s.o.Clock().Before(p.Confirmed) {
		return consent.Fail(admin.NotConfirmed, "this asks for your password once more", "send it to /v1/session/confirm, then repeat the request")
	}
	return nil
}

// secureAPI sets the headers of every answer to people who manage sites.
func secureAPI(c echo.Context) {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
}

func forbidden(p admin.Principal) error {
	if p.Kind == admin.ByKey {
		return consent.Fail(consent.Forbidden, "the API key does not allow this", "make one with the permission that `lxconsent routes` names for this address")
	}
	return consent.Fail(consent.Forbidden, "your role does not allow this", "ask an owner")
}

// reach lets a caller through to the site of the address. Another tenant's site
// is answered as one that does not exist.
func (s *Server) reach(c echo.Context, p admin.Principal, want admin.Permission, creates bool) error {
	site := c.Param("site")
	tenant, err := s.o.Publish.Owner(c.Request().Context(), site)
	switch {
	case err != nil && creates && consent.CodeOf(err) == consent.UnknownSite:
		if !p.May(want) {
			return forbidden(p)
		}
		return nil
	case err != nil:
		return err
	}
	return s.owns(p, want, tenant, site)
}

func (s *Server) owns(p admin.Principal, want admin.Permission, tenant, site string) error {
	if !p.Sees(tenant, site) {
		return publish.NoSite(site)
	}
	if !p.MayOn(site, want) {
		return forbidden(p)
	}
	return nil
}

// mayOn checks a permission on a site that stands in a query or a body.
// Errors: UnknownSite, also for another tenant's; Forbidden.
func (s *Server) mayOn(c echo.Context, p admin.Principal, want admin.Permission, site string) error {
	tenant, err := s.o.Publish.Owner(c.Request().Context(), site)
	if err != nil {
		return err
	}
	return s.owns(p, want, tenant, site)
}

// mayCheck checks that a caller may ask about a site, without I/O. Errors:
// UnknownSite, whether the site is another tenant's, out of the key's reach or
// nowhere.
func (s *Server) mayCheck(p admin.Principal, site string) error {
	live, err := s.o.Publish.Live(site)
	if err != nil {
		return err
	}
	if !p.InTenant(live.Site.Tenant) || !p.MayOn(site, admin.CheckAny) {
		return publish.NoSite(site)
	}
	return nil
}

// byNobody is the kind of a caller of checks whose key cannot be looked up.
const byNobody admin.Kind = "nobody"

// patienceLeft is under what name a check keeps how long it may look things up
// after its key.
const patienceLeft = "patience"

// caller names the caller of a guarded route. Checks must not wait for a store
// that does not answer, nor fail: what they ask by a key is denied then.
func (s *Server) caller(c echo.Context, want admin.Permission) (admin.Principal, error) {
	if want != admin.CheckAny {
		return s.principal(c.Request().Context(), c)
	}
	patience, began := s.o.Gate.Patience(), time.Now()
	ctx, cancel := context.WithTimeout(c.Request().Context(), patience)
	defer cancel()
	p, err := s.principal(ctx, c)
	c.Set(patienceLeft, patience-time.Since(began))
	if consent.CodeOf(err) == consent.Unavailable {
		return admin.Principal{Kind: byNobody}, nil
	}
	return p, err
}

// principal names the caller, by bearer token or by session. A session counts
// only for requests that come from our own pages.
func (s *Server) principal(ctx context.Context, c echo.Context) (admin.Principal, error) {
	r := c.Request()
	if token, ok := bearer(r); ok {
		return s.o.Admin.Token(ctx, token, first(r.Header, tenantHeader))
	}
	session := s.sessionOf(c)
	if session == "" {
		return admin.Principal{}, consent.Fail(consent.Unauthorized, "nobody is signed in", "sign in, open the setup link that the server printed, or send `Authorization: Bearer`")
	}
	if err := sameOrigin(r); err != nil {
		return admin.Principal{}, err
	}
	return s.o.Admin.Session(ctx, session)
}

func principalOf(c echo.Context) admin.Principal {
	p, _ := c.Get("principal").(admin.Principal)
	return p
}

// by is the name under which a caller's work is written down.
func by(p admin.Principal) string {
	if p.Email != "" {
		return p.Email
	}
	return p.Name
}
