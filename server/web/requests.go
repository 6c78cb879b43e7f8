package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/rights"
)

type requestsJSON struct {
	Requests []requestJSON `json:"requests"`
	// Next is what to send as `after` for the following page, empty at the end.
	Next string `json:"next"`
}

// requestJSON is a request with what the visitor wrote.
type requestJSON struct {
	rights.Request
	// Message is what the visitor wrote, as long as it is kept.
	Message *rights.Message `json:"message,omitempty"`
	// Overdue says that it is open and its time is over.
	Overdue bool `json:"overdue"`
}

// listRequests serves GET /v1/sites/{site}/requests.
func (s *Server) listRequests(c echo.Context) error {
	q := c.QueryParams()
	f := rights.Filter{Status: rights.Status(q.Get("status")), Kind: rights.Kind(q.Get("kind")), After: q.Get("after")}
	if f.Status != "" && !slices.Contains(rights.Statuses(), f.Status) || f.Kind != "" && !slices.Contains(rights.Kinds(), f.Kind) {
		return consent.Fail(badQuery, "`status` or `kind` is not known", "send status as open, done or refused; kind as one of the log's kinds")
	}
	var err error
	if f.From, f.To, err = between(q); err != nil {
		return err
	}
	if f.Limit, err = limitOf(q, 100); err != nil {
		return err
	}
	ask := s.o.Rights.List
	switch q.Get("order") {
	case "desc":
		ask = s.o.Rights.Latest
	case "", "asc":
	default:
		return consent.Fail(badQuery, "`order` is neither asc nor desc", "send desc for the newest first, or leave it out")
	}
	list, next, err := ask(c.Request().Context(), c.Param("site"), f)
	if err != nil {
		return err
	}
	out := requestsJSON{Requests: []requestJSON{}, Next: next}
	for _, r := range list {
		out.Requests = append(out.Requests, s.requestOf(r))
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) requestOf(r rights.Request) requestJSON {
	out := requestJSON{Request: r, Overdue: r.Status == rights.Open && s.o.Clock().After(r.DueAt)}
	m, err := s.o.Rights.Read(r)
	if err != nil {
		// Its key is gone; the request is still to be answered.
		s.o.Log.Warn("a request's message cannot be opened", "request", r.ID, "error", err)
	}
	out.Message = m
	return out
}

func (s *Server) getRequest(c echo.Context) error {
	r, err := s.o.Rights.Find(c.Request().Context(), c.Param("site"), c.Param("request"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s.requestOf(r))
}

type handleJSON struct {
	Status rights.Status `json:"status" enum:"open,done,refused"`
	Note   string        `json:"note,omitempty"`
}

// handleRequest serves PATCH /v1/sites/{site}/requests/{request}.
func (s *Server) handleRequest(c echo.Context) error {
	in, err := decode[handleJSON](c, configBounds())
	if err != nil {
		return err
	}
	r, err := s.o.Rights.Handle(c.Request().Context(), c.Param("site"), c.Param("request"), in.Status, in.Note, by(principalOf(c)))
	if err != nil {
		return err
	}
	if err := s.audited(c, r.Site, "request."+string(r.Status), "", "", r.ID); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s.requestOf(r))
}

// between reads `from` and `to`, each a date or a time; a date as `to` holds the
// whole day.
func between(q url.Values) (from, to time.Time, err error) {
	read := func(name string, days int) (t time.Time) {
		v := q.Get(name)
		if v == "" || err != nil {
			return t
		}
		if t, err = time.Parse(time.DateOnly, v); err == nil {
			return t.AddDate(0, 0, days)
		}
		if t, err = time.Parse(time.RFC3339, v); err != nil {
			err = consent.Fail(badQuery, "`"+name+"` is no date and no time", "write 2026-12-01 or 2026-12-01T15:04:05Z")
		}
		return t
	}
	from, to = read("from", 0), read("to", 1)
	return from, to, err
}

// limitOf reads `limit`, at most consent.MaxPage.
func limitOf(q url.Values, otherwise int) (int, error) {
	v := q.Get("limit")
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > consent.MaxPage {
		return 0, consent.Fail(badQuery, "`limit` is not a number from 1 to 1000", "ask for fewer and go on with `after`")
	}
	return n, nil
}
