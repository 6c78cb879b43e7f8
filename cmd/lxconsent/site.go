package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/leadiumx/consent/consent"
)

type siteCmd struct {
	Apply    siteApplyCmd    `cmd:"" help:"Create or update a site from a document and publish it."`
	Export   siteExportCmd   `cmd:"" help:"Print the document of a site, as apply takes it."`
	List     siteListCmd     `cmd:"" help:"List all sites."`
	Publish  sitePublishCmd  `cmd:"" help:"Publish a site's draft."`
	Rollback siteRollbackCmd `cmd:"" help:"Publish an earlier edition again."`

	IdentifySecret siteIdentifySecretCmd `cmd:"" help:"Print the secret with which the site's server proves the names of its accounts."`
}

type published struct {
	Site    string `json:"site"`
	Edition int    `json:"edition"`
	Hash    string `json:"hash"`
	Changed bool   `json:"changed"`
	Since   int    `json:"since"`
	// Findings are the warnings of the banner rules.
	Findings []consent.Finding `json:"findings"`
	// EffectiveAt is when the edition takes effect.
	EffectiveAt time.Time `json:"effective_at"`
}

func (p published) print(s streams, asJSON bool) error {
	if asJSON {
		return printJSON(s, p)
	}
	again := ""
	if p.Since == p.Edition && p.Edition > 1 {
		again = "; visitors are asked again, since it asks for something new"
	}
	switch {
	case !p.Changed:
		fmt.Fprintf(s.out, "%s: edition %d is live already, nothing to do\n", p.Site, p.Edition)
	case p.EffectiveAt.After(s.clock()()):
		fmt.Fprintf(s.out, "%s: edition %d takes effect at %s; until then its pages announce it%s\n", p.Site, p.Edition, p.EffectiveAt.Format(time.RFC3339), again)
	default:
		fmt.Fprintf(s.out, "%s: edition %d is live%s\n", p.Site, p.Edition, again)
	}
	printFindings(s.out, p.Findings)
	return nil
}

type siteApplyCmd struct {
	File string `short:"f" required:"" help:"The site document, or - for standard input." type:"path"`
	when
	JSON bool `name:"json" help:"Print JSON."`
	remote
}

// Run applies a site document.
func (c *siteApplyCmd) Run(ctx context.Context, s streams) error {
	b, err := s.read("the site document", c.File)
	if err != nil {
		return err
	}
	var head struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return &consent.Error{Code: consent.Invalid, Cause: called(c.File) + " is no JSON object", Fix: "mend it; the schema for your editor is at /v1/schema/site.json of the server", Err: err}
	}
	if head.ID == "" {
		return consent.Fail(consent.Invalid, called(c.File)+" has no `id`", "give the site an id of a-z, 0-9 and hyphen")
	}
	var p published
	if err := c.call(ctx, http.MethodPut, "/v1/sites/"+url.PathEscape(head.ID)+"?"+c.query().Encode(), b, &p); err != nil {
		return err
	}
	return p.print(s, c.JSON)
}

type siteExportCmd struct {
	Site  string `arg:"" help:"The site's id."`
	Draft bool   `help:"The draft instead of what is live."`
	remote
}

// Run prints a site document.
func (c *siteExportCmd) Run(ctx context.Context, s streams) error {
	path := "/v1/sites/" + url.PathEscape(c.Site) + "/document"
	if c.Draft {
		path += "?draft=1"
	}
	return c.stream(ctx, http.MethodGet, path, s.out)
}

type siteListCmd struct {
	list
	remote
}

// Run lists sites.
func (c *siteListCmd) Run(ctx context.Context, s streams) error {
	var out struct {
		Sites []struct {
			ID          string    `json:"id"`
			Name        string    `json:"name"`
			Edition     int       `json:"edition"`
			PublishedAt time.Time `json:"published_at,omitzero"`
			Changed     bool      `json:"changed"`
		} `json:"sites"`
	}
	if err := c.call(ctx, http.MethodGet, "/v1/sites", nil, &out); err != nil {
		return err
	}
	return c.print(s, out, "ID\tNAME\tEDITION\tPUBLISHED\tDRAFT", func(w io.Writer) {
		for _, x := range out.Sites {
			draft, published := "same", "never"
			if x.Changed {
				draft = "changed"
			}
			if !x.PublishedAt.IsZero() {
				published = x.PublishedAt.Format(time.DateTime)
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", x.ID, x.Name, x.Edition, published, draft)
		}
	})
}

type sitePublishCmd struct {
	Site string `arg:"" help:"The site's id."`
	when
	JSON bool `name:"json" help:"Print JSON."`
	remote
}

// Run publishes a draft.
func (c *sitePublishCmd) Run(ctx context.Context, s streams) error {
	b, err := json.Marshal(c.body())
	if err != nil {
		return err
	}
	var p published
	if err := c.call(ctx, http.MethodPost, "/v1/sites/"+url.PathEscape(c.Site)+"/publish", b, &p); err != nil {
		return err
	}
	return p.print(s, c.JSON)
}

type siteRollbackCmd struct {
	Site    string `arg:"" help:"The site's id."`
	Edition int    `arg:"" help:"The edition to publish again."`
	JSON    bool   `name:"json" help:"Print JSON."`
	remote
}

// Run rolls a site back.
func (c *siteRollbackCmd) Run(ctx context.Context, s streams) error {
	b, err := json.Marshal(map[string]int{"edition": c.Edition})
	if err != nil {
		return err
	}
	var p published
	if err := c.call(ctx, http.MethodPost, "/v1/sites/"+url.PathEscape(c.Site)+"/rollback", b, &p); err != nil {
		return err
	}
	return p.print(s, c.JSON)
}
