package main

import (
	"context"
	"net/http"
	"net/url"
)

type ledgerCmd struct {
	Export ledgerExportCmd `cmd:"" help:"Print all records of a site, one JSON object a line, in the order in which they came."`
}

type ledgerExportCmd struct {
	Site string `required:"" help:"The site's id."`
	remote
}

// Run streams the export to the output; nothing is held in memory.
func (c *ledgerExportCmd) Run(ctx context.Context, s streams) error {
	return c.stream(ctx, http.MethodGet, "/v1/sites/"+url.PathEscape(c.Site)+"/records", s.out)
}
