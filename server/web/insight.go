package web

import (
	"encoding/csv"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
	"github.com/leadiumx/consent/server/insight"
)

// seenJSON is what a script with the feature `insight` tells: which notice was
// shown, or how it was answered. It holds nothing of the visitor.
type seenJSON struct {
	Site string `json:"site"`
	Note string `json:"note"`
	// Action is how the banner was answered; without one it was shown, and
	// "names" only tells names.
	Action string `json:"action,omitempty"`
	// Device is 0 for wide screens, 1 for phones, 2 for tablets.
	Device int `json:"device,omitempty"`
	// Names are of cookies, Local and Session of storage keys that the site does
	// not declare; never their values.
	Names   []string `json:"names,omitempty"`
	Local   []string `json:"local,omitempty"`
	Session []string `json:"session,omitempty"`
}

const maxSeenNames = 50

// seen serves POST /v1/seen.
func (s *Server) seen(c echo.Context) error {
	in, err := decode[seenJSON](c, consentBounds())
	if err != nil {
		return err
	}
	live, _, err := s.fromPage(c, in.Site)
	if err != nil {
		return err
	}
	if wait, ok := s.beacons.Spend(s.client(c.Request())); !ok {
		return over("beacons", "from this network", wait)
	}
	note, err := consent.OpenNote(s.o.Keys, live.Site.Tenant, in.Note)
	if err != nil {
		return err
	}
	event := insight.EventOf(in.Action)
	if note.Site != in.Site || event == "" && in.Action != "names" || len(in.Names)+len(in.Local)+len(in.Session) > maxSeenNames {
		return consent.Fail(consent.Invalid, "the note is another site's, the action is no answer to a banner, or there are more than 50 names", "send what the script sends")
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	// A site that does not count anything gets nothing counted for it.
	if !live.Site.Features.Insight {
		return c.NoContent(http.StatusNoContent)
	}
	x := insight.Seen{
		Site: in.Site, Event: event, Country: s.visit(c, in.Site).place.Country, Locale: note.Locale, Edition: strconv.Itoa(note.Edition),
		Device: insight.DeviceOf(in.Device), Bot: isBot(c.Request().UserAgent()), Names: map[string]string{},
	}
	for kind, names := range map[string][]string{"cookie": in.Names, "local": in.Local, "session": in.Session} {
		for _, name := range names {
			if _, declared := live.Site.CookieNamed(name); !declared && name != consent.ConsentCookie && name != consent.SubjectCookie {
				x.Names[name] = kind
			}
		}
	}
	s.o.Insight.Add(x)
	return c.NoContent(http.StatusNoContent)
}

// insightDays is how many days a report holds, up to its last one, when the query
// names no first one.
const insightDays = 30

// readInsight serves GET /v1/sites/{site}/insight.
func (s *Server) readInsight(c echo.Context) error {
	now := s.o.Clock().UTC()
	from, to := c.QueryParam("from"), c.QueryParam("to")
	if to == "" {
		to = now.Format(time.DateOnly)
	}
	if from == "" {
		last := now
		// What is no day is refused below.
		if day, err := time.Parse(time.DateOnly, to); err == nil {
			last = day
		}
		from = last.AddDate(0, 0, 1-insightDays).Format(time.DateOnly)
	}
	r, err := s.o.Insight.Report(c.Request().Context(), c.Param("site"), from, to)
	if err != nil {
		return err
	}
	if c.QueryParam("format") != "csv" {
		return c.JSON(http.StatusOK, r)
	}
	by := c.QueryParam("by")
	if by != "" && by != "day" && by != "purpose" && !slices.Contains(insight.Dimensions(), by) {
		return consent.Fail(badQuery, "`by` is no dimension of a report", "send day, purpose, country, locale, device or edition")
	}
	return insightCSV(c, r, by)
}

func insightCSV(c echo.Context, r insight.Report, by string) error {
	h := c.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="insight.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	row := func(name string, k insight.Counts) []string {
		return []string{name, number(k.Shown), number(k.Accepted), number(k.Rejected), number(k.Partial), number(k.Dismissed), number(k.Ignored), number(k.Withdrawn)}
	}
	var rows [][]string
	switch by {
	case "purpose":
		rows = append(rows, []string{"purpose", "granted", "refused"})
		for _, p := range r.Purposes {
			rows = append(rows, []string{feed.Cell(p.Purpose), number(p.Granted), number(p.Refused)})
		}
	case "", "day":
		rows = append(rows, []string{"day", "shown", "accepted", "rejected", "partial", "dismissed", "ignored", "withdrawn", "records"})
		for _, d := range r.Days {
			rows = append(rows, append(row(d.Day, d.Counts), number(d.Records)))
		}
	default:
		rows = append(rows, []string{by, "shown", "accepted", "rejected", "partial", "dismissed", "ignored", "withdrawn"})
		for _, x := range r.By[by] {
			rows = append(rows, row(feed.Cell(x.Value), x.Counts))
		}
	}
	return w.WriteAll(rows)
}

// number writes a count that may be held back.
func number(n *int64) string {
	if n == nil {
		return "<" + strconv.Itoa(insight.Least)
	}
	return strconv.FormatInt(*n, 10)
}

type inboxJSON struct {
	Items []insight.Item `json:"items"`
}

func (s *Server) inbox(c echo.Context) error {
	draft, _, err := s.o.Publish.Draft(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	items, err := s.o.Insight.Inbox(c.Request().Context(), &draft.Site)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, inboxJSON{items})
}

// filingJSON says what becomes of a name of the inbox.
type filingJSON struct {
	Name  string        `json:"name"`
	State insight.State `json:"state" enum:"new,filed,ignored"`
	// Cookie is what the draft declares when the name is filed.
	Cookie *consent.Cookie `json:"cookie,omitempty"`
}

// file serves POST /v1/sites/{site}/inbox: a name is declared in the draft, or
// put aside.
func (s *Server) file(c echo.Context) error {
	in, err := decode[filingJSON](c, configBounds())
	if err != nil {
		return err
	}
	ctx, site := c.Request().Context(), c.Param("site")
	if !slices.Contains([]insight.State{insight.IsNew, insight.IsFiled, insight.IsIgnored}, in.State) || (in.State == insight.IsFiled) != (in.Cookie != nil) {
		return consent.Fail(consent.Invalid, "`state` is not known, or `cookie` stands beside another state than filed", "send ignored, new, or filed with the cookie that the draft shall declare")
	}
	if err := s.o.Insight.Mark(ctx, site, in.Name, in.State); err != nil {
		return err
	}
	if in.Cookie != nil {
		draft, version, err := s.o.Publish.Draft(ctx, site)
		if err != nil {
			return err
		}
		draft.Site.Cookies = append(slices.Clone(draft.Site.Cookies), *in.Cookie)
		if _, version, err = s.o.Publish.SaveDraft(ctx, draft.Site, by(principalOf(c)), version); err != nil {
			// The name is still to be filed.
			return errors.Join(err, s.o.Insight.Mark(ctx, site, in.Name, insight.IsNew))
		}
		setVersion(c, version)
	}
	if err := s.audited(c, site, "inbox."+string(in.State), "", "", in.Name); err != nil {
		return err
	}
	return s.inbox(c)
}
