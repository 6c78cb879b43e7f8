package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/script"
)

// script serves GET /s/{site}.js.
func (s *Server) script(c echo.Context) error {
	site, ok := strings.CutSuffix(c.Param("file"), ".js")
	if !ok {
		return echo.ErrNotFound
	}
	if named, its := strings.CutSuffix(site, ".own"); its {
		return s.ownScript(c, named)
	}
	v := s.visit(c, site)
	served, err := s.o.Scripts.Script(script.Ask{
		Site: site, Place: v.place, Lang: v.lang, Accept: first(c.Request().Header, "Accept-Language"), SimGPC: v.simGPC,
	})
	h := c.Response().Header()
	// Two headers more and the map of them would have to grow a second time.
	h["Cross-Origin-Resource-Policy"], h["Access-Control-Allow-Origin"] = s.fixed.crossOrigin, s.fixed.anyOrigin
	if err != nil && consent.CodeOf(err) == consent.UnknownSite {
		s.name(c)
		h.Set("Cache-Control", "private, max-age=60")
		h["Referrer-Policy"] = s.fixed.noReferrer
		return c.Blob(http.StatusNotFound, mediaJS+"; charset=utf-8",
			[]byte(`console.warn("LeadiumX Consent: the site of this script is not known. Check the id in the tag, or create the site.");`))
	}
	if err != nil {
		return err
	}
	// Only what the edge itself wrote is in the edge's key. A place that came
	// from the client's address, or that was not known of this client, must not
	// be shared; where nothing can tell a place, all clients have the same.
	shared := s.o.EdgeCache && (v.source == sourceHeader || v.source == sourceNone && s.o.Places.Source() == sourceNone)
	return s.labels.of(label{served, shared}, s.varies).send(c)
}

// sourceHeader is the source of a place that a trusted edge wrote.
const sourceHeader = "header"

// sourceNone is the source of a place that nobody knew.
const sourceNone = "none"

// varies names the request headers on which a script depends. A cache that
// goes by them alone never gives a visitor the script of another place.
func (s *Server) varies() string {
	return strings.Join(append([]string{"Accept-Encoding", "Accept-Language", "Sec-GPC"}, s.o.Places.Headers()...), ", ")
}

// asset writes a compiled script in the smallest form that the client takes.
func asset(c echo.Context, a *bundle.Asset, cacheControl string) error {
	return newLabelled(a, http.Header{"Cache-Control": {cacheControl}, "Vary": {"Accept-Encoding, Accept-Language"}}).send(c)
}

// coding returns what an Accept-Encoding header wants most of br, gzip and,
// empty, the bytes as they are; of what it wants alike, the smallest.
func coding(header string) (best string) {
	most := 0.0
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "br", "gzip":
		case "identity":
			name = ""
		default:
			continue
		}
		// The smaller one also comes first in the alphabet, and nothing is before both.
		if w := weight(params); w > most || w == most && w > 0 && name != "" && (best == "" || name < best) {
			best, most = name, w
		}
	}
	return best
}

// weight reads the parameter q of a coding: 1 without one, and 0, which
// refuses, where it is no number.
func weight(params string) float64 {
	if params == "" {
		return 1
	}
	q := strings.ReplaceAll(params, " ", "")
	if len(q) < 2 || !strings.EqualFold(q[:2], "q=") {
		return 1
	}
	w, err := strconv.ParseFloat(q[2:], 64)
	if err != nil {
		return 0
	}
	return w
}

func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if t := strings.TrimPrefix(strings.TrimSpace(part), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}

type noticeJSON struct {
	Site     string              `json:"site"`
	Edition  int                 `json:"edition"`
	Regime   string              `json:"regime"`
	Locale   string              `json:"locale"`
	Note     string              `json:"note"`
	Banner   noticeBannerJSON    `json:"banner"`
	Purposes []noticePurposeJSON `json:"purposes"`
	// Vendors and Cookies are the site's declared ones, with what visitors are
	// told of them.
	Vendors []consent.Vendor  `json:"vendors"`
	Cookies []consent.Cookie  `json:"cookies"`
	Texts   map[string]string `json:"texts"`
	Signals noticeSignalsJSON `json:"signals"`
}

type noticeBannerJSON struct {
	consent.Banner
	Profile      string             `json:"profile"`
	CloseRefuses bool               `json:"close_refuses"`
	PolicyURL    string             `json:"policy_url"`
	Controller   consent.Controller `json:"controller"`
}

type noticePurposeJSON struct {
	ID          string          `json:"id"`
	Classes     []consent.Class `json:"classes"`
	Basis       consent.Basis   `json:"basis"`
	Mode        string          `json:"mode"`
	Levels      []string        `json:"levels"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	// Vendors are ids, as consent writes and checks take them.
	Vendors []string `json:"vendors"`
}

type noticeSignalsJSON struct {
	// GPC says whether the signal came with this request, GPCDuty whether
	// honouring it is a duty here; it is honoured either way.
	GPC     bool `json:"gpc"`
	GPCDuty bool `json:"gpc_duty"`
}

// notice serves GET /v1/notice.
func (s *Server) notice(c echo.Context) error {
	site := c.QueryParam("site")
	v := s.visit(c, site)
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Origin", "*")
	n, err := s.o.Scripts.Notice(script.Ask{Site: site, Place: v.place, Lang: v.lang, Accept: c.Request().Header.Get("Accept-Language")})
	if err != nil {
		return err
	}
	h.Set("Cache-Control", "private, no-store")
	return c.JSON(http.StatusOK, noticeOf(n, v))
}

func noticeOf(n *script.Notice, v visitOf) noticeJSON {
	site := &n.Edition.Site
	shown := n.Presentation
	out := noticeJSON{
		Site: site.ID, Edition: n.Edition.Number, Regime: n.Regime.ID, Locale: n.Locale, Note: n.Note, Texts: n.Words,
		Banner: noticeBannerJSON{
			Banner: site.Banner, Profile: shown.Profile, CloseRefuses: shown.CloseRefuses,
			PolicyURL: site.PolicyURL, Controller: site.Controller,
		},
		Vendors: append([]consent.Vendor{}, site.Vendors...), Cookies: append([]consent.Cookie{}, site.Cookies...),
		Signals: noticeSignalsJSON{GPC: v.gpc, GPCDuty: n.Regime.Terms.GPC},
	}
	for i, p := range site.Purposes {
		q := noticePurposeJSON{
			ID: p.ID, Classes: p.Classes, Basis: p.Basis, Mode: n.Rules[i].Mode.String(), Levels: p.Levels,
			Title: n.Words["purpose."+p.ID+".title"], Description: n.Words["purpose."+p.ID+".description"],
			Vendors: []string{},
		}
		if q.Levels == nil {
			q.Levels = []string{}
		}
		for _, x := range site.Vendors {
			for _, id := range x.Purposes {
				if id == p.ID {
					q.Vendors = append(q.Vendors, x.ID)
				}
			}
		}
		out.Purposes = append(out.Purposes, q)
	}
	return out
}
