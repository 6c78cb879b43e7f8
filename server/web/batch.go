package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/gate"
)

type batchJSON struct {
	Asks []askJSON `json:"asks"`
}

type askJSON struct {
	Site    string `json:"site"`
	Purpose string `json:"purpose,omitempty"`
	Vendor  string `json:"vendor,omitempty"`
	Cookie  string `json:"cookie,omitempty"`
	Level   int    `json:"level,omitempty"`
	// Subject is a subject, Consent an lx_consent value; with neither, nobody
	// is known.
	Subject string `json:"subject,omitempty"`
	Consent string `json:"consent,omitempty"`
	// ExternalID is an account's name, instead of Subject.
	ExternalID string `json:"external_id,omitempty"`
	Place      string `json:"place,omitempty"`
	GPC        bool   `json:"gpc,omitempty"`
	// Minor says that a participant is known to be one, Sensitive that the
	// page or call is of a sensitive kind.
	Minor     bool `json:"minor,omitempty"`
	Sensitive bool `json:"sensitive,omitempty"`
	// Group are the participants of one call or session, instead of Subject,
	// Consent, Place and GPC. All of them must allow, each also under the law
	// of the others' places, and the lowest level counts.
	Group []memberJSON `json:"group,omitempty"`
}

type memberJSON struct {
	Subject    string `json:"subject,omitempty"`
	Consent    string `json:"consent,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
	Place      string `json:"place,omitempty"`
	GPC        bool   `json:"gpc,omitempty"`
}

// maxGroup bounds the participants of one ask.
const maxGroup = 50

type batchAnswerJSON struct {
	Decisions []decisionJSON `json:"decisions"`
}

// checkBatch serves POST /v1/check: one decision per ask, in order.
func (s *Server) checkBatch(c echo.Context) error {
	b := configBounds()
	batch, err := decode[batchJSON](c, b)
	if err != nil {
		return err
	}
	if len(batch.Asks) == 0 || len(batch.Asks) > maxAsks {
		return consent.Fail(consent.Invalid, fmt.Sprintf("there are %d asks", len(batch.Asks)), fmt.Sprintf("send 1 to %d", maxAsks))
	}
	out := batchAnswerJSON{Decisions: make([]decisionJSON, len(batch.Asks))}
	for i, a := range batch.Asks {
		d, err := s.one(c, a)
		if err != nil {
			return err
		}
		out.Decisions[i] = decisionOf(d)
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) one(c echo.Context, a askJSON) (gate.Decision, error) {
	if len(a.Group) == 0 {
		return s.member(c, a, memberJSON{a.Subject, a.Consent, a.ExternalID, a.Place, a.GPC}, a.Place)
	}
	if len(a.Group) > maxGroup || a.Subject+a.Consent+a.ExternalID+a.Place != "" {
		return gate.Decision{}, consent.Fail(consent.Invalid, "a group is too large, or stands beside one subject, consent or place", "send at most 50 participants in `group`, and nothing of one participant beside it")
	}
	var all []gate.Decision
	for _, place := range places(a.Group) {
		for _, m := range a.Group {
			d, err := s.member(c, a, m, place)
			if err != nil {
				return gate.Decision{}, err
			}
			all = append(all, d)
		}
	}
	return strictest(all), nil
}

// places lists the different places of a group.
func places(group []memberJSON) []string {
	var out []string
	for _, m := range group {
		if !slices.Contains(out, m.Place) {
			out = append(out, m.Place)
		}
	}
	return out
}

// member answers an ask for one participant at a place.
func (s *Server) member(c echo.Context, a askJSON, m memberJSON, place string) (gate.Decision, error) {
	named := gate.Decision{Purpose: a.Purpose, Vendor: a.Vendor, Cookie: a.Cookie}
	if m.Subject != "" && (!consent.IsRecordID(m.Subject) || m.ExternalID != "") || len(m.ExternalID) > consent.MaxExternalID {
		named.Reason = consent.ReasonBadToken
		return named, nil
	}
	ask := gate.Ask{Site: a.Site, Level: a.Level, SubjectID: m.Subject, ExternalID: m.ExternalID, Consent: m.Consent}
	ask.Place, _ = consent.ParsePlace(place)
	ask.Signals = consent.Signals{GPC: m.GPC, Minor: a.Minor, Sensitive: a.Sensitive}
	for _, f := range []struct {
		name string
		to   *[]string
	}{{a.Purpose, &ask.Purposes}, {a.Vendor, &ask.Vendors}, {a.Cookie, &ask.Cookies}} {
		if f.name != "" {
			*f.to = []string{f.name}
		}
	}
	var answer gate.Answer
	err := s.mayCheck(principalOf(c), a.Site)
	if err == nil {
		answer, err = s.answer(c, ask)
	}
	switch {
	case consent.CodeOf(err) == consent.UnknownSite:
		named.Reason = consent.ReasonUnknownSite
		return named, nil
	case err != nil:
		return named, err
	case len(answer.Decisions) == 0:
		named.Reason = consent.ReasonUnknownPurpose
		return named, nil
	}
	return strictest(answer.Decisions), nil
}
