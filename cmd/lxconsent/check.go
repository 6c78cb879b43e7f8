package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/leadiumx/consent/consent"
)

type checkCmd struct {
	Site    string   `required:"" help:"The site's id."`
	Purpose []string `required:"" help:"The purposes."`
	Subject string   `help:"The visitor's subject; left out, nobody is known."`
	Place   string   `default:"unknown" help:"Where the visitor is."`

	ExternalID string `help:"The name of an account, instead of a subject."`
	// JSON is what it prints anyway; scripts give the flag to every command.
	JSON bool `name:"json" hidden:""`
	remote
}

// Run prints the decisions as JSON.
func (c *checkCmd) Run(ctx context.Context, s streams) error {
	q := url.Values{"site": {c.Site}, "purpose": c.Purpose, "place": {c.Place}}
	if c.Subject != "" {
		q.Set("subject", c.Subject)
	}
	if c.ExternalID != "" {
		q.Set("external_id", c.ExternalID)
	}
	// A visitor's token speaks for that visitor, whatever else is asked.
	if _, ok := consent.LaterToken(c.Token, c.Token); ok {
		c.scheme = "Consent"
	}
	var out map[string]any
	if err := c.call(ctx, http.MethodGet, "/v1/check?"+q.Encode(), nil, &out); err != nil {
		return err
	}
	return printJSON(s, out)
}
