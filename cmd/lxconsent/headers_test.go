package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/web"
)

// What browsers are told to forbid, by kind of answer. A value that begins with
// "!" must not stand in the header.
func TestEachKindOfAnswerForbidsWhatItDoesNotNeed(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.do(http.MethodPost, "/v1/sites/demo/draft/preview", `{"place":"FR","locale":"en"}`, operator)
	_, preview, _ := strings.Cut(made.text(t, "url"), "/preview/")
	managed := map[string][]string{
		"Content-Security-Policy":      {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "sandbox"},
		"X-Frame-Options":              {"DENY"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Referrer-Policy":              {"no-referrer"},
		"Cache-Control":                {"no-store"},
	}
	quiet := map[string][]string{"Referrer-Policy": {"no-referrer"}, "X-Content-Type-Options": {"nosniff"}}
	for name, c := range map[string]struct {
		path    string
		opts    []option
		headers map[string][]string
	}{
		"what people manage":          {"/v1/sites", []option{operator}, managed},
		"who may not manage":          {"/v1/sites", nil, managed},
		"who is signed in":            {"/v1/session", []option{operator}, managed},
		"a file with what was stored": {"/v1/sites/demo/records", []option{operator}, managed},
		"the dashboard":               {"/dashboard/", nil, map[string][]string{"Content-Security-Policy": {"default-src 'none'", "frame-ancestors 'none'"}, "Cache-Control": {"no-store"}}},
		"the visitor's own page": {"/privacy/demo", nil, map[string][]string{
			"Content-Security-Policy": {"default-src 'none'", "script-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "!unsafe"},
			"Cache-Control":           {"private, no-store"}, "Referrer-Policy": {"strict-origin-when-cross-origin"},
		}},
		// An origin of its own keeps a draft away from the dashboard's session.
		"a preview": {"/preview/" + preview, nil, map[string][]string{
			"Content-Security-Policy": {"sandbox allow-scripts;", "!allow-same-origin", "default-src 'none'", "frame-ancestors 'self'", "base-uri 'none'", "form-action 'none'", "!unsafe"},
			"Cache-Control":           {"no-store"},
		}},
		"a notice":            {"/v1/notice?site=demo", nil, quiet},
		"a script":            {"/s/demo.js", nil, quiet},
		"no script":           {"/s/nobody.js", nil, quiet},
		"whether we are well": {"/healthz", nil, quiet},
		"what is not there":   {"/nobody", nil, quiet},
		"a question of none":  {"/v1/check?site=demo", nil, quiet},
		"the list of cookies": {"/s/demo/declaration.html", nil, map[string][]string{"Content-Security-Policy": {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "!unsafe"}}},
	} {
		a := s.do(http.MethodGet, c.path, "", c.opts...)
		for header, wants := range c.headers {
			for _, want := range wants {
				want, not := strings.CutPrefix(want, "!")
				if strings.Contains(a.header.Get(header), want) == not {
					t.Errorf("%s: %d %s: %q", name, a.status, header, a.header.Get(header))
				}
			}
		}
	}
}

// Every address is asked by somebody who lies about the host, as a poisoned
// cache would be, and by a page of another site.
func TestNoAnswerRepeatsTheHostOrServesTheDataOfPeopleToOtherSites(t *testing.T) {
	t.Parallel()
	s := start(t)
	const lie = "evil.example"
	hostile := []option{
		func(r *http.Request) { r.Host = lie }, header("X-Forwarded-Host", lie), header("X-Host", lie), header("X-Original-URL", "/"+lie), header("Forwarded", "host="+lie),
		header("X-Forwarded-Proto", "https"), header("X-Forwarded-Prefix", "/"+lie), fromPage("https://" + lie),
	}
	for _, r := range web.New(web.Options{Clock: time.Now, Demo: true}).Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		path := strings.ReplaceAll(fill(t, strings.ReplaceAll(strings.ReplaceAll(r.Path, "{file}", "demo.js"), "*", ""), &side{site: "demo", email: "ann@example.com", key: "k", invite: "i"}), "AAAAAAAAAAAAAAAAAAAAAA", id(1))
		for who, opts := range map[string][]option{"nobody": hostile, "the operator": append([]option{operator}, hostile...)} {
			a := s.do(r.Method, path+"?site=demo&purpose=analytics", "", opts...)
			what := r.Method + " " + path + " by " + who
			if a.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: its kind may be guessed", what)
			}
			if got := a.header.Get("Server") + a.header.Get("X-Powered-By") + a.header.Get("Strict-Transport-Security"); got != "" {
				t.Errorf("%s: %q", what, got)
			}
			if a.header.Get("Set-Cookie") != "" {
				t.Errorf("%s sets a cookie", what)
			}
			if got := a.header.Get("Access-Control-Allow-Origin"); got != "" && got != "*" || a.header.Get("Access-Control-Allow-Credentials") != "" || got != "" && r.Permission != "public" {
				t.Errorf("%s is read by other sites: %q", what, got)
			}
			for name, values := range a.header {
				if strings.Contains(strings.Join(values, " "), lie) {
					t.Errorf("%s repeats the host in %s: %q", what, name, values)
				}
			}
			if strings.Contains(string(a.body), lie) {
				t.Errorf("%s repeats the host: %.300s", what, a.body)
			}
		}
	}
}

