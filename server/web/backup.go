package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// backup serves GET /v1/backup: all that the store holds, as lines. One that
// was cut has no last line, and ends without the final empty chunk.
func (s *Server) backup(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Content-Type", "application/x-ndjson; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="lxconsent-backup.ndjson"`)
	err := s.o.Backup(c.Request().Context(), &slowly{http.NewResponseController(c.Response()), c.Response()})
	if err != nil && c.Response().Committed {
		s.o.Log.Warn("a backup was cut", "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// slowly gives the receiver time for each piece, however long the whole takes.
type slowly struct {
	control *http.ResponseController
	to      http.ResponseWriter
}

func (w *slowly) Write(b []byte) (int, error) {
	if err := w.control.SetWriteDeadline(time.Now().Add(exportStep)); err != nil {
		return 0, err
	}
	return w.to.Write(b)
}
