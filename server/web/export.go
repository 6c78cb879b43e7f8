package web

import (
	"bufio"
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// ExportLine is one record of an export, in the order in which records came.
// A record whose subject was erased has neither subject nor levels.
type ExportLine struct {
	ID      string         `json:"id"`
	Site    string         `json:"site"`
	Subject string         `json:"subject"`
	Edition int            `json:"edition"`
	Regime  string         `json:"regime"`
	Locale  string         `json:"locale"`
	Levels  map[string]int `json:"levels"`
	Vendors map[string]int `json:"vendors,omitempty"`
	Action  consent.Action `json:"action"`
	Time    time.Time      `json:"time"`
	// Clock is when the visitor decided, in milliseconds since 1970 UTC.
	Clock int64 `json:"clock"`
}

// exportStep is how long the client may take for each batch of lines.
const exportStep = 30 * time.Second

// exportRecords serves GET /v1/sites/{site}/records: one JSON object a line,
// streamed, however many there are. An export that was cut ends without the
// final empty chunk, which an HTTP client reports.
func (s *Server) exportRecords(c echo.Context) error {
	site := c.Param("site")
	if _, err := s.o.Publish.Newest(site); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	w := bufio.NewWriterSize(c.Response(), 64<<10)
	encoder := json.NewEncoder(w)
	control := http.NewResponseController(c.Response())
	lines := 0
	err := s.o.Records.Export(c.Request().Context(), site, func(r consent.Record) error {
		if lines%1000 == 0 {
			if err := control.SetWriteDeadline(time.Now().Add(exportStep)); err != nil {
				return err
			}
		}
		lines++
		return encoder.Encode(ExportLine{
			r.ID, r.Site, r.Subject, r.Edition, r.Regime, r.Locale, r.Levels, r.Vendors, r.Action, r.Time, r.Clock,
		})
	})
	if err == nil {
		err = w.Flush()
	}
	if err != nil && c.Response().Committed {
		s.o.Log.Warn("an export was cut", "lines", lines, "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}
