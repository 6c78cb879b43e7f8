package install_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/install"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tag  = `<script src="https://c.example/s/shop.js"></script>`
	gate = `<script>page.lxConsent??=[]</script>`
	late = `<script async src="https://c.example/s/shop.js"></script>`
)

func subject() install.Subject {
	return install.Subject{
		Server: "https://c.example", Edition: 3,
		Site: &consent.Site{
			ID: "shop", Origins: []string{"https://www.example"},
			Purposes: []consent.Purpose{{ID: "analytics", Classes: []consent.Class{consent.Analytics}}, {ID: "necessary", Classes: []consent.Class{consent.Necessary}}},
			Vendors:  []consent.Vendor{{ID: "stats", Name: "Stats", Purposes: []string{"analytics"}, Hosts: []string{"*.stats.example"}}},
			Cookies:  []consent.Cookie{{Name: "_st*", Purpose: "analytics"}, {Name: "sid", Purpose: "necessary"}},
		},
	}
}

func script(edition string, status int) func(*url.URL) (install.Page, error) {
	return func(u *url.URL) (install.Page, error) {
		h := http.Header{}
		if edition != "" {
			h.Set("Consent-Edition", edition)
		}
		return install.Page{URL: u, Status: status, Header: h}, nil
	}
}

func look(t *testing.T, body string, change func(*install.Page)) install.PageResult {
	t.Helper()
	u, err := url.Parse("https://www.example/")
	if err != nil {
		t.Fatal(err)
	}
	p := install.Page{URL: u, Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte(body)}
	if change != nil {
		change(&p)
	}
	return install.Look(p, subject(), script("3", http.StatusOK))
}

func codes(r install.PageResult, level install.Level) []string {
	var all []string
	for _, f := range r.Findings {
		if f.Level == level {
			all = append(all, f.Code)
		}
	}
	return all
}

func csp(v string) func(*install.Page) {
	return func(p *install.Page) { p.Header.Set("Content-Security-Policy", v) }
}

