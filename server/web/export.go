package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
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

// exportRecords serves GET /v1/sites/{site}/records: the records behind a cursor,
// or those that a search of the evidence finds, one JSON object a line or as CSV.
func (s *Server) exportRecords(c echo.Context) error {
	site, ctx := c.Param("site"), c.Request().Context()
	newest, err := s.o.Publish.Newest(site)
	if err != nil {
		return err
	}
	named, found, err := s.named(ctx, newest.Site.Tenant, site, c.QueryParams())
	if err != nil {
		return err
	}
	d, err := daysOf(c)
	if err != nil {
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
		for _, r := range found {
			if err := out.Write(feed.LineOf(site, r)); err != nil {
				return err
			}
		}
		if !named {
			if err := s.exportDays(ctx, &d, out); err != nil {
				return err
			}
		}
		return out.Flush()
	})
}

// exportDays writes the records of some days.
func (s *Server) exportDays(ctx context.Context, d *days, out feed.Writer) error {
	if d.after == "" {
		begin, err := s.daysBegin(ctx, d)
		if err != nil {
			return err
		}
		d.after = feed.Behind(begin)
	}
	over := errors.New("the days are over")
	err := s.o.Feed.Export(ctx, d.site, d.after, func(l feed.Line) error {
		switch {
		case d.over(l.Time.Time):
			return over
		case d.wants(l.Time.Time, l.Action):
			return out.Write(l)
		default:
			return nil
		}
	})
	if errors.Is(err, over) {
		return nil
	}
	return err
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
