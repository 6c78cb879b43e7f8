package web

import (
	"path"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/admin"
)

// asksAgain reports whether a person must have proved lately who they are. A
// backup holds everything, of every organisation.
func (r route) asksAgain() bool {
	return r.allow.Confirmed() || r.downloads() && r.allow == admin.ManageInstall
}

// taken writes down who takes out records as a whole, before they do. A program
// that goes on behind its cursor is told of once, at its beginning. The operator
// reads also where the store cannot be written, as for a backup of it.
func (s *Server) taken(c echo.Context, r route, p admin.Principal) error {
	if !r.downloads() || !isPerson(p) && r.goesOn(c) {
		return nil
	}
	var err error
	if site := c.Param("site"); site != "" {
		err = s.audited(c, site, "records.export", "", "", path.Base(r.path))
	} else {
		err = s.o.Admin.Audit(c.Request().Context(), p, p.Tenant, admin.Change{Action: "backup.take"})
	}
	if err != nil && p.Kind == admin.ByOperator {
		s.o.Log.Warn("what the operator takes out is not in the audit log", "route", r.path, "error", err)
		return nil
	}
	return err
}
