package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/install"
)

type verifyCmd struct {
	URL    string `arg:"" help:"The page's address."`
	Server string `help:"The address of the consent server that the tag must name; none takes any." placeholder:"URL"`
	Site   string `help:"The site that the tag must name; none takes any."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run checks whether a page carries the tag in the right way. It fetches from
// this machine, so pages in private networks can be checked too.
func (c *verifyCmd) Run(ctx context.Context, s streams) error {
	subject := install.Subject{Server: strings.TrimSuffix(c.Server, "/")}
	result, err := install.Check(ctx, &install.Fetcher{Everything: true}, c.URL, subject)
	if err != nil {
		return err
	}
	if result.Site != "" && c.Site != "" && result.Site != c.Site {
		result.OK = false
		result.Findings = append(result.Findings, install.PageFinding{
			Code: "other-tag", Level: install.Error, Cause: "the tag is that of the site " + result.Site, Fix: "put the tag of " + c.Site + " in its place",
		})
	}
	if c.JSON {
		if err := printJSON(s, result); err != nil {
			return err
		}
	} else {
		printInstall(s, result.Findings)
	}
	if !result.OK {
		return consent.Fail(consent.Invalid, "the page is not installed as it should be", "mend what is marked as an error")
	}
	return nil
}

func printInstall(s streams, all []install.PageFinding) {
	for _, f := range all {
		where := ""
		if f.Line > 0 {
			where = fmt.Sprintf(" (line %d)", f.Line)
		}
		fmt.Fprintf(s.out, "%-8s %s%s\n", f.Level, f.Cause, where)
		if f.Fix != "" {
			fmt.Fprintf(s.out, "         → %s\n", f.Fix)
		}
	}
}
