package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/leadiumx/consent/consent"
)

// beside is what a server on this machine says of itself: /readyz to everybody,
// the rest to who has a token.
type beside struct {
	Status     string  `json:"status"`
	Log        string  `json:"log"`
	LogCause   string  `json:"log_cause"`
	LogFix     string  `json:"log_fix"`
	Store      string  `json:"store"`
	StoreCause string  `json:"store_cause"`
	StoreFix   string  `json:"store_fix"`
	Waiting    uint64  `json:"waiting"`
	Oldest     float64 `json:"oldest_seconds"`
}

// server asks the server that runs here how its log and its store are.
func (p *patient) server() {
	const check = "server"
	host, port, err := net.SplitHostPort(p.c.Listen)
	if err != nil {
		p.say(check, failing, "--listen is no address: "+err.Error(), "write it as :8080, 127.0.0.1:8080 or [::1]:8080")
		return
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	r := remote{Server: "http://" + net.JoinHostPort(host, port), Token: p.c.APIToken, TokenFile: p.c.APITokenFile}
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	said, err := r.readiness(ctx)
	switch {
	case consent.CodeOf(err) == consent.Unavailable:
		p.say(check, warning, r.Server+" does not answer", "start the server, or give doctor the --listen that it has")
		return
	case err != nil:
		p.say(check, warning, "what answers at "+r.Server+" is not this program", "give doctor the --listen that the server has")
		return
	}
	if token, err := readToken(r.TokenFile, r.Token); err == nil && token != "" {
		if err := r.call(ctx, http.MethodGet, "/v1/health/details", nil, &said); err != nil {
			p.say(check, warning, "the server does not tell how far its log is: "+err.Error(), "give doctor the API token that the server has")
			return
		}
	}
	p.hears(said)
}

// readiness asks what everybody may know. Errors: Unavailable when nothing
// listens.
func (r *remote) readiness(ctx context.Context) (out beside, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Server+"/readyz", nil)
	if err != nil {
		return out, fmt.Errorf("make the request: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return out, &consent.Error{Code: consent.Unavailable, Cause: r.Server + " does not answer", Err: err}
	}
	defer res.Body.Close()
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 4096)).Decode(&out); err != nil {
		return out, fmt.Errorf("read the answer: %w", err)
	}
	if out.Status == "" {
		return out, fmt.Errorf("%s says nothing of its state", r.Server)
	}
	return out, nil
}

// hears judges what a server says of itself.
func (p *patient) hears(s beside) {
	const (
		check = "server"
		// long is when somebody has to look: a store that is restarted is back sooner.
		long = time.Minute
	)
	cause, fix := s.StoreCause, s.StoreFix
	cause = cmp.Or(cause, "the store does not take them")
	const look = "look at the log of the server; with --api-token-file doctor says more"
	fix = cmp.Or(fix, look)
	waited := time.Duration(s.Oldest * float64(time.Second))
	switch {
	case s.Log == "down":
		why := cmp.Or(s.LogCause, "its log cannot be written to")
		p.say(check, failing, "it takes no decision: "+why, cmp.Or(s.LogFix, look))
	case waited > long:
		p.say(check, failing, fmt.Sprintf("%s have waited %v for the store: %s", counted(int(s.Waiting), "decision"), waited.Round(time.Second), cause), fix)
	case s.Store != "ok":
		p.say(check, warning, "its store is "+s.Store+": "+cause, fix)
	case s.Waiting > 0:
		p.say(check, fine, fmt.Sprintf("it runs; %s wait for the store", counted(int(s.Waiting), "decision")), "")
	default:
		p.say(check, fine, "it runs, and no decision waits for the store", "")
	}
}
