//go:build unix

package proxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/leadiumx/consent/tests/proxy/live"
)

// application is what stands behind the proxy: it sets cookies, and some of
// its pages are forbidden by itself.
func application(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, line := range []string{"_ga=1; Path=/", "session=2; Path=/", "_ga_X1=3; Path=/"} {
			w.Header().Add("Set-Cookie", line)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(r.URL.Path, "/forbidden") {
			w.WriteHeader(http.StatusForbidden)
		}
		io.WriteString(w, "application "+r.Method+" "+string(body))
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// reply is what a visitor gets.
type reply struct {
	status int
	body   string
	// cookies are the names of those that the browser keeps.
	cookies string
	header  http.Header
}

func (r reply) gated() bool { return strings.Contains(r.body, "application") }

func get(t *testing.T, url string, v live.Visitor, headers ...string) reply {
	t.Helper()
	return send(t, http.MethodGet, url, "", v, headers...)
}

func send(t *testing.T, method, url, body string, v live.Visitor, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	v.AddTo(r)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := reply{status: res.StatusCode, body: string(b), header: res.Header}
	var names []string
	for _, c := range res.Cookies() {
		if c.MaxAge >= 0 {
			names = append(names, c.Name)
		}
	}
	out.cookies = strings.Join(names, " ")
	return out
}

// visitors are the people of every test, and what the gate says about them.
type visitors struct {
	nobody, granted, refused, withdrawn, forged, foreign live.Visitor
}

func people(t *testing.T, s *live.Server) visitors {
	t.Helper()
	v := visitors{granted: s.AcceptAll(), refused: s.RejectAll(), withdrawn: s.AcceptAll()}
	// The browser of the withdrawn still sends what it had before.
	s.Withdraw(v.withdrawn)
	v.forged.Consent = strings.Replace(v.refused.Consent, "analytics:0", "analytics:1", 1)
	if v.forged.Consent == v.refused.Consent {
		t.Fatalf("the cookie %q holds no refusal", v.refused.Consent)
	}
	v.foreign = live.Start(t).AcceptAll()
	return v
}

func (v visitors) denied() map[string]live.Visitor {
	return map[string]live.Visitor{
		"nobody has chosen":                  v.nobody,
		"a refusal":                          v.refused,
		"cookies from before a withdrawal":   v.withdrawn,
		"a forged cookie":                    v.forged,
		"a cut cookie":                       {Consent: v.granted.Consent[:len(v.granted.Consent)-3]},
		"a cookie of another consent server": v.foreign,
		"a good consent beside a subject that was made up": {Consent: v.granted.Consent, Subject: v.foreign.Subject},
		"a consent that is not a consent":                  {Consent: "1"},
	}
}

// gated are the recipes that put a path behind the gate.
func gated() map[string]front {
	return map[string]front{"nginx: gate a location": nginx, "Caddy: gate a path": caddy}
}

func TestAGatedPathNeedsConsent(t *testing.T) {
	t.Parallel()
	for heading, start := range gated() {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			s := live.Start(t)
			v := people(t, s)
			url := start(t, heading, strings.TrimPrefix(s.URL, "http://"), application(t))
			for name, who := range v.denied() {
				for _, method := range []string{http.MethodGet, http.MethodPost} {
					if a := send(t, method, url+"/stats/p", "beacon", who); a.status != http.StatusForbidden || a.gated() {
						t.Errorf("%s: %s %d %q", name, method, a.status, a.body)
					}
				}
				if a := get(t, url+"/", who); a.status != http.StatusOK || !a.gated() {
					t.Errorf("%s: the rest of the site: %d", name, a.status)
				}
			}
			if a := get(t, url+"/stats/p?purpose=necessary&site=other", v.nobody); a.status != http.StatusForbidden {
				t.Errorf("a query of the visitor reached the gate: %d", a.status)
			}
			// The location that asks is not for visitors.
			if a := get(t, url+"/consent-analytics", v.granted); a.header.Get("Consent-Decision") != "" {
				t.Errorf("a visitor reached the gate itself: %d %v", a.status, a.header)
			}
			if a := get(t, url+"/stats/p", v.granted); a.status != http.StatusOK || !a.gated() || a.header.Get("Vary") != "Cookie, Sec-GPC" {
				t.Errorf("granted: %d %q %v", a.status, a.body, a.header)
			}
			if a := send(t, http.MethodPost, url+"/stats/p", "beacon", v.granted); a.body != "application POST beacon" {
				t.Errorf("granted, with a body: %d %q", a.status, a.body)
			}
			if a := get(t, url+"/stats/p", v.granted, "Authorization", "Bearer of-the-application"); a.status != http.StatusOK {
				t.Errorf("granted, signed in at the application: %d", a.status)
			}
			if a := get(t, url+"/stats/p", v.granted, "Cookie", "other=lx_consent"); a.status != http.StatusOK {
				t.Errorf("granted, with a cookie that is not ours: %d", a.status)
			}
			if a := get(t, url+"/stats/p", v.granted, "Cookie", "lx_consent="+v.refused.Consent); a.gated() {
				t.Errorf("two different consents: %d", a.status)
			}
			s.Withdraw(v.granted)
			if a := get(t, url+"/stats/p", v.granted); a.status != http.StatusForbidden || a.gated() {
				t.Errorf("after the withdrawal, with the old cookies: %d %q", a.status, a.body)
			}
			before := s.AcceptAll()
			s.Stop()
			if a := get(t, url+"/stats/p", before); a.gated() || (a.status != http.StatusForbidden && a.status < 500) {
				t.Errorf("while the consent server is down: %d %q", a.status, a.body)
			}
			if a := get(t, url+"/", before); a.status != http.StatusOK || !a.gated() {
				t.Errorf("the rest of the site while the consent server is down: %d", a.status)
			}
		})
	}
}