func TestOverHTTPSCookiesAreBoundToTheirHostAndNobodyLendsAnother(t *testing.T) {
	t.Parallel()
	s := start(t, "--trusted-proxies", "127.0.0.0/8")
	https := header("X-Forwarded-Proto", "https")
	a := s.do(http.MethodPost, "/v1/session", `{"setup":"`+s.setup+`"}`, https)
	k := a.cookie["__Host-lx_session"]
	if k == nil || !k.Secure || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Path != "/" || k.Domain != "" || len(a.header.Values("Set-Cookie")) != 1 {
		t.Fatalf("%d %v", a.status, a.header.Values("Set-Cookie"))
	}
	if a.header.Get("Strict-Transport-Security") != "max-age=63072000; includeSubDomains" {
		t.Errorf("HSTS: %q", a.header.Get("Strict-Transport-Security"))
	}
	if b := s.do(http.MethodGet, "/v1/sites", "", https, cookie("__Host-lx_session", k.Value)); b.status != http.StatusOK {
		t.Errorf("its own session: %d", b.status)
	}
	// A neighbour under the same domain can set any name but one with the prefix.
	if b := s.do(http.MethodGet, "/v1/sites", "", https, cookie("lx_session", k.Value)); b.status != http.StatusUnauthorized {
		t.Errorf("a session that a neighbour has lent: %d", b.status)
	}
	w := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}, https, fromPage(s.url))
	for name, hidden := range map[string]bool{"lx_consent": false, "lx_subject": true} {
		if k := w.cookie[name]; k == nil || !k.Secure || k.HttpOnly != hidden || k.SameSite != http.SameSiteLaxMode || k.Path != "/" || k.Domain != "" {
			t.Errorf("%s: %v", name, w.header.Values("Set-Cookie"))
		}
	}
}

func TestASignInEndsTheSessionThatWasThereBefore(t *testing.T) {
	t.Parallel()
	s := start(t)
	ann(t, s)
	words := encoded(t, map[string]string{"email": "ann@example.com", "password": annsWords})
	signIn := func(opts ...option) (k *http.Cookie) {
		// A busy machine may take longer for a password than a request may take.
		await(t, "a session", func() bool {
			a := s.do(http.MethodPost, "/v1/session", words, opts...)
			k = a.cookie["lx_session"]
			return a.status != http.StatusServiceUnavailable
		})
		return k
	}
	first := signIn()
	second := signIn(cookie("lx_session", first.Value))
	if second == nil || second.Value == first.Value {
		t.Fatal("a sign-in goes on with the session that somebody may have fixed")
	}
	if a := s.do(http.MethodGet, "/v1/sites", "", cookie("lx_session", first.Value)); a.status != http.StatusUnauthorized {
		t.Errorf("the session before: %d", a.status)
	}
	made := signIn(cookie("lx_session", "made-up-by-somebody-0123456789abcdef"))
	if made == nil || strings.HasPrefix(made.Value, "made-up") {
		t.Error("a session that somebody made up is taken over")
	}
}

// A form of another site can send JSON as plain text, and nothing else.
func TestWhatManagesIsSentAsJSONAndOnlyByOurOwnPages(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	body := `{"name":"Eve"}`
	for name, c := range map[string]struct {
		with []option
		want int
	}{
		"our own page":                      {[]option{fromPage(s.url), header("Sec-Fetch-Site", "same-origin")}, http.StatusOK},
		"plain text of our own page":        {[]option{func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }}, http.StatusUnsupportedMediaType},
		"a form of our own page":            {[]option{func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }}, http.StatusUnsupportedMediaType},
		"another site":                      {[]option{header("Sec-Fetch-Site", "cross-site")}, http.StatusForbidden},
		"a neighbour under the same domain": {[]option{header("Sec-Fetch-Site", "same-site")}, http.StatusForbidden},
		"an old browser on another site":    {[]option{fromPage("https://evil.example")}, http.StatusForbidden},
		"a frame without an origin":         {[]option{fromPage("null")}, http.StatusForbidden},
	} {
		if a := s.do(http.MethodPut, "/v1/me", body, append(c.with, owner.opts...)...); a.status != c.want {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// What others write into addresses and headers could forge a line of the log, or
// speak to the terminal of whoever reads it.
func TestNothingThatASenderWritesStandsInTheLog(t *testing.T) {
	t.Parallel()
	s := start(t, "--access-log")
	const mark = "f0rged"
	lie := "%0a%7b%22level%22:%22ERROR%22,%22msg%22:%22" + mark + "%22%7d%0a%1b%5b31m"
	for _, path := range []string{"/" + lie, "/s/" + lie + ".js", "/v1/check?site=" + lie + "&purpose=" + lie, "/v1/gate?site=demo&cookie=" + lie, "/privacy/" + lie, "/preview/" + lie, "/dashboard/" + lie + ".js", "/v1/sites/" + lie} {
		s.do(http.MethodGet, path, "", operator, header("User-Agent", mark), fromPage("https://"+mark+".example"), cookie(mark, mark), header("X-Forwarded-For", mark), header("X-Request-Id", mark))
		s.do(mark, path, "")
	}
	s.do(http.MethodPost, "/v1/consents", `{"`+mark+`":"`+mark+`"}`)
	s.do(http.MethodPost, "/v1/session", `{"email":"`+mark+`@example.com","password":"`+mark+`"}`)
	s.stop()
	log := s.log.String()
	if strings.Contains(log, mark) || strings.Contains(log, "\x1b") || strings.Contains(log, `\u001b`) || !strings.Contains(log, `"route":"/v1/gate"`) {
		t.Errorf("the log holds what somebody sent, or nothing:\n%s", log)
	}
}

func TestWhoIsNotKnownIsToldWhichCredentialWouldDo(t *testing.T) {
	t.Parallel()
	s := start(t)
	for path, want := range map[string]string{
		"/v1/consents/me?site=demo": `Consent realm="lxconsent"`,
		"/v1/sites":                 `Bearer realm="lxconsent"`,
	} {
		if a := s.do(http.MethodGet, path, ""); a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") != want {
			t.Errorf("%s: %d, %q", path, a.status, a.header.Get("WWW-Authenticate"))
		}
	}
}
