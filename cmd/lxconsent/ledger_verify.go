package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/web"
)

type ledgerVerifyCmd struct {
	File string `arg:"" optional:"" help:"An export made with --proof, or - for standard input; without it the server is asked." type:"path"`
	Site string `help:"The site's id; left out, every site of the server."`
	Keys string `help:"A file with the answer of /v1/keys; without it the server is asked." type:"path"`
	JSON bool   `name:"json" help:"Print JSON."`
	remote
}

// Run checks every record and prints what is wrong.
func (c *ledgerVerifyCmd) Run(ctx context.Context, s streams) error {
	var export io.ReadCloser
	if c.File != "" {
		var err error
		if export, err = s.open("the export", c.File); err != nil {
			return err
		}
		defer export.Close()
	} else if s.piped() {
		// A job without a terminal may have a pipe in which nothing comes.
		fmt.Fprintln(s.err, "lxconsent: the server is asked, and the standard input is not read; `ledger verify -` verifies an export from a pipe")
	}
	keys, err := c.publicKeys(ctx, c.Keys)
	if err != nil {
		return err
	}
	var all []verified
	if export != nil {
		v, err := verify(export, keys)
		if err != nil {
			return err
		}
		all = append(all, v)
	} else if all, err = c.ask(ctx, keys); err != nil {
		return err
	}
	return report(s, c.JSON, all)
}

