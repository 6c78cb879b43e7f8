package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
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
	// scheme is what the token is; empty means Bearer.
	scheme string
}

// call sends one request and decodes the answer into out, which may be nil. A
// problem document comes back as the error that it describes.
func (r *remote) call(ctx context.Context, method, path string, body []byte, out any) error {
	wait := 30 * time.Second
	if method != http.MethodGet {
		// A publication compiles the script in each language of its site first.
		wait = 5 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
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
	if err := json.Unmarshal(b, out); err != nil {
		return r.stranger("with something else than "+path+" does", err)
	}
	return nil
}

// stranger is the failure of an answer that is none of a consent server.
func (r *remote) stranger(how string, err error) error {
	return &consent.Error{
		Code: consent.Unavailable, Cause: "what is at " + r.Server + " answered " + how + ", so it is no consent server, or stands before one",
		Fix: "say with --server where the consent server is, and look at the proxy before it", Err: err,
	}
}

// stalled is how long an answer of any length may bring nothing: a large ledger
// may hold nothing of what is looked for.
const stalled = 10 * time.Minute

// stream copies an answer of any length to w, for as long as something comes.
func (r *remote) stream(ctx context.Context, method, path string, w io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(stalled, func() {
		cancel(consent.Fail(consent.Unavailable, "the server at "+r.Server+" has sent nothing for ten minutes", "look at its log, and try again"))
	})
	defer watch.Stop()
	res, err := r.send(ctx, method, path, nil)
	if err == nil {
		defer res.Body.Close()
		_, err = io.Copy(w, &watched{res.Body, watch})
	}
	switch {
	case err == nil:
		return nil
	case context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case res == nil:
		return err
	}
	return &consent.Error{Code: consent.Unavailable, Cause: "the answer of " + r.Server + " was cut", Fix: "look at its log and at what stands between, and try again", Err: err}
}

// watched is an answer that puts off its end whenever something of it comes.
type watched struct {
	io.Reader
	end *time.Timer
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.end.Reset(stalled)
	}
	return n, err
}

// maxWait is the longest that a command waits for a budget of the server.
const maxWait = time.Minute

// waited waits for as long as a server says, and reports whether there was time
// for it: whoever applies a hundred sites with an API key need not slow down by
// themselves.
func waited(ctx context.Context, after string) bool {
	seconds, err := strconv.Atoi(after)
	wait := time.Duration(seconds) * time.Second
	if end, ok := ctx.Deadline(); err != nil || wait < 0 || wait > maxWait || ok && time.Until(end) <= wait {
		return false
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

func (r *remote) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	token, err := readToken(r.TokenFile, r.Token)
	if err != nil {
		return nil, err
	}
	if at, err := url.Parse(r.Server); err != nil || (at.Scheme != "http" && at.Scheme != "https") || at.Host == "" {
		return nil, consent.Fail(consent.Invalid, fmt.Sprintf("--server %q is not the address of a server", r.Server), "write it as https://consent.example.com, or http://localhost:8080")
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.Server, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if token != "" {
		req.Header.Set("Authorization", cmp.Or(r.scheme, "Bearer")+" "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	if r.tenant != "" {
		req.Header.Set("Consent-Tenant", r.tenant)
	}
	res, err := http.DefaultClient.Do(req)
	for ; err == nil && res.StatusCode == http.StatusTooManyRequests && waited(ctx, res.Header.Get("Retry-After")); res, err = http.DefaultClient.Do(req) {
		if err = res.Body.Close(); err != nil {
			break
		}
		if req.Body, err = req.GetBody(); err != nil {
			break
		}
	}
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
	if err := json.Unmarshal(b, &p); err != nil || p.Code == "" {
		return nil, r.stranger(res.Status, nil)
	}
	if res.StatusCode == http.StatusUnauthorized {
		// The server speaks to whoever calls it by HTTP.
		p.Fix = "name the file of the operator's token, or of an API key, with --api-token-file, or set LXCONSENT_API_TOKEN"
	}
	return nil, &consent.Error{Code: p.Code, Cause: p.Detail, Fix: p.Fix, Findings: p.Findings}
}
