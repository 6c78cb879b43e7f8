package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// The cookies of people who manage sites. Over https their names bind them to
// this very host; over plain http, on one's own machine, browsers refuse that.
const (
	sessionCookie = "lx_session"
	deviceCookie  = "lx_device"
	hostPrefix    = "__Host-"
)

func (s *Server) cookieName(c echo.Context, name string) string {
	if s.https(c) {
		return hostPrefix + name
	}
	return name
}

func (s *Server) sessionOf(c echo.Context) string {
	return cookieValue(c.Request(), s.cookieName(c, sessionCookie))
}

func (s *Server) setCookie(c echo.Context, name, value string, life int) {
	c.SetCookie(&http.Cookie{
		Name: s.cookieName(c, name), Value: value, Path: "/", MaxAge: life,
		HttpOnly: true, Secure: s.https(c), SameSite: http.SameSiteStrictMode,
	})
}

func (s *Server) setSession(c echo.Context, value string) {
	s.setCookie(c, sessionCookie, value, int(admin.SessionLife.Seconds()))
}

// begun answers with a session that has begun.
func (s *Server) begun(c echo.Context, in admin.SignedIn, err error) error {
	if err != nil {
		return err
	}
	if old := s.sessionOf(c); old != "" {
		// Whoever fixed a session before the sign-in gets nothing by it.
		if err := s.o.Admin.SignOut(c.Request().Context(), old); err != nil {
			return err
		}
	}
	s.setSession(c, in.Token)
	if in.Device != "" {
		s.setCookie(c, deviceCookie, in.Device, int(admin.DeviceLife.Seconds()))
	}
	return c.NoContent(http.StatusNoContent)
}

// signInJSON signs in with a setup link, or with e-mail and password.
type signInJSON struct {
	Setup    string `json:"setup,omitempty"`
	Email    string `json:"email,omitempty"`
	Password string `json:"password,omitempty"`
	// Code is of the authenticator app, or a recovery code.
	Code string `json:"code,omitempty"`
}

// atTheDoor is for routes that anybody may call from our own pages, before they
// are somebody.
func atTheDoor(handle echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		secureAPI(c)
		if err := sameOrigin(c.Request()); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return handle(c)
	}
}

func (s *Server) attempt(c echo.Context, email, password, code string) admin.Attempt {
	return admin.Attempt{
		Email: email, Password: password, Code: code,
		Network: s.client(c.Request()).String(), Device: cookieValue(c.Request(), s.cookieName(c, deviceCookie)),
	}
}

func (s *Server) signIn(c echo.Context) error {
	in, err := decode[signInJSON](c, configBounds())
	if err != nil {
		return err
	}
	if in.Setup != "" {
		begun, err := s.o.Admin.SignInBySetup(c.Request().Context(), in.Setup)
		return s.begun(c, begun, err)
	}
	begun, err := s.o.Admin.SignIn(c.Request().Context(), s.attempt(c, in.Email, in.Password, in.Code))
	return s.begun(c, begun, err)
}

func (s *Server) session(c echo.Context) error {
	return c.JSON(http.StatusOK, principalOf(c))
}

func (s *Server) signOut(c echo.Context) error {
	if session := s.sessionOf(c); session != "" {
		if err := s.o.Admin.SignOut(c.Request().Context(), session); err != nil {
			return err
		}
	}
	s.setCookie(c, sessionCookie, "", -1)
	return c.NoContent(http.StatusNoContent)
}

type confirmJSON struct {
	Password string `json:"password"`
	Code     string `json:"code,omitempty"`
}

func (s *Server) confirm(c echo.Context) error {
	in, err := decode[confirmJSON](c, configBounds())
	if err != nil {
		return err
	}
	token, err := s.o.Admin.Confirm(c.Request().Context(), s.sessionOf(c), principalOf(c), in.Password, in.Code)
	return s.renewed(c, token, err)
}

// renewed answers with a session in the place of the one before.
func (s *Server) renewed(c echo.Context, token string, err error) error {
	if err != nil {
		return err
	}
	s.setSession(c, token)
	return c.NoContent(http.StatusNoContent)
}

type enterJSON struct {
	Tenant string `json:"tenant"`
}

func (s *Server) enter(c echo.Context) error {
	in, err := decode[enterJSON](c, configBounds())
	if err != nil {
		return err
	}
	token, err := s.o.Admin.Enter(c.Request().Context(), s.sessionOf(c), principalOf(c), in.Tenant)
	return s.renewed(c, token, err)
}

// resumed goes on with a new session after the account has changed. A caller
// without a session, such as the operator's token, has none to go on with.
func (s *Server) resumed(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	p := principalOf(c)
	if p.Kind != admin.ByPassword && p.Kind != admin.BySetup {
		return c.NoContent(http.StatusNoContent)
	}
	token, err := s.o.Admin.Resume(c.Request().Context(), s.sessionOf(c), p)
	return s.renewed(c, token, err)
}

func (s *Server) me(c echo.Context) error {
	p, err := s.o.Admin.Profile(c.Request().Context(), principalOf(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

// setUp makes the account of whoever opened the setup link, and signs them in.
func (s *Server) setUp(c echo.Context) error {
	in, err := decode[admin.NewPerson](c, configBounds())
	if err != nil {
		return err
	}
	p := principalOf(c)
	if p.Kind != admin.BySetup {
		return consent.Fail(consent.Forbidden, "an account is set up with a setup link", "use the link that the server printed, or `lxconsent user add`")
	}
	if p, err = s.o.Admin.SetUp(c.Request().Context(), p, in); err != nil {
		return err
	}
	c.Set("principal", p)
	return s.resumed(c, nil)
}

type renameJSON struct {
	Name string `json:"name"`
}

func (s *Server) rename(c echo.Context) error {
	in, err := decode[renameJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := s.o.Admin.Rename(c.Request().Context(), principalOf(c), in.Name); err != nil {
		return err
	}
	return s.me(c)
}