func TestTheSignalOfTheBrowserReachesTheGate(t *testing.T) {
	t.Parallel()
	for heading, start := range gated() {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			s := live.Start(t)
			url := start(t, heading, strings.TrimPrefix(s.URL, "http://"), application(t), "purpose=analytics", "purpose=marketing")
			granted := s.AcceptAll()
			if a := get(t, url+"/stats/p", granted); a.status != http.StatusOK || !a.gated() {
				t.Errorf("without the signal: %d %q", a.status, a.body)
			}
			if a := get(t, url+"/stats/p", granted, "Sec-GPC", "1"); a.status != http.StatusForbidden || a.gated() {
				t.Errorf("with the signal: %d %q", a.status, a.body)
			}
		})
	}
}

func TestTheGateIsAskedWithWhatTheBrowserSentAndNothingMadeUp(t *testing.T) {
	t.Parallel()
	for heading, start := range gated() {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			asked := make(chan *http.Request, 1)
			gate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if b, err := io.ReadAll(r.Body); err != nil || len(b) > 0 {
					t.Errorf("the gate got a body: %q %v", b, err)
				}
				asked <- r
			}))
			t.Cleanup(gate.Close)
			url := start(t, heading, strings.TrimPrefix(gate.URL, "http://"), application(t))
			send(t, http.MethodPost, url+"/stats/p?site=other&purpose=necessary", "beacon", live.Visitor{},
				"Cookie", "a=1; lx_consent=x.y; b=2", "Sec-GPC", "1", "Authorization", "Bearer of-the-application",
				"X-Forwarded-For", "198.51.100.7", "Forwarded", "for=198.51.100.7")
			var r *http.Request
			select {
			case r = <-asked:
			default:
				t.Fatal("the gate was not asked")
			}
			if got := r.Method + " " + r.RequestURI; got != "GET /v1/gate?site=demo&purpose=analytics" {
				t.Errorf("it was asked %s", got)
			}
			for name, want := range map[string]string{
				"Cookie": "a=1; lx_consent=x.y; b=2", "Sec-GPC": "1", "Authorization": "", "X-Forwarded-For": "127.0.0.1",
			} {
				if got := strings.Join(r.Header.Values(name), "|"); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestARefusedBeaconIsAnsweredWithNothing(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	v := people(t, s)
	url := nginx(t, "nginx: answer a refusal with nothing", strings.TrimPrefix(s.URL, "http://"), application(t))
	empty := func(name string, who live.Visitor) {
		t.Helper()
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := send(t, method, url+"/stats/p", "beacon", who)
			if a.status != http.StatusNoContent || a.body != "" || a.cookies != "" || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %s %d %q %v", name, method, a.status, a.body, a.header)
			}
		}
	}
	for name, who := range v.denied() {
		empty(name, who)
	}
	if a := get(t, url+"/stats/p", v.granted); a.status != http.StatusOK || !a.gated() {
		t.Errorf("granted: %d %q", a.status, a.body)
	}
	if a := get(t, url+"/stats/forbidden", v.granted); a.status != http.StatusForbidden || !a.gated() {
		t.Errorf("a refusal of the application itself: %d %q", a.status, a.body)
	}
	s.Stop()
	empty("while the consent server is down", v.granted)
}

func TestThePageIsServedWithoutTheCookies(t *testing.T) {
	t.Parallel()
	for heading, c := range map[string]struct {
		start front
		left  string
		down  string
	}{
		"nginx: hide the cookies of the application": {nginx, "", "application GET "},
		"Caddy: take one cookie out":                 {caddy, "session", ""},
	} {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			s := live.Start(t)
			v := people(t, s)
			url := c.start(t, heading, strings.TrimPrefix(s.URL, "http://"), application(t))
			for name, who := range v.denied() {
				for _, method := range []string{http.MethodGet, http.MethodPost} {
					a := send(t, method, url+"/", "order", who)
					if a.status != http.StatusOK || a.body != "application "+method+" order" || a.cookies != c.left {
						t.Errorf("%s: %d %q sets %q", name, a.status, a.body, a.cookies)
					}
				}
			}
			if a := get(t, url+"/", v.granted); a.status != http.StatusOK || !a.gated() || a.cookies != "_ga session _ga_X1" {
				t.Errorf("granted: %d %q sets %q", a.status, a.body, a.cookies)
			}
			if a := send(t, http.MethodPost, url+"/", "order", v.granted); a.body != "application POST order" {
				t.Errorf("granted, with a body: %d %q", a.status, a.body)
			}
			s.Stop()
			if a := get(t, url+"/", v.granted); a.body != c.down || a.cookies != "" {
				t.Errorf("while the consent server is down: %d %q sets %q", a.status, a.body, a.cookies)
			}
		})
	}
}
