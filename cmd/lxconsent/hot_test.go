package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// The answers that every page asks for are written by hand, past what Echo and
// net/http offer for comfort: these are all of their headers.
func TestHotAnswersCarryAllTheirHeadersAndNoOthers(t *testing.T) {
	t.Parallel()
	s := start(t)
	choice := cookie("lx_consent", s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "consent"))
	every := "Content-Length, Date, X-Content-Type-Options"
	refused := every + ", Request-Id"
	script := ", Access-Control-Allow-Origin, Cache-Control, Cross-Origin-Resource-Policy, Etag, Vary"
	br := header("Accept-Encoding", "br")
	tag := s.do(http.MethodGet, "/s/demo.js", "", br).header.Get("ETag")
	for _, c := range []struct {
		name, method, path string
		options            []option
		status             int
		headers            string
		values             map[string]string
	}{
		{"a check", "GET", "/v1/check?site=demo&purpose=analytics", []option{choice}, 200, every + ", Cache-Control, Content-Type",
			map[string]string{"Cache-Control": "no-store", "Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}},
		{"a gate that lets through", "GET", "/v1/gate?site=demo&purpose=analytics", []option{choice}, 200, every + ", Cache-Control, Consent-Decision",
			map[string]string{"Cache-Control": "no-store", "Content-Length": "0", "Consent-Decision": "allow; purpose=analytics; level=1; reason=granted"}},
		{"a gate about a vendor", "GET", "/v1/gate?site=demo&vendor=youtube", nil, 403, refused + ", Cache-Control, Consent-Decision",
			map[string]string{"Consent-Decision": "deny; purpose=marketing; vendor=youtube; level=0; reason=no-record"}},
		{"a gate about what does not exist", "GET", "/v1/gate?site=demo&cookie=a%3Bb%20c", nil, 403, refused + ", Cache-Control, Consent-Decision",
			map[string]string{"Consent-Decision": "deny; cookie=a_b_c; level=0; reason=unknown-purpose"}},
		{"a script", "GET", "/s/demo.js", []option{br}, 200,
			every + script + ", Referrer-Policy, Access-Control-Expose-Headers, Consent-Edition, Consent-Locale, Consent-Regime, Content-Encoding, Content-Type",
			map[string]string{"Content-Encoding": "br", "Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "private, max-age=60, stale-while-revalidate=600"}},
		{"an unchanged script", "GET", "/s/demo.js", []option{br, header("If-None-Match", tag)}, 304, "Date" + script,
			map[string]string{"Etag": tag, "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}},
		{"a check of nothing", "GET", "/v1/check?site=demo", nil, 400, refused + ", Cache-Control, Content-Type, Referrer-Policy", map[string]string{"Content-Type": "application/problem+json"}},
	} {
		a := s.do(c.method, c.path, "", c.options...)
		if a.status != c.status {
			t.Errorf("%s: status %d, want %d", c.name, a.status, c.status)
		}
		want := strings.Split(c.headers, ", ")
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(a.header)); !slices.Equal(got, want) {
			t.Errorf("%s: headers\n%q, want\n%q", c.name, got, want)
		}
		for name, value := range c.values {
			if got := a.header.Get(name); got != value {
				t.Errorf("%s: %s = %q, want %q", c.name, name, got, value)
			}
		}
	}
}

// In an opt-out place a visitor without a cookie may be counted. One who sent
// something that cannot be read may have refused.
func TestWhatNoCookieMayHoldStillCountsAsSent(t *testing.T) {
	t.Parallel()
	s := start(t)
	ask := "/v1/check?site=demo&purpose=analytics&place=US-TX"
	none := s.do(http.MethodGet, ask, "")
	if !strings.Contains(string(none.body), `"reason":"not-objected"`) && !strings.Contains(string(none.body), `"reason":"notice"`) {
		t.Fatalf("without a cookie: %s", none.body)
	}
	for _, value := range []string{`a\b`, `"`, "a b", `"a"b`, "\xff"} {
		a := s.do(http.MethodGet, ask, "", header("Cookie", "lx_consent="+value))
		if !strings.Contains(string(a.body), `"allow":false`) || !strings.Contains(string(a.body), `"reason":"bad-token"`) {
			t.Errorf("%q: %s", value, a.body)
		}
	}
}
