package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// Codes of failures that only HTTP knows.
const (
	badJSON      consent.Code = "bad-json"
	badQuery     consent.Code = "bad-query"
	tooLarge     consent.Code = "too-large"
	badMediaType consent.Code = "bad-media-type"
	noRoute      consent.Code = "no-such-route"
	badMethod    consent.Code = "method-not-allowed"
	tooMany      consent.Code = "too-many-requests"
	internal     consent.Code = "internal"
)

// Problem is an RFC 9457 problem document. Code is stable; Detail says what is
// wrong and Fix how to mend it.
type Problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Code     consent.Code      `json:"code"`
	Detail   string            `json:"detail"`
	Fix      string            `json:"fix,omitempty"`
	Findings []consent.Finding `json:"findings,omitempty"`
}

// status is the one place where codes become statuses.
func status(code consent.Code) int {
	switch code {
	case consent.Invalid, consent.Contradicts, consent.BadNote, consent.UnknownPurpose:
		return http.StatusUnprocessableEntity
	case consent.NotFound, consent.UnknownSite, noRoute:
		return http.StatusNotFound
	case consent.Conflict, consent.IDReused:
		return http.StatusConflict
	case preconditionFailed:
		return http.StatusPreconditionFailed
	case consent.Forbidden, consent.BadToken, consent.BadOrigin, admin.NotConfirmed:
		return http.StatusForbidden
	case consent.Unauthorized, admin.SecondFactor:
		return http.StatusUnauthorized
	case consent.Erased:
		return http.StatusGone
	case consent.Unavailable:
		return http.StatusServiceUnavailable
	case badJSON, badQuery:
		return http.StatusBadRequest
	case tooLarge:
		return http.StatusRequestEntityTooLarge
	case badMediaType:
		return http.StatusUnsupportedMediaType
	case badMethod:
		return http.StatusMethodNotAllowed
	case tooMany:
		return http.StatusTooManyRequests
	default:
		return http.StatusInternalServerError
	}
}

// problemOf turns any error into a problem document, for somebody who may know
// why the store does not answer. The text of an unexpected error stays in our
// logs.
func problemOf(err error) Problem {
	var e *consent.Error
	var he *echo.HTTPError
	switch {
	case errors.As(err, &e):
	case errors.As(err, &he) && he.Code == http.StatusNotFound:
		e = consent.Fail(noRoute, "there is no such address", "see /v1/openapi.json for all routes")
	case errors.As(err, &he) && he.Code == http.StatusMethodNotAllowed:
		e = consent.Fail(badMethod, "the address does not answer this method", "see /v1/openapi.json for the methods of each route")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		e = consent.Fail(consent.Unavailable, "a dependency did not answer in time", "try again")
	default:
		e = consent.Fail(internal, "something went wrong on our side", "try again; if it persists, look for the request id in the server's log")
	}
	st := status(e.Code)
	p := Problem{
		Type: "urn:lxconsent:problem:" + string(e.Code), Title: http.StatusText(st), Status: st,
		Code: e.Code, Detail: e.Cause, Fix: e.Fix, Findings: e.Findings,
	}
	return p
}

// unavailableToStrangers is what visitors, and whoever has not proved who they
// are, hear of a failure: why the store does not do it is the operator's own.
func unavailableToStrangers() (cause, fix string) {
	cause, fix = "the store did not answer in time; nothing was lost that had been acknowledged", "try again in a moment"
	return cause, fix
}

func writeProblem(c echo.Context, p Problem) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	if h.Get("Referrer-Policy") == "" {
		h.Set("Referrer-Policy", "no-referrer")
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", credential(c.Path())+` realm="lxconsent"`)
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if c.Request().Method == http.MethodHead {
		return c.NoContent(p.Status)
	}
	return c.Blob(p.Status, "application/problem+json", b)
}

// credential names the scheme in which a route is told who asks: a visitor's own
// records take no key.
func credential(route string) string {
	if route == "/v1/consents/me" {
		return "Consent"
	}
	return "Bearer"
}
