package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// page serves a page until the test ends.
func page(t *testing.T, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestVerifyTellsWhatIsWrongWithAPage(t *testing.T) {
	t.Parallel()
	s := start(t)
	tag := `<script src="` + s.url + `/s/demo.js"></script>`
	good := page(t, "<!doctype html><head>"+tag+"</head>")
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"the demo page":        {[]string{s.url + "/demo/"}, 0, "the script of edition"},
		"a good page":          {[]string{good, "--site", "demo", "--server", s.url}, 0, "no known tag runs"},
		"another site's tag":   {[]string{good, "--site", "shop"}, 1, "the tag is that of the site demo"},
		"another server's tag": {[]string{good, "--server", "https://c.example"}, 1, "other-tag"},
		"no tag":               {[]string{page(t, "<p>")}, 1, "tag-missing"},
		"an unknown site":      {[]string{page(t, strings.Replace(tag, "demo", "nobody", 1))}, 1, "script-unknown"},
		"no page":              {[]string{"http://127.0.0.1:1/"}, 1, "page-not-reached"},
		"no address":           {[]string{"demo"}, 1, "https://www.example.com/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, out := lx(t, append([]string{"verify", "--json"}, c.args...)...); status != c.status || !strings.Contains(out, c.want) {
				t.Errorf("%d %s", status, out)
			}
		})
	}
}

func TestTheInstallCheckAsksItsOwnPagesAndNoPrivateOnes(t *testing.T) {
	t.Parallel()
	s := start(t)
	check := func(url string, o ...option) answer {
		return s.do(http.MethodPost, "/v1/sites/demo/install-check", `{"url":"`+url+`"}`, o...)
	}
	if a := check(s.url+"/demo/", operator); a.status != http.StatusOK || a.field(t, "ok") != true || a.text(t, "site") != "demo" {
		t.Errorf("the demo page: %d %s", a.status, a.body)
	}
	if a := check(page(t, "<p>"), operator); a.status != http.StatusOK || a.field(t, "ok") != false || !strings.Contains(string(a.body), `"page-not-public"`) {
		t.Errorf("a private page: %d %s", a.status, a.body)
	}
	here := page(t, "<p>")
	b, err := os.ReadFile(edit(t, example("leadiumx.json"), func(m map[string]any) { m["id"], m["cookie_domain"], m["origins"] = "local", "", []string{here} }))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.do(http.MethodPut, "/v1/sites/local", string(b), operator); a.status != http.StatusOK {
		t.Fatalf("apply = %d %s", a.status, a.body)
	}
	for who, c := range map[string]struct {
		opts []option
		told bool
	}{
		"who sits at the machine":    {[]option{operator}, true},
		"who is behind its proxy":    {[]option{operator, from("198.51.100.7")}, false},
		"who is behind another kind": {[]option{operator, header("Forwarded", "for=198.51.100.7")}, false},
	} {
		a := s.do(http.MethodPost, "/v1/sites/local/install-check", `{"url":"`+here+`/"}`, c.opts...)
		if a.status != http.StatusOK || strings.Contains(string(a.body), `"page-not-public"`) == c.told {
			t.Errorf("a page of the site on the server's machine, for %s: %d %s", who, a.status, a.body)
		}
	}
	if a := check("nonsense", operator); a.status != http.StatusUnprocessableEntity {
		t.Errorf("no address: %d %s", a.status, a.body)
	}
	if a := check(s.url); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.status)
	}
	var last answer
	for range 12 {
		last = check(s.url+"/demo/", operator)
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("the thirteenth at once: %d", last.status)
	}
}
