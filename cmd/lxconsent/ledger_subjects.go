package main

import (
	"context"
	"net/http"
	"net/url"
)

type ledgerSubjectsCmd struct {
	Site string `required:"" help:"The site's id."`
	From string `help:"The first date or time, such as 2026-12-01 or 2026-12-01T15:04:05Z." placeholder:"TIME"`
	To   string `help:"The time before which it ends; a date holds the whole day." placeholder:"TIME"`
	remote
}

// Run streams the list to the output.
func (c *ledgerSubjectsCmd) Run(ctx context.Context, s streams) error {
	return c.stream(ctx, http.MethodGet, "/v1/sites/"+url.PathEscape(c.Site)+"/subjects?"+url.Values{"from": {c.From}, "to": {c.To}}.Encode(), s.out)
}
