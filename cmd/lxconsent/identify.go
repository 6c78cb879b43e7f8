package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

type siteIdentifySecretCmd struct {
	Site string `arg:"" help:"The site's id."`
	remote
}

// Run prints the secret with which the site's own server proves the names of
// its accounts.
func (c *siteIdentifySecretCmd) Run(ctx context.Context, s streams) error {
	var out struct {
		Secret string `json:"secret"`
	}
	if err := c.call(ctx, http.MethodGet, "/v1/sites/"+url.PathEscape(c.Site)+"/identify-secret", nil, &out); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, out.Secret)
	return err
}
