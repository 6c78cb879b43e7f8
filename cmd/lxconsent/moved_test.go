package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
)

// Some clients take a cookie of the host alone and one of the host as a domain for
// the same cookie, as RFC 6265 has it; browsers keep two.
func TestWhatIsLeftSomewhereElseIsTakenAwayBeforeACookieIsSet(t *testing.T) {
	t.Parallel()
	const origin = "https://www.shop.example"
	s := start(t)
	if st, out := s.command("site", "apply", "-f", edit(t, example("leadiumx.json"), func(m map[string]any) {
		m["origins"] = []string{origin}
		delete(m, "cookie_domain")
	})); st != 0 {
		t.Fatal(out)
	}
	note := s.do(http.MethodGet, "/v1/notice?site=leadiumx", "").text(t, "note")
	page, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range byte(3) {
		with := []option{fromPage(origin), func(r *http.Request) { r.Host = page.Host }}
		for _, k := range jar.Cookies(page) {
			with = append(with, cookie(k.Name, k.Value))
		}
		a := s.write(write{"site": "leadiumx", "note": note, "id": id(n + 1), "action": "accept_all", "levels": acceptAll}, with...)
		if a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
		jar.SetCookies(page, (&http.Response{Header: a.header}).Cookies())
		held := map[string]string{}
		for _, k := range jar.Cookies(page) {
			held[k.Name] = k.Value
		}
		if len(held) != 2 || held["lx_consent"] != a.text(t, "consent") || held["lx_subject"] == "" {
			t.Errorf("after choice %d the client holds %v of %q", n+1, held, a.header["Set-Cookie"])
		}
	}
}
