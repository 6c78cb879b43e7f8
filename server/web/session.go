package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/admin"
)

type signInJSON struct {
	Setup string `json:"setup"`
}

func (s *Server) signIn(c echo.Context) error {
	in, err := decode[signInJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := sameOrigin(c.Request()); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	session, _, err := s.o.Admin.SignIn(ctx, in.Setup)
	if err != nil {
		return err
	}
	s.setSession(c, session, int(admin.SessionLife.Seconds()))
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) setSession(c echo.Context, value string, life int) {
	c.SetCookie(&http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", MaxAge: life,
		HttpOnly: true, Secure: s.https(c), SameSite: http.SameSiteStrictMode,
	})
}

func (s *Server) session(c echo.Context) error {
	return c.JSON(http.StatusOK, principalOf(c))
}

func (s *Server) signOut(c echo.Context) error {
	cookie, err := c.Cookie(sessionCookie)
	if err == nil {
		if err := s.o.Admin.SignOut(c.Request().Context(), cookie.Value); err != nil {
			return err
		}
	}
	s.setSession(c, "", -1)
	return c.NoContent(http.StatusNoContent)
}