func TestEachFaultOfAnInstallationIsFoundAndOnlyThat(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, body       string
		change           func(*install.Page)
		errors, warnings []string
	}{
		{"a good page", `<!doctype html><head>` + tag + `</head><body><script src="/app.js"></script>`, nil, nil, nil},
		{"with the inline gate", `<head>` + gate + late + `</head>`, nil, nil, nil},
		{"without the tag", `<head></head>`, nil, []string{"tag-missing"}, nil},
		{"an empty page", ``, nil, []string{"tag-missing"}, nil},
		{"with another site's tag", `<head><script src="https://c.example/s/blog.js"></script>`, nil, []string{"other-tag"}, nil},
		{"with the tag of another server", `<head><script src="https://d.example/s/shop.js"></script>`, nil, []string{"other-tag"}, nil},
		{"with the tag twice", `<head>` + tag + tag, nil, []string{"tag-twice"}, nil},
		{"with the tag in a comment", `<head><!-- ` + tag + ` -->`, nil, []string{"tag-missing"}, nil},
		{"with the tag in a text", `<head><title>` + tag + `</title>`, nil, []string{"tag-missing"}, nil},
		{"async without the gate", `<head>` + late, nil, []string{"tag-async"}, nil},
		{"deferred", `<head><script defer src="https://c.example/s/shop.js"></script>`, nil, []string{"tag-async"}, nil},
		{"as a module", `<head><script type="module" src="https://c.example/s/shop.js"></script>`, nil, []string{"tag-async"}, nil},
		{"made inert by a plugin", `<head><script type="text/plain" src="https://c.example/s/shop.js"></script>`, nil, []string{"tag-inert"}, nil},
		{"the gate after the tag", `<head>` + late + gate, nil, []string{"tag-async"}, nil},
		{"behind another script", `<head><script src="/first.js"></script>` + tag, nil, nil, []string{"tag-not-first"}},
		{"behind data that is no script", `<head><script type="application/ld+json">{}</script>` + tag, nil, nil, nil},
		{"in the body", `<head></head><body>` + tag, nil, nil, []string{"tag-not-in-head"}},
		{"with an ungated known tag", `<head>` + tag + `<script async src="https://www.googletagmanager.com/gtm.js?id=1"></script>`, nil, []string{"tag-ungated"}, nil},
		{"with an ungated inline snippet", `<head>` + tag + `<script>_linkedin_partner_id="1"</script>`, nil, []string{"tag-ungated"}, nil},
		{"with an ungated frame", `<head>` + tag + `<body><iframe src="https://www.youtube.com/embed/x"></iframe>`, nil, []string{"tag-ungated"}, nil},
		{"with an ungated pixel", `<head>` + tag + `<body><img src="//www.facebook.com/tr?id=1">`, nil, []string{"tag-ungated"}, nil},
		{"with a pixel for browsers without scripts", `<head>` + tag + `<body><noscript><img src="https://www.facebook.com/tr?id=1"></noscript>`, nil, nil, []string{"tag-in-noscript"}},
		{"with a declared vendor ungated", `<head>` + tag + `<script src="https://cdn.stats.example/x.js"></script>`, nil, nil, []string{"tag-ungated"}},
		{"with gated tags", `<head>` + tag + `<script type="text/plain" data-category="marketing" data-src="https://www.googletagmanager.com/gtm.js"></script><iframe data-category="marketing" data-src="https://www.youtube.com/embed/x"></iframe>`, nil, nil, nil},
		{"with tags gated for others", `<head>` + tag + `<script type="text/plain" class="optanon-category-C0002">_linkedin_partner_id</script><iframe data-cookieconsent="marketing" data-cookieblock-src="https://www.youtube.com/embed/x"></iframe>`, nil, nil, nil},
		{"with a frame that is marked and loads all the same", `<head>` + tag + `<iframe data-category="marketing" src="https://www.youtube.com/embed/x"></iframe>`, nil, []string{"tag-ungated"}, nil},
		{"with a CSP that allows everything needed", `<head>` + tag, csp("default-src 'self'; script-src 'self' https://c.example; connect-src c.example"), nil, nil},
		{"with a CSP that blocks the tag", `<head>` + tag, csp("script-src 'self'; connect-src *"), []string{"csp-script"}, nil},
		{"with a CSP that blocks the calls", `<head>` + tag, csp("script-src https:; connect-src 'self'"), []string{"csp-connect"}, nil},
		{"with a CSP in the page", `<head><meta http-equiv="Content-Security-Policy" content="default-src 'self'">` + tag, nil, []string{"csp-script", "csp-connect"}, nil},
		{"with a nonce", `<head><script nonce="abc" src="https://c.example/s/shop.js"></script>`, csp("script-src 'nonce-abc' 'strict-dynamic'"), nil, nil},
		{"with strict-dynamic and no nonce", `<head>` + tag, csp("script-src 'nonce-abc' 'strict-dynamic' https:"), []string{"csp-script"}, nil},
		{"with a CSP that blocks the gate", `<head>` + gate + late, csp("script-src https://c.example"), []string{"csp-inline"}, nil},
		{"with a cookie set unasked", `<head>` + tag, func(p *install.Page) { p.Header.Add("Set-Cookie", "_st1=x; Path=/") }, []string{"cookie-set-by-server"}, nil},
		{"with a cookie that is needed", `<head>` + tag, func(p *install.Page) { p.Header.Add("Set-Cookie", "sid=x") }, nil, nil},
		{"of an origin that is not listed", `<head>` + tag, func(p *install.Page) { p.URL.Host = "other.example" }, []string{"origin-not-listed"}, nil},
		{"that is not there", `<head>` + tag, func(p *install.Page) { p.Status = http.StatusNotFound }, []string{"bad-status"}, nil},
		{"that is a picture", ``, func(p *install.Page) { p.Header.Set("Content-Type", "image/png") }, []string{"not-html"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := look(t, c.body, c.change)
			if got := codes(r, install.Error); !slices.Equal(got, c.errors) {
				t.Errorf("errors %v, want %v", got, c.errors)
			}
			if got := codes(r, install.Warning); !slices.Equal(got, c.warnings) {
				t.Errorf("warnings %v, want %v", got, c.warnings)
			}
			if r.OK != (len(c.errors) == 0) {
				t.Errorf("ok is %v", r.OK)
			}
			for _, f := range r.Findings {
				if f.Cause == "" || f.Level != install.OK && f.Fix == "" {
					t.Errorf("%+v has no cause or no fix", f)
				}
			}
		})
	}
}

