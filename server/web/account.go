package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/admin"
)

type passwordJSON struct {
	Current string `json:"current"`
	New     string `json:"new"`
}

func (s *Server) changePassword(c echo.Context) error {
	in, err := decode[passwordJSON](c, configBounds())
	if err != nil {
		return err
	}
	return s.resumed(c, s.o.Admin.ChangePassword(c.Request().Context(), principalOf(c), in.Current, in.New))
}

func (s *Server) endOthers(c echo.Context) error {
	return s.resumed(c, s.o.Admin.EndOthers(c.Request().Context(), principalOf(c)))
}

// enrol begins a second factor, which decides who can sign in from then on: an
// open session alone must not keep its owner out.
func (s *Server) enrol(c echo.Context) error {
	if err := s.confirmed(c); err != nil {
		return err
	}
	e, err := s.o.Admin.Enrol(c.Request().Context(), principalOf(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, e)
}

type codeJSON struct {
	Code string `json:"code"`
}

// recoveryJSON holds codes that are shown once.
type recoveryJSON struct {
	Recovery []string `json:"recovery"`
}

func (s *Server) enrolled(c echo.Context) error {
	in, err := decode[codeJSON](c, configBounds())
	if err != nil {
		return err
	}
	ctx, p := c.Request().Context(), principalOf(c)
	codes, err := s.o.Admin.Enrolled(ctx, p, in.Code)
	if err != nil {
		return err
	}
	token, err := s.o.Admin.Resume(ctx, s.sessionOf(c), p)
	if err != nil {
		return err
	}
	s.setSession(c, token)
	return c.JSON(http.StatusOK, recoveryJSON{codes})
}

func (s *Server) dropSecondFactor(c echo.Context) error {
	if err := s.confirmed(c); err != nil {
		return err
	}
	return s.resumed(c, s.o.Admin.DropSecondFactor(c.Request().Context(), principalOf(c)))
}

type openInviteJSON struct {
	Token string `json:"token"`
}

func (s *Server) openInvite(c echo.Context) error {
	in, err := decode[openInviteJSON](c, configBounds())
	if err != nil {
		return err
	}
	i, err := s.o.Admin.Invitation(c.Request().Context(), in.Token)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, i)
}

type acceptJSON struct {
	Token    string `json:"token"`
	Email    string `json:"email"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password"`
	Code     string `json:"code,omitempty"`
}

func (s *Server) accept(c echo.Context) error {
	in, err := decode[acceptJSON](c, configBounds())
	if err != nil {
		return err
	}
	begun, err := s.o.Admin.Accept(c.Request().Context(), in.Token, s.attempt(c, in.Email, in.Password, in.Code), in.Name)
	return s.begun(c, begun, err)
}

type useResetJSON struct {
	Token    string `json:"token"`
	Password string `json:"password"`
}

func (s *Server) useReset(c echo.Context) error {
	in, err := decode[useResetJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := s.o.Admin.UseReset(c.Request().Context(), in.Token, in.Password); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// rolesJSON says what there is to give.
type rolesJSON struct {
	Roles       []roleJSON         `json:"roles"`
	Permissions []admin.Permission `json:"permissions"`
}

type roleJSON struct {
	Role        admin.Role         `json:"role"`
	Permissions []admin.Permission `json:"permissions"`
}

func (s *Server) roles(c echo.Context) error {
	out := rolesJSON{Permissions: admin.Permissions()}
	for _, r := range admin.Roles() {
		out.Roles = append(out.Roles, roleJSON{r, r.Permissions()})
	}
	return c.JSON(http.StatusOK, out)
}
