package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// lawJSON is a row of the law table as people read it. A mode that is not
// stated follows from the parent row.
type lawJSON struct {
	Code   string `json:"code"`
	Parent string `json:"parent,omitempty"`
	Region string `json:"region"`
	Name   string `json:"name"`
	Law    string `json:"law"`
	// ValidFrom is the first day, ValidTo the first day after the last.
	ValidFrom string `json:"valid_from,omitempty"`
	ValidTo   string `json:"valid_to,omitempty"`
	// InForce says that the row holds on the day that was asked for.
	InForce bool                      `json:"in_force"`
	Members []string                  `json:"members,omitempty"`
	Modes   map[consent.Class]lawMode `json:"modes"`
	GPC     *bool                     `json:"gpc,omitempty"`
	Notes   string                    `json:"notes,omitempty"`
	Source  []string                  `json:"source"`
	// Confidence is H, M-H, M, L-M or L.
	Confidence string `json:"confidence"`
	// Checked is when the row was last held against its sources.
	Checked string `json:"checked"`
}

// lawMode is opt-in, opt-out or notice.
type lawMode = string

type lawsJSON struct {
	At   string    `json:"at"`
	Laws []lawJSON `json:"laws"`
}

// dayOf reads a date of the query; left out, it is today.
func (s *Server) dayOf(c echo.Context, name string) (time.Time, error) {
	v := c.QueryParam(name)
	if v == "" {
		return s.o.Clock().UTC(), nil
	}
	t, err := time.Parse(time.DateOnly, v)
	if err != nil {
		return t, consent.Fail(badQuery, "`"+name+"` is not a date", "write it as 2026-12-31")
	}
	return t, nil
}

// laws serves GET /v1/laws.
func (s *Server) laws(c echo.Context) error {
	at, err := s.dayOf(c, "at")
	if err != nil {
		return err
	}
	day := at.Format(time.DateOnly)
	return c.JSON(http.StatusOK, lawsJSON{At: day, Laws: s.lawRows(day)})
}

// lawRows are the rows of the table as they stand on a day.
func (s *Server) lawRows(day string) []lawJSON {
	list := []lawJSON{}
	for _, r := range s.o.Laws.Rows() {
		row := lawJSON{
			Code: r.Code, Parent: r.Parent, Region: r.Region, Name: r.Name, Law: r.Law, ValidFrom: r.ValidFrom, ValidTo: r.ValidTo,
			InForce: (r.ValidFrom == "" || r.ValidFrom <= day) && (r.ValidTo == "" || day < r.ValidTo),
			Members: r.Members, Modes: map[consent.Class]lawMode{}, GPC: r.GPC, Notes: r.Notes, Source: r.Source, Confidence: r.Confidence, Checked: r.Checked,
		}
		for class, m := range map[consent.Class]*consent.Mode{consent.Analytics: r.Analytics.Mode, consent.Ads: r.Ads, consent.SaleShare: r.SaleShare, consent.Sensitive: r.Sensitive, consent.Recording: r.Recording} {
			if m != nil {
				row.Modes[class] = m.String()
			}
		}
		list = append(list, row)
	}
	return list
}

// explainLaw serves GET /v1/laws/explain.
func (s *Server) explainLaw(c echo.Context) error {
	at, err := s.dayOf(c, "at")
	if err != nil {
		return err
	}
	place := c.QueryParam("place")
	if place == "" {
		place = "unknown"
	}
	x, err := s.o.Laws.Explain(place, c.QueryParam("establishment"), at)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, x)
}

// mapJSON says what visitors of a site are asked, place by place.
type mapJSON struct {
	At     string         `json:"at"`
	Places []mapPlaceJSON `json:"places"`
}

type mapPlaceJSON struct {
	Place  string `json:"place"`
	Regime string `json:"regime"`
	// Mode is the strictest of the site's optional purposes there.
	Mode lawMode `json:"mode" enum:"opt-in,opt-out,notice"`
	// Purposes are the modes of each optional purpose, with the site's own
	// strictness.
	Purposes map[string]lawMode `json:"purposes"`
	GPC      bool               `json:"gpc"`
}

// siteMap serves GET /v1/sites/{site}/map.
func (s *Server) siteMap(c echo.Context) error {
	at, err := s.dayOf(c, "at")
	if err != nil {
		return err
	}
	draft, _, err := s.o.Publish.Draft(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	site := &draft.Site
	if e, err := s.o.Publish.Current(site.ID); err == nil && c.QueryParam("draft") != "1" {
		site = &e.Site
	}
	establishment, _ := consent.ParsePlace(site.Establishment)
	out := mapJSON{At: at.Format(time.DateOnly), Places: []mapPlaceJSON{}}
	for _, place := range append(s.o.Laws.Places(at), consent.Place{}) {
		out.Places = append(out.Places, mapPlace(site, place, s.o.Laws.Resolve(place, establishment, at)))
	}
	return c.JSON(http.StatusOK, out)
}

func mapPlace(site *consent.Site, place consent.Place, regime law.Regime) mapPlaceJSON {
	p := mapPlaceJSON{Place: place.String(), Regime: regime.ID, Purposes: map[string]lawMode{}, GPC: regime.Terms.GPC}
	strictest := consent.Notice
	for _, r := range site.Rules(regime.Terms, place) {
		if r.Necessary {
			continue
		}
		p.Purposes[r.ID] = r.Mode.String()
		strictest = min(strictest, r.Mode)
	}
	p.Mode = strictest.String()
	return p
}
