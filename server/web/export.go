package web

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
)

// eventJSON is one event of a site's feed.
type eventJSON struct {
	// ID is the same however often the event is told.
	ID   string    `json:"id"`
	Type string    `json:"type" enum:"consent.recorded,consent.erased,consent.linked,edition.published,request.opened"`
	Time time.Time `json:"time"`
	// Cursor is the place behind the event.
	Cursor string `json:"cursor"`
	Data   any    `json:"data"`
}

// exportStep is how long the client may take for each piece of a stream.
const exportStep = 30 * time.Second

// stream sends an answer of any length. One that was cut ends without the final
// empty chunk, which an HTTP client reports.
func (s *Server) stream(c echo.Context, media string, write func(io.Writer) error) error {
	c.Response().Header().Set("Content-Type", media)
	w := bufio.NewWriterSize(&slowly{http.NewResponseController(c.Response()), c.Response()}, 64<<10)
	err := write(w)
	if err == nil {
		err = w.Flush()
	}
	if err != nil && c.Response().Committed {
		s.o.Log.Warn("a stream was cut", "route", c.Path(), "bytes", c.Response().Size, "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// slowly gives the client time for each piece, however long the whole takes, and
// however long it took to find something to tell.
type slowly struct {
	control *http.ResponseController
	to      io.Writer
}

func (w *slowly) Write(b []byte) (int, error) {
	if err := w.control.SetWriteDeadline(time.Now().Add(exportStep)); err != nil {
		return 0, err
	}
	return w.to.Write(b)
}

// exportRecords serves GET /v1/sites/{site}/records: all records behind a
// cursor, one JSON object a line, or as CSV.
func (s *Server) exportRecords(c echo.Context) error {
	site := c.Param("site")
	if _, err := s.o.Publish.Newest(site); err != nil {
		return err
	}
	format := feed.Format(c.QueryParam("format"))
	switch format {
	case "":
		format = feed.NDJSON
	case feed.NDJSON:
	case feed.CSV:
		c.Response().Header().Set("Content-Disposition", `attachment; filename="records-`+site+`.csv"`)
	default:
		return consent.Fail(badQuery, "`format` is not known", "send ndjson or csv")
	}
	return s.stream(c, format.Media(), func(w io.Writer) error {
		out := feed.NewWriter(w, format)
		if err := s.o.Feed.Export(c.Request().Context(), site, c.QueryParam("after"), out.Write); err != nil {
			return err
		}
		return out.Flush()
	})
}

// subjects serves GET /v1/sites/{site}/subjects: whom a window of time is about.
func (s *Server) subjects(c echo.Context) error {
	site := c.Param("site")
	if _, err := s.o.Publish.Newest(site); err != nil {
		return err
	}
	from, to, err := between(c.QueryParams())
	if err != nil {
		return err
	}
	return s.stream(c, feed.NDJSON.Media(), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		return s.o.Feed.Subjects(c.Request().Context(), site, from, to, func(x feed.Touched) error { return encoder.Encode(x) })
	})
}
