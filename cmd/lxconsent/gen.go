package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/consent/law/rules"
	"github.com/leadiumx/consent/server/web"
)

type lawCmd struct {
	Explain lawExplainCmd `cmd:"" help:"Which law binds a visit, and which row decided each field."`
}

type lawExplainCmd struct {
	Place         string `required:"" help:"The visitor's place, for example US-CA, FR or unknown."`
	Establishment string `help:"Where the publisher is established; left out, no second law is added."`
	At            string `help:"The date, as 2026-12-01; default is today."`
	JSON          bool   `name:"json" help:"Print JSON."`
}

// Run prints the explanation.
func (c *lawExplainCmd) Run(s streams) error {
	at := clock()()
	if c.At != "" {
		t, err := time.Parse(time.DateOnly, c.At)
		if err != nil {
			return consent.Fail(consent.Invalid, "--at is not a date", "write it as 2026-12-01")
		}
		at = t
	}
	laws, err := law.Load()
	if err != nil {
		return err
	}
	e, err := laws.Explain(c.Place, c.Establishment, at)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, e)
	}
	_, err = fmt.Fprint(s.out, e)
	return err
}

type routesCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run prints the routes.
func (c *routesCmd) Run(s streams) error {
	routes := web.New(web.Options{Clock: clock(), Demo: true}).Routes()
	if c.JSON {
		return printJSON(s, routes)
	}
	for _, r := range routes {
		fmt.Fprintf(s.out, "%-7s %-32s %s\n", r.Method, r.Path, r.Permission)
	}
	return nil
}

type genCmd struct {
	What string `arg:"" enum:"openapi,site-schema,laws,rules"`
}

// Run prints a generated document.
func (c *genCmd) Run(s streams) error {
	switch c.What {
	case "openapi":
		b, err := web.New(web.Options{Clock: clock(), Version: version}).OpenAPI().YAML()
		if err != nil {
			return err
		}
		_, err = s.out.Write(b)
		return err
	case "rules":
		book, err := rules.Load()
		if err != nil {
			return err
		}
		return writeRules(s.out, book)
	case "laws":
		laws, err := law.Load()
		if err != nil {
			return err
		}
		return writeLaws(s.out, laws)
	default:
		b, err := web.SiteSchema()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, string(b))
		return err
	}
}

func printJSON(s streams, v any) error {
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
