package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
)

type identifyJSON struct {
	Site string `json:"site"`
	// ExternalID is the name by which the site's server knows the account,
	// Proof that server's proof of it.
	ExternalID string `json:"external_id"`
	Proof      string `json:"proof"`
	Consent    string `json:"consent,omitempty"`
	Subject    string `json:"subject,omitempty"`
}

type identifiedJSON struct {
	// Consent is the account's choice as an lx_consent value; left out when
	// neither account nor device has decided anything.
	Consent string `json:"consent,omitempty"`
	// Subject is the account's token; left out when it was set as a cookie.
	Subject string `json:"subject,omitempty"`
}

// identify serves POST /v1/identify.
func (s *Server) identify(c echo.Context) error {
	r := c.Request()
	in, err := decode[identifyJSON](c, consentBounds())
	if err != nil {
		s.allowAnySite(c)
		return err
	}
	live, origin, err := s.fromPage(c, in.Site)
	if err != nil {
		return err
	}
	if in.Subject == "" {
		in.Subject = cookieValue(r, consent.SubjectCookie)
	}
	if in.Consent == "" {
		in.Consent = cookieValue(r, consent.ConsentCookie)
	}
	// Linking can carry an opt-out over, so it is paid for as one.
	if err := s.pay(c, &live.Site, in.Subject, true); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), deadline)
	defer cancel()
	a, err := s.o.Collect.Identify(ctx, collect.Identity{
		Site: in.Site, ExternalID: in.ExternalID, Proof: in.Proof, Consent: in.Consent, Subject: in.Subject,
	})
	if err != nil {
		return s.spent(c, &live.Site, origin, in.Subject, err)
	}
	out := identifiedJSON{Consent: a.Consent, Subject: a.Subject}
	// Before anything was decided, nothing is stored on the device.
	if a.Consent != "" {
		s.keepCookie(c, &live.Site, origin, consent.ConsentCookie, a.Consent, false)
		if s.keepCookie(c, &live.Site, origin, consent.SubjectCookie, a.Subject, true) {
			out.Subject = ""
		}
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, out)
}

type identifySecretJSON struct {
	Secret string `json:"secret"`
}

// identifySecret serves GET /v1/sites/:site/identify-secret.
func (s *Server) identifySecret(c echo.Context) error {
	live, err := s.o.Publish.Live(c.Param("site"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, identifySecretJSON{consent.IdentifySecret(s.o.Keys, live.Site.Tenant, live.Site.ID)})
}
