package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/leadiumx/consent/consent"
)

type ledgerCmd struct {
	Export   ledgerExportCmd   `cmd:"" help:"Print all records of a site, one JSON object a line or as CSV, in the order in which they came."`
	Subjects ledgerSubjectsCmd `cmd:"" help:"Print whom a window of time is about: the subjects with a record in it, one JSON object a line."`
	Verify   ledgerVerifyCmd   `cmd:"" help:"Check that no record was edited, removed, inserted, reordered or cut off."`
}

type ledgerExportCmd struct {
	Site   string `required:"" help:"The site's id."`
	Format string `default:"ndjson" enum:"ndjson,csv" help:"ndjson or csv."`
	After  string `help:"The cursor of the last line that you have; the export goes on behind it." placeholder:"CURSOR"`
	Proof  bool   `help:"With the evidence, the keys that open it and the signed statements, for ledger verify."`
	remote
}

// Run streams the export to the output; nothing is held in memory.
func (c *ledgerExportCmd) Run(ctx context.Context, s streams) error {
	what := "/records?" + url.Values{"format": {c.Format}, "after": {c.After}}.Encode()
	if c.Proof {
		if c.Format != "ndjson" || c.After != "" {
			return consent.Fail(consent.Invalid, "a proof is of all records, as NDJSON", "leave out --format and --after")
		}
		what = "/proof"
	}
	return c.stream(ctx, http.MethodGet, "/v1/sites/"+url.PathEscape(c.Site)+what, s.out)
}
