package main

import (
	"fmt"

	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/consent/law/rules"
	"github.com/leadiumx/consent/server/web"
)

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
