package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

type tenantsJSON struct {
	Tenants []admin.Tenant `json:"tenants"`
}

func (s *Server) tenants(c echo.Context) error {
	list, err := s.o.Admin.Tenants(c.Request().Context(), principalOf(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, tenantsJSON{list})
}

func (s *Server) newTenant(c echo.Context) error {
	in, err := decode[admin.Tenant](c, configBounds())
	if err != nil {
		return err
	}
	t, err := s.o.Admin.NewTenant(c.Request().Context(), principalOf(c), in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, t)
}

func (s *Server) tenant(c echo.Context) error {
	t, version, err := s.o.Admin.Tenant(c.Request().Context(), principalOf(c))
	if err != nil {
		return err
	}
	setVersion(c, version)
	return c.JSON(http.StatusOK, t)
}

func (s *Server) saveTenant(c echo.Context) error {
	in, err := decode[admin.Tenant](c, configBounds())
	if err != nil {
		return err
	}
	p, ctx := principalOf(c), c.Request().Context()
	version, err := ifMatch(c)
	if err != nil {
		return err
	}
	if version == anyVersion {
		if _, version, err = s.o.Admin.Tenant(ctx, p); err != nil {
			return err
		}
	}
	if _, err := s.o.Admin.SaveTenant(ctx, p, in, version); err != nil {
		return overtaken(c, err)
	}
	return s.tenant(c)
}

type membersJSON struct {
	Members     []admin.MemberView `json:"members"`
	Invitations []admin.Invite     `json:"invitations"`
}

func (s *Server) members(c echo.Context) error {
	p, ctx := principalOf(c), c.Request().Context()
	members, err := s.o.Admin.Members(ctx, p)
	if err != nil {
		return err
	}
	invites, err := s.o.Admin.Invites(ctx, p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, membersJSON{members, invites})
}

type joinJSON struct {
	admin.NewPerson
	Role admin.Role `json:"role"`
}

// join serves POST /v1/members. It gives power away as an invitation does.
func (s *Server) join(c echo.Context) error {
	if err := s.confirmed(c); err != nil {
		return err
	}
	in, err := decode[joinJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := s.o.Admin.Join(c.Request().Context(), principalOf(c), in.NewPerson, in.Role); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

type memberRolesJSON struct {
	Role  admin.Role            `json:"role"`
	Sites map[string]admin.Role `json:"sites,omitempty"`
}

func (s *Server) changeMember(c echo.Context) error {
	in, err := decode[memberRolesJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := s.sitesOf(c, in.Sites); err != nil {
		return err
	}
	if err := s.o.Admin.ChangeMember(c.Request().Context(), principalOf(c), emailOf(c), in.Role, in.Sites); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// sitesOf refuses roles on sites that are not the caller's.
func (s *Server) sitesOf(c echo.Context, sites map[string]admin.Role) error {
	for site := range sites {
		if err := s.mayOn(c, principalOf(c), admin.ReadSite, site); err != nil {
			return err
		}
	}
	return nil
}

// emailOf reads the address in the path. Browsers escape its @, and the router
// hands on what is escaped as it came.
func emailOf(c echo.Context) string {
	email := c.Param("email")
	if c.Request().URL.RawPath == "" {
		return email
	}
	if plain, err := url.PathUnescape(email); err == nil {
		return plain
	}
	return email
}

func (s *Server) dropMember(c echo.Context) error {
	if err := s.o.Admin.DropMember(c.Request().Context(), principalOf(c), emailOf(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// linkJSON is a link that somebody hands on: this server sends no mail.
type linkJSON struct {
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

func (s *Server) resetMember(c echo.Context) error {
	token, err := s.o.Admin.Reset(c.Request().Context(), principalOf(c), emailOf(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, linkJSON{s.o.PublicURL + "/dashboard/#reset=" + token, s.o.Clock().Add(admin.ResetLife).UTC()})
}

type askInviteJSON struct {
	Email string                `json:"email"`
	Role  admin.Role            `json:"role"`
	Sites map[string]admin.Role `json:"sites,omitempty"`
}

type invitedJSON struct {
	Invitation admin.Invite `json:"invitation"`
	URL        string       `json:"url"`
	Expires    time.Time    `json:"expires"`
}

func (s *Server) invite(c echo.Context) error {
	in, err := decode[askInviteJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := s.sitesOf(c, in.Sites); err != nil {
		return err
	}
	i, token, err := s.o.Admin.Invite(c.Request().Context(), principalOf(c), admin.Invite{Email: in.Email, Role: in.Role, Sites: in.Sites})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, invitedJSON{i, s.o.PublicURL + "/dashboard/#invite=" + token, i.Expires})
}

func (s *Server) dropInvite(c echo.Context) error {
	if err := s.o.Admin.DropInvite(c.Request().Context(), principalOf(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

type apiKeysJSON struct {
	Keys []admin.APIKey `json:"keys"`
}

func (s *Server) apiKeys(c echo.Context) error {
	list, err := s.o.Admin.Keys(c.Request().Context(), principalOf(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiKeysJSON{list})
}

type newKeyJSON struct {
	Name        string             `json:"name"`
	Permissions []admin.Permission `json:"permissions"`
	Sites       []string           `json:"sites,omitempty"`
	Expires     time.Time          `json:"expires"`
}

type madeKeyJSON struct {
	Key admin.APIKey `json:"key"`
	// Secret is what callers send; it is shown once.
	Secret string `json:"secret"`
}

func (s *Server) newKey(c echo.Context) error {
	in, err := decode[newKeyJSON](c, configBounds())
	if err != nil {
		return err
	}
	for _, site := range in.Sites {
		if err := s.mayOn(c, principalOf(c), admin.ReadSite, site); err != nil {
			return err
		}
	}
	k, secret, err := s.o.Admin.NewKey(c.Request().Context(), principalOf(c), admin.APIKey{Name: in.Name, Permissions: in.Permissions, Sites: in.Sites, Expires: in.Expires})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, madeKeyJSON{k, secret})
}

func (s *Server) dropKey(c echo.Context) error {
	if err := s.o.Admin.DropKey(c.Request().Context(), principalOf(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

type auditJSON struct {
	Changes []admin.Change `json:"changes"`
	// Next is the `after` of the next page, 0 when there is none.
	Next int64 `json:"next"`
}

func (s *Server) audit(c echo.Context) error {
	after, limit, err := pageOf(c)
	if err != nil {
		return err
	}
	ask := s.o.Admin.Changes
	if c.QueryParam("order") == "newest" {
		ask = s.o.Admin.Latest
	}
	list, err := ask(c.Request().Context(), principalOf(c), after, limit)
	if err != nil {
		return err
	}
	out := auditJSON{Changes: list}
	if len(list) == limit {
		out.Next = list[limit-1].Number
	}
	return c.JSON(http.StatusOK, out)
}

// audited writes down what somebody did to a site.
func (s *Server) audited(c echo.Context, site, action, before, after, note string) error {
	tenant, err := s.o.Publish.Owner(c.Request().Context(), site)
	if consent.CodeOf(err) == consent.UnknownSite {
		tenant, err = principalOf(c).Tenant, nil
	}
	if err != nil {
		return err
	}
	return s.o.Admin.Audit(c.Request().Context(), principalOf(c), tenant, admin.Change{Action: action, Object: site, Before: before, After: after, Note: note})
}
