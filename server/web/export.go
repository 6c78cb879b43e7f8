package web

import (
	"bufio"
	"encoding/json"
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

// exportStep is how long the client may take for each batch of lines.
const exportStep = 30 * time.Second

// stream sends lines of any number. An answer that was cut ends without the
// final empty chunk, which an HTTP client reports.
func (s *Server) stream(c echo.Context, media string, write func(w *bufio.Writer, line func() error) error) error {
	c.Response().Header().Set("Content-Type", media)
	w := bufio.NewWriterSize(c.Response(), 64<<10)
	control := http.NewResponseController(c.Response())
	lines := 0
	err := write(w, func() error {
		lines++
		if lines%1000 == 1 {
			return control.SetWriteDeadline(time.Now().Add(exportStep))
		}
		return nil
	})
	if err == nil {
		err = w.Flush()
	}
	if err != nil && c.Response().Committed {
		s.o.Log.Warn("a stream was cut", "route", c.Path(), "lines", lines, "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
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
	return s.stream(c, format.Media(), func(w *bufio.Writer, line func() error) error {
		out := feed.NewWriter(w, format)
		err := s.o.Feed.Export(c.Request().Context(), site, c.QueryParam("after"), func(l feed.Line) error {
			if err := line(); err != nil {
				return err
			}
			return out.Write(l)
		})
		if err != nil {
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
	return s.stream(c, feed.NDJSON.Media(), func(w *bufio.Writer, line func() error) error {
		encoder := json.NewEncoder(w)
		return s.o.Feed.Subjects(c.Request().Context(), site, from, to, func(x feed.Touched) error {
			if err := line(); err != nil {
				return err
			}
			return encoder.Encode(x)
		})
	})
}
