package main

import (
	"cmp"
	"context"
	"errors"
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
	PublicURL string `placeholder:"URL" help:"Address under which visitors reach the server; left out, that of --server, else http://localhost:8080." env:"LXCONSENT_PUBLIC_URL"`
	Server    string `placeholder:"URL" help:"Address under which this machine reaches the server; left out, the public one." env:"LXCONSENT_SERVER"`
	Inline    bool   `help:"Print the inline gate, which releases the tags of returning visitors with no request. The server must run."`
}

// askWait is how long the tag waits for a server to say that the site exists.
const askWait = 5 * time.Second

// Run prints the tag, or the inline gate with the source that a Content
// Security Policy needs for it. A server that runs must know the site; the tag
// is printed without one, too, and the errors say that nobody was asked.
func (c *embedCmd) Run(ctx context.Context, s streams) error {
	flag := "--public-url"
	if c.PublicURL == "" {
		flag = "--server"
	}
	base, err := publicURL(flag, cmp.Or(c.PublicURL, c.Server, "http://localhost:8080"))
	if err != nil {
		return err
	}
	if c.Site == "" || url.PathEscape(c.Site) != c.Site {
		return consent.Fail(consent.Invalid, fmt.Sprintf("%q is not the id of a site", c.Site), "give an id that `lxconsent site list` prints")
	}
	if c.Inline {
		return c.inline(ctx, s, base)
	}
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	res, err := c.gate(ctx, base)
	switch {
	case err == nil:
		res.Body.Close()
	case consent.CodeOf(err) == consent.UnknownSite:
		return err
	default:
		fmt.Fprintf(s.err, "lxconsent: nobody could say whether the site %q exists: %v\n", c.Site, err)
	}
	_, err = fmt.Fprintln(s.out, web.Tag(base, c.Site))
	return err
}

// gate asks the server for the site's inline gate, which needs no credential.
func (c *embedCmd) gate(ctx context.Context, base string) (*http.Response, error) {
	res, err := (&remote{Server: cmp.Or(strings.TrimSuffix(c.Server, "/"), base)}).send(ctx, http.MethodGet, "/v1/inline/"+url.PathEscape(c.Site)+"?gate=1", nil)
	if e := (*consent.Error)(nil); errors.As(err, &e) && e.Code == consent.UnknownSite {
		return nil, &consent.Error{Code: e.Code, Cause: e.Cause, Fix: "give an id that `lxconsent site list` prints, or publish the site with `lxconsent site apply -f FILE`"}
	}
	return res, err
}

func (c *embedCmd) inline(ctx context.Context, s streams, base string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	res, err := c.gate(ctx, base)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	markup, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return consent.Errorf(consent.Unavailable, "the answer of %s was cut: %w", base, err)
	}
	// The server names itself as it was told to; visitors reach it as this command was told.
	gate, _, whole := strings.Cut(string(markup), "</script>")
	if !whole {
		return consent.Fail(consent.Unavailable, "the answer of "+base+" holds no script", "check that --server leads to the consent server")
	}
	_, err = fmt.Fprintf(s.out, "<!-- Content-Security-Policy: script-src %s %s; connect-src %[2]s\n     A grant from a place whose law asks less counts until the script has come: see docs/embedding.md. -->\n%s</script>%s\n", res.Header.Get("Consent-CSP-Hash"), base, gate, strings.Replace(web.Tag(base, c.Site), "<script ", "<script async ", 1))
	return err
}
