package web

import (
	"io"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/feed"
)

// backup serves GET /v1/backup: all that the store holds, as lines. One that
// was cut has no last line.
func (s *Server) backup(c echo.Context) error {
	c.Response().Header().Set("Content-Disposition", `attachment; filename="lxconsent-backup.ndjson"`)
	return s.stream(c, feed.NDJSON.Media(), func(w io.Writer) error { return s.o.Backup(c.Request().Context(), w) })
}