func TestTheScriptItselfIsAskedFor(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]func(*url.URL) (install.Page, error){
		"script-served": script("3", http.StatusOK), "script-old": script("2", http.StatusOK), "script-foreign": script("", http.StatusOK),
		"script-unknown": script("", http.StatusNotFound), "script-failed": script("", http.StatusBadGateway),
		"script-unreachable": func(*url.URL) (install.Page, error) { return install.Page{}, http.ErrHandlerTimeout },
	} {
		u, err := url.Parse("https://www.example/")
		if err != nil {
			t.Fatal(err)
		}
		r := install.Look(install.Page{URL: u, Status: http.StatusOK, Header: http.Header{}, Body: []byte(tag)}, subject(), s)
		if !slices.ContainsFunc(r.Findings, func(f install.PageFinding) bool { return f.Code == want }) {
			t.Errorf("%s is missing from %+v", want, r.Findings)
		}
	}
}

func TestNothingPrivateIsAsked(t *testing.T) {
	t.Parallel()
	asked := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(inner.Close)
	f := &install.Fetcher{}
	port := inner.URL[strings.LastIndex(inner.URL, ":"):]
	for _, raw := range []string{
		inner.URL, "http://localhost" + port, "http://[::1]" + port, "http://0.0.0.0" + port, "http://[::ffff:127.0.0.1]" + port,
		"http://2130706433" + port, "http://0x7f000001" + port, "http://127.1" + port, "http://[fe80::1%25lo]" + port,
	} {
		if _, err := f.Fetch(t.Context(), raw); err == nil || asked {
			t.Errorf("%s was asked: %v", raw, err)
		}
	}
	for _, raw := range []string{"", "file:///etc/passwd", "ftp://example.com", "http://", "https://user:pw@example.com/", "javascript:1", "gopher://x", "http://" + strings.Repeat("a", 3000)} {
		if _, err := f.Fetch(t.Context(), raw); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("%.40q: %v", raw, err)
		}
	}
}

func TestWhatIsTrustedDoesNotForwardElsewhere(t *testing.T) {
	t.Parallel()
	asked := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(inner.Close)
	own := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusFound))
	t.Cleanup(own.Close)
	f := &install.Fetcher{Trusted: func(u *url.URL) bool { return "http://"+u.Host == own.URL }}
	if _, err := f.Fetch(t.Context(), own.URL); consent.CodeOf(err) != install.NotPublic || asked {
		t.Errorf("%v, asked %v", err, asked)
	}
}

func FuzzPage(f *testing.F) {
	for _, s := range []string{tag, gate + late, "<", "<script", "<noscript><img src=x></noscript>", "<base href=//x><script src=/s/shop.js>", "<!--"} {
		f.Add(s, "script-src 'self'")
	}
	f.Fuzz(func(t *testing.T, body, policy string) {
		u, err := url.Parse("https://www.example/")
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		h.Set("Content-Security-Policy", policy)
		install.Look(install.Page{URL: u, Status: http.StatusOK, Header: h, Body: []byte(body)}, subject(), nil)
	})
}

func TestTheOwnPagesOfATrialAreReachedAndNoOthers(t *testing.T) {
	t.Parallel()
	origins := []string{"http://localhost:3000", "http://10.0.0.7", "https://shop.example.com"}
	for _, c := range []struct {
		why, server, page string
		want              bool
	}{
		{"the server's own pages", "https://consent.example.com", "https://consent.example.com/demo/", true},
		{"a page of the site, beside a server on this machine", "http://localhost:8080", "http://localhost:3000/start", true},
		{"the server's own pages, by another name of this machine", "http://127.0.0.1:8080", "http://localhost:8080/demo/", true},
		{"a port of this machine that is no page of the site", "http://localhost:8080", "http://localhost:6379/", false},
		{"another scheme is another origin", "http://localhost:8080", "https://localhost:3000/", false},
		{"a neighbour in the network, though the site names it", "http://localhost:8080", "http://10.0.0.7/", false},
		{"this machine, of a server that the world reaches", "https://consent.example.com", "http://localhost:3000/", false},
		{"a name that begins like this machine's", "http://localhost:8080", "http://localhost.example.com/", false},
	} {
		u, err := url.Parse(c.page)
		if err != nil {
			t.Fatal(err)
		}
		if got := install.Own(c.server, origins)(u); got != c.want {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
}

func TestAPageThatUnpacksToALotIsReadInPart(t *testing.T) {
	t.Parallel()
	packed := &bytes.Buffer{}
	z := gzip.NewWriter(packed)
	if _, err := z.Write(make([]byte, 32<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	bomb := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}))
	t.Cleanup(bomb.Close)
	f := &install.Fetcher{Everything: true}
	if p, err := f.Fetch(t.Context(), bomb.URL); err != nil || len(p.Body) != 2<<20 {
		t.Errorf("%d bytes, %v", len(p.Body), err)
	}
}
