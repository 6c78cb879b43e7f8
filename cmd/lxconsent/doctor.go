package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// doctorCmd looks at what serve would be given: it takes the same flags and
// the same environment.
type doctorCmd struct {
	serveCmd
	JSON bool `name:"json" help:"Print JSON."`
}

// verdict is how one thing stands.
type verdict struct {
	// Check names what was looked at, Status is ok, warning or error.
	Check  string `json:"check"`
	Status string `json:"status"`
	Cause  string `json:"cause"`
	Fix    string `json:"fix,omitempty"`
}

const (
	fine    = "ok"
	warning = "warning"
	failing = "error"
)

// patient gathers verdicts.
type patient struct {
	ctx  context.Context
	c    *serveCmd
	now  func() time.Time
	list []verdict
}

func (p *patient) say(check, status, cause, fix string) {
	p.list = append(p.list, verdict{check, status, cause, fix})
}

// fails says what an error says.
func (p *patient) fails(check string, err error) {
	var cause, fix string
	if e := asError(err); e != nil {
		cause, fix = e.Cause, e.Fix
		if e.Err != nil {
			cause += ": " + e.Err.Error()
		}
	} else {
		cause = err.Error()
	}
	if fix == "" {
		fix = "look at the cause, then run doctor again"
	}
	p.say(check, failing, cause, fix)
}

// Run looks at everything and prints what it found; it fails when something is
// wrong, not for warnings.
func (c *doctorCmd) Run(ctx context.Context, s streams) error {
	p := &patient{ctx: ctx, c: &c.serveCmd, now: s.clock()}
	for _, look := range []func(){p.folder, p.keys, p.token, p.redis, p.geo, p.clock, p.server, p.address, p.proxies} {
		look()
	}
	bad := 0
	for _, v := range p.list {
		if v.Status == failing {
			bad++
		}
	}
	if c.JSON {
		if err := printJSON(s, map[string]any{"ok": bad == 0, "checks": p.list}); err != nil {
			return err
		}
	} else {
		for _, v := range p.list {
			fmt.Fprintf(s.out, "%-8s %-15s %s\n", v.Status, v.Check, v.Cause)
			if v.Fix != "" {
				fmt.Fprintf(s.out, "%s→ %s\n", strings.Repeat(" ", 25), v.Fix)
			}
		}
	}
	if bad > 0 {
		return consent.Fail(consent.Invalid, counted(bad, "check")+" failed", "mend what is marked as an error")
	}
	return nil
}

// warnings collects what is logged, as text.
type warnings struct{ list []string }

func (w *warnings) Write(b []byte) (int, error) {
	var line struct {
		Level string `json:"level"`
		Msg   string `json:"msg"`
	}
	if json.Unmarshal(b, &line) == nil && line.Level != "INFO" {
		w.list = append(w.list, line.Msg)
	}
	return len(b), nil
}
