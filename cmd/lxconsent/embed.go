package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/web"
)

type embedCmd struct {
	Site      string `arg:"" help:"The site's id."`
	PublicURL string `default:"http://localhost:8080" help:"Address under which visitors reach the server." env:"LXCONSENT_PUBLIC_URL"`
	Inline    bool   `help:"Print the inline gate, which releases the tags of returning visitors with no request. The server must run."`
}

// Run prints the tag, or the inline gate with the source that a Content
// Security Policy needs for it.
func (c *embedCmd) Run(s streams) error {
	base := strings.TrimSuffix(c.PublicURL, "/")
	if c.Site == "" || url.PathEscape(c.Site) != c.Site {
		return consent.Fail(consent.Invalid, fmt.Sprintf("%q is not the id of a site", c.Site), "give an id that `lxconsent site list` prints")
	}
	if !c.Inline {
		_, err := fmt.Fprintln(s.out, web.Tag(base, c.Site))
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	res, err := (&remote{Server: base}).send(ctx, http.MethodGet, "/v1/inline/"+url.PathEscape(c.Site)+"?gate=1", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	markup, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return consent.Errorf(consent.Unavailable, "the answer of %s was cut: %w", base, err)
	}
	_, err = fmt.Fprintf(s.out, "<!-- Content-Security-Policy: script-src %s %s; connect-src %[2]s\n     A grant from a place whose law asks less counts until the script has come: see docs/embedding.md. -->\n%s\n", res.Header.Get("Consent-CSP-Hash"), base, markup)
	return err
}