// ask verifies the ledgers of a running server.
func (c *ledgerVerifyCmd) ask(ctx context.Context, keys []consent.PublicKey) (all []verified, err error) {
	var list struct {
		Sites []struct {
			ID      string `json:"id"`
			Edition int    `json:"edition"`
		} `json:"sites"`
	}
	sites := []string{c.Site}
	if c.Site == "" {
		sites = nil
		if err := c.call(ctx, http.MethodGet, "/v1/sites", nil, &list); err != nil {
			return nil, err
		}
		for _, x := range list.Sites {
			if x.Edition > 0 {
				sites = append(sites, x.ID)
			}
		}
	}
	for _, site := range sites {
		v, err := c.settled(ctx, site, keys)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

const (
	// lookWait is longer than a node takes to sign what it has handed over.
	lookWait = 6 * time.Second
	// maxLooks bounds how long a node is waited for that has much to hand over.
	maxLooks = 20
)

// settled verifies a site, again as long as what has no checkpoint changes: a node
// that was away, or whose clock is behind, hands over what seems old, and signs it
// only then.
func (c *ledgerVerifyCmd) settled(ctx context.Context, site string, keys []consent.PublicKey) (v verified, err error) {
	var before []consent.Fault
	for range maxLooks {
		if v, err = c.site(ctx, site, keys); err != nil || v.uncovered == 0 || slices.Equal(v.Faults, before) {
			return v, err
		}
		before = v.Faults
		select {
		case <-time.After(lookWait):
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
	return v, nil
}

func (c *ledgerVerifyCmd) site(ctx context.Context, site string, keys []consent.PublicKey) (verified, error) {
	out, in := io.Pipe()
	go func() {
		in.CloseWithError(c.stream(ctx, http.MethodGet, "/v1/sites/"+url.PathEscape(site)+"/proof", in))
	}()
	v, err := verify(out, keys)
	return v, errors.Join(err, out.Close())
}

// verified is the outcome for one site.
type verified struct {
	Site     string          `json:"site"`
	Records  int             `json:"records"`
	Erased   int             `json:"erased"`
	Erasures int             `json:"erasures"`
	Young    int             `json:"not_yet_witnessed"`
	Chains   int             `json:"chains"`
	Faults   []consent.Fault `json:"faults"`
	// uncovered are records that seem too old to be without a checkpoint.
	uncovered int
}

func report(s streams, asJSON bool, all []verified) error {
	tampered := false
	for i, v := range all {
		tampered = tampered || len(v.Faults) > 0
		if v.Faults == nil {
			all[i].Faults = []consent.Fault{}
		}
		if asJSON {
			continue
		}
		for _, f := range v.Faults {
			fmt.Fprintf(s.out, "%s: %s: %s\n", v.Site, f.Kind, f.Text)
		}
		state := "intact"
		if len(v.Faults) > 0 {
			state = counted(len(v.Faults), "fault")
		}
		fmt.Fprintf(s.out, "%s: %s, %d of them erased, %d too new for a checkpoint, in %s: %s\n", v.Site, counted(v.Records, "record"), v.Erased, v.Young, counted(v.Chains, "chain"), state)
	}
	if asJSON {
		if err := printJSON(s, all); err != nil {
			return err
		}
	}
	if tampered {
		return errors.New("the ledger was tampered with, or the export was cut")
	}
	return nil
}

// maxProofLine is above what a record and its context can take.
const maxProofLine = 1 << 20

// verify reads a proof. Errors: Invalid for what is none.
func verify(in io.Reader, keys []consent.PublicKey) (verified, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), maxProofLine)
	p := proof{keys: keys, contexts: map[string][]byte{}}
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := p.line(lines.Bytes()); err != nil {
			return p.verified, err
		}
	}
	err := lines.Err()
	switch {
	case consent.CodeOf(err) != "":
		return p.verified, err
	case err != nil:
		return p.verified, &consent.Error{Code: consent.Invalid, Cause: "the export cannot be read to its end", Fix: "check the file; make it again with `lxconsent ledger export --proof`", Err: err}
	case p.audit == nil:
		return p.verified, noProof("the export is empty")
	}
	return p.outcome(), nil
}

func noProof(cause string) error {
	return consent.Fail(consent.Invalid, cause, "make it with `lxconsent ledger export --proof`")
}

// proof is an export that is being read.
type proof struct {
	verified
	keys     []consent.PublicKey
	audit    *consent.Audit
	contexts map[string][]byte
	// n is the number of the last line. Shown says that the export tells which
	// editions there are, ended that its last line was read.
	n            int
	shown, ended bool
}

func (p *proof) fault(kind consent.Tampering, format string, args ...any) {
	p.Faults = append(p.Faults, consent.Fault{Kind: kind, Site: p.Site, Text: fmt.Sprintf(format, args...)})
}

// line takes in one line. Errors: Invalid when the export does not begin as one.
func (p *proof) line(raw []byte) error {
	p.n++
	var l web.ProofLine
	if err := json.Unmarshal(raw, &l); err != nil || l.Type == "" {
		if p.audit == nil {
			return noProof("this is no export that can be verified")
		}
		p.fault(consent.Edited, "line %d cannot be read", p.n)
		return nil
	}
	if l.N != p.n && l.Type != web.ProofEnd {
		p.fault(consent.Reordered, "line %d stands where line %d should be%s", l.N, p.n, about(l))
		p.n = l.N
	}
	switch {
	case l.Type == web.ProofBegin && p.audit == nil:
		p.Site, p.audit = l.Site, consent.NewAudit(l.Site, p.keys)
		p.audit.Until(l.Time)
	case p.audit == nil:
		return noProof("the export does not say of which site it is")
	case l.Type == web.ProofStatement:
		p.audit.Statement(l.JWS)
	case l.Type == web.ProofEditions:
		p.audit.Editions(l.Editions)
		p.shown = true
	case l.Type == web.ProofContext:
		p.contexts[l.Code] = l.Context
	case l.Type == web.ProofRecord && l.Record != nil:
		r := *l.Record
		r.Secret, r.Sealed = l.Key, &consent.Sealed{Context: p.contexts[l.Code], Evidence: l.Evidence}
		p.audit.Record(r)
	case l.Type == web.ProofEnd:
		p.ended = true
	default:
		p.fault(consent.Inserted, "line %d is of the unknown kind %q", p.n, l.Type)
	}
	return nil
}

// outcome is what all lines together say.
func (p *proof) outcome() verified {
	a := p.audit
	p.Faults = append(p.Faults, a.Faults()...)
	p.Records, p.Erased, p.Erasures, p.Young, p.Chains = a.Records, a.Erased, a.Erasures, a.Young, a.Chains()
	p.uncovered = a.Uncovered
	switch {
	case !p.ended:
		p.fault(consent.Truncated, "the export was cut: its last line is missing")
	case !p.shown:
		p.fault(consent.Removed, "the export does not say which editions the store has")
	}
	return p.verified
}

func about(l web.ProofLine) string {
	if l.Record == nil {
		return ""
	}
	return ": it holds record " + l.Record.ID
}
