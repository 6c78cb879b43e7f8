package main

import (
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
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
	at := s.clock()()
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
