package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/web"
)

// remote says which server a command talks to.
type remote struct {
	Server    string `default:"http://localhost:8080" help:"The server's address." env:"LXCONSENT_SERVER"`
	Token     string `help:"The operator's API token." env:"LXCONSENT_API_TOKEN,LXCONSENT_TOKEN"`
	TokenFile string `name:"api-token-file" help:"File with the operator's API token." type:"path"`

	// tenant is the organisation in which the operator acts; empty means all.
	tenant string
}

// call sends one request and decodes the answer into out, which may be nil. A
// problem document comes back as the error that it describes.
func (r *remote) call(ctx context.Context, method, path string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	res, err := r.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if out == nil || len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, out)
}

// stream copies an answer of any length to w.
func (r *remote) stream(ctx context.Context, method, path string, w io.Writer) error {
	res, err := r.send(ctx, method, path, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(w, res.Body); err != nil {
		return fmt.Errorf("the answer was cut: %w", err)
	}
	return nil
}

func (r *remote) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	token := r.Token
	if r.TokenFile != "" {
		b, err := os.ReadFile(r.TokenFile)
		if err != nil {
			return nil, unread("the API token file", r.TokenFile, err)
		}
		token = strings.TrimSpace(string(b))
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.Server, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	if r.tenant != "" {
		req.Header.Set("Consent-Tenant", r.tenant)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, &consent.Error{Code: consent.Unavailable, Cause: "the server at " + r.Server + " does not answer", Fix: "start it, or say where it is with --server", Err: err}
	}
	if res.StatusCode < http.StatusBadRequest {
		return res, nil
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	var p web.Problem
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("the server answered %s", res.Status)
	}
	return nil, &consent.Error{Code: p.Code, Cause: p.Detail, Fix: p.Fix, Findings: p.Findings}
}

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
	switch {
	case !p.Changed:
		fmt.Fprintf(s.out, "%s: edition %d is live already, nothing to do\n", p.Site, p.Edition)
	case p.EffectiveAt.After(clock()()):
		fmt.Fprintf(s.out, "%s: edition %d takes effect at %s; until then its pages announce it\n", p.Site, p.Edition, p.EffectiveAt.Format(time.RFC3339))
	case p.Since == p.Edition && p.Edition > 1:
		fmt.Fprintf(s.out, "%s: edition %d is live; visitors are asked again, since it asks for something new\n", p.Site, p.Edition)
	default:
		fmt.Fprintf(s.out, "%s: edition %d is live\n", p.Site, p.Edition)
	}
	printFindings(s.out, p.Findings)
	return nil
}

type siteApplyCmd struct {
	File string `short:"f" required:"" help:"The site document." type:"path"`
	when
	JSON bool `name:"json" help:"Print JSON."`
	remote
}

// Run applies a site document.
func (c *siteApplyCmd) Run(ctx context.Context, s streams) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return unread("the site document", c.File, err)
	}
	var head struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return &consent.Error{Code: consent.Invalid, Cause: c.File + " is no JSON object", Fix: "mend it; the schema for your editor is at /v1/schema/site.json of the server", Err: err}
	}
	if head.ID == "" {
		return consent.Fail(consent.Invalid, c.File+" has no `id`", "give the site an id of a-z, 0-9 and hyphen")
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
			draft := "same"
			if x.Changed {
				draft = "changed"
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", x.ID, x.Name, x.Edition, x.PublishedAt.Format(time.DateTime), draft)
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

type checkCmd struct {
	Site    string   `required:"" help:"The site's id."`
	Purpose []string `required:"" help:"The purposes."`
	Subject string   `help:"The visitor's subject; left out, nobody is known."`
	Place   string   `default:"unknown" help:"Where the visitor is."`

	ExternalID string `help:"The name of an account, instead of a subject."`
	// JSON is what it prints anyway; scripts give the flag to every command.
	JSON bool `name:"json" hidden:""`
	remote
}

// Run prints the decisions as JSON.
func (c *checkCmd) Run(ctx context.Context, s streams) error {
	q := url.Values{"site": {c.Site}, "purpose": c.Purpose, "place": {c.Place}}
	if c.Subject != "" {
		q.Set("subject", c.Subject)
	}
	if c.ExternalID != "" {
		q.Set("external_id", c.ExternalID)
	}
	var out map[string]any
	if err := c.call(ctx, http.MethodGet, "/v1/check?"+q.Encode(), nil, &out); err != nil {
		return err
	}
	return printJSON(s, out)
}
