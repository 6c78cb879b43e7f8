package middleware_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/middleware"
	"github.com/leadiumx/consent/tests/proxy/live"
)

func TestAHandlerRunsOnlyWithConsent(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	yes, no := s.AcceptAll(), s.RejectAll()
	gone := s.AcceptAll()
	s.Withdraw(gone)
	some := s.Choose(live.Visitor{}, "save", map[string]int{"analytics": 1, "marketing": 0, "functional": 0, "recording": 0})
	forged := live.Visitor{Consent: strings.Replace(no.Consent, "analytics:0", "analytics:1", 1)}
	if forged.Consent == no.Consent {
		t.Fatalf("the cookie %q holds no refusal", no.Consent)
	}
	for name, c := range map[string]struct {
		visitor live.Visitor
		purpose string
		headers []string
		want    int
	}{
		"nobody has chosen":                        {live.Visitor{}, "analytics", nil, 403},
		"what is necessary needs no choice":        {live.Visitor{}, "necessary", nil, 200},
		"everything is granted":                    {yes, "analytics", nil, 200},
		"the consent cookie alone is enough":       {live.Visitor{Consent: yes.Consent}, "analytics", nil, 200},
		"the subject cookie alone is enough":       {live.Visitor{Subject: yes.Subject}, "analytics", nil, 200},
		"another name of a granted purpose":        {yes, "statistics", nil, 200},
		"everything is refused":                    {no, "analytics", nil, 403},
		"one purpose is granted":                   {some, "analytics", nil, 200},
		"another purpose is refused":               {some, "marketing", nil, 403},
		"the site has no such purpose":             {yes, "spying", nil, 403},
		"a purpose without a name":                 {yes, "", nil, 403},
		"a cookie from before the withdrawal":      {gone, "analytics", nil, 403},
		"a cookie that was changed":                {forged, "analytics", nil, 403},
		"a cookie that was cut":                    {live.Visitor{Consent: yes.Consent[:len(yes.Consent)-1]}, "analytics", nil, 403},
		"two different cookies of one name":        {yes, "analytics", []string{"Cookie", "lx_consent=" + no.Consent}, 403},
		"a consent that somebody else wrote":       {live.Visitor{Consent: "1"}, "analytics", nil, 403},
		"an ad in spite of the privacy signal":     {yes, "marketing", []string{"Sec-GPC", "1"}, 403},
		"own statistics beside the privacy signal": {yes, "analytics", []string{"Sec-GPC", "1"}, 200},
		"a place that the visitor made up":         {live.Visitor{}, "analytics", []string{"X-Forwarded-For", "198.51.100.1", "CF-IPCountry", "US"}, 403},
		"credentials for the application":          {yes, "analytics", []string{"Authorization", "Bearer of-the-application"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gate(t, s.URL, nil)
			res, body := serve(t, g.Require(c.purpose)(text("gated")), c.visitor, c.headers...)
			if res.StatusCode != c.want || (body == "gated") != (c.want == 200) {
				t.Errorf("%d %q, want %d", res.StatusCode, body, c.want)
			}
			if res.Header.Get("Vary") != "Cookie, Sec-GPC" || (c.want == 403) != (res.Header.Get("Cache-Control") == "no-store") {
				t.Errorf("a shared cache could mix visitors: %v", res.Header)
			}
			if got := g.Allowed(request(t, c.visitor, c.headers...), c.purpose); got != (c.want == 200) {
				t.Errorf("Allowed says %v", got)
			}
		})
	}
}

func TestTheCallerMayAnswerARefusal(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	g := gate(t, s.URL, func(o *middleware.Options) {
		o.Refuse = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	})
	if res, body := serve(t, g.Require("analytics")(text("gated")), live.Visitor{}); res.StatusCode != http.StatusNoContent || body != "" {
		t.Errorf("%d %q", res.StatusCode, body)
	}
}

func TestOnlyATokenMakesThePlaceCount(t *testing.T) {
	t.Parallel()
	// The server takes every peer for one in Florida, as it would if this
	// program stood there.
	s := live.Start(t, "--geo-headers", "cloudflare", "--trusted-proxies", "127.0.0.0/8")
	there := &http.Client{Transport: stamped{"CF-IPCountry", "US", "CF-Region-Code", "FL"}}
	for name, c := range map[string]struct {
		token string
		place string
		want  bool
	}{
		"this program's place is not the visitor's":             {"", "", false},
		"with a token and no place the strictest law counts":    {live.Token, "", false},
		"with a token the visitor's own place counts":           {live.Token, "US-FL", true},
		"with a token a place that asks for consent counts":     {live.Token, "FR", false},
		"a place that does not exist is judged as an unknown":   {live.Token, "Atlantis", false},
		"a place cannot smuggle another question in":            {live.Token, "US-FL&purpose=necessary", false},
		"a wrong token is answered with no decision and denies": {"wrong", "US-FL", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gate(t, s.URL, func(o *middleware.Options) {
				o.Client, o.Token = there, c.token
				if c.token != "" {
					o.Place = func(*http.Request) string { return c.place }
				}
			})
			if got := g.Allowed(request(t, live.Visitor{}), "analytics"); got != c.want {
				t.Errorf("allowed: %v, want %v", got, c.want)
			}
		})
	}
}

// stamped adds headers to every request, as an edge does.
type stamped []string

func (s stamped) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for i := 0; i < len(s); i += 2 {
		r.Header.Set(s[i], s[i+1])
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestOptionsThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()
	good := middleware.Options{Server: "http://127.0.0.1:8080", Site: "demo"}
	if _, err := middleware.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*middleware.Options){
		"no server":                     func(o *middleware.Options) { o.Server = "" },
		"a server without a scheme":     func(o *middleware.Options) { o.Server = "127.0.0.1:8080" },
		"a server of another protocol":  func(o *middleware.Options) { o.Server = "ftp://127.0.0.1" },
		"no site":                       func(o *middleware.Options) { o.Site = "" },
		"a place that is not believed":  func(o *middleware.Options) { o.Place = func(*http.Request) string { return "US" } },
		"answers that are kept an hour": func(o *middleware.Options) { o.CacheFor = time.Hour },
		"a negative timeout":            func(o *middleware.Options) { o.Timeout = -1 },
		"a cache of negative size":      func(o *middleware.Options) { o.CacheSize = -1 },
		"a cookie without a name":       func(o *middleware.Options) { o.Cookies = map[string]string{"": "analytics"} },
		"a cookie without a purpose":    func(o *middleware.Options) { o.Cookies = map[string]string{"_ga": ""} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := good
			change(&o)
			if _, err := middleware.New(o); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}
