package middleware_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/middleware"
	"github.com/leadiumx/consent/tests/proxy/live"
)

const (
	granted = `{"purpose":"analytics","allow":true,"level":1,"reason":"granted","until":null}`
	wrapped = `{"site":"demo","decisions":[` + granted + `]}`
)

// denies checks that a gate lets nothing through but what needs no question.
func denies(t *testing.T, g *middleware.Gate, v live.Visitor) {
	t.Helper()
	for range 2 {
		if res, body := serve(t, g.Require("analytics")(text("gated")), v); res.StatusCode != http.StatusForbidden || body == "gated" {
			t.Errorf("%d %q", res.StatusCode, body)
		}
		res, body := serve(t, g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for _, line := range []string{"_ga=1", "unknown=1", "session=1", "lx_consent=1", "_fbp=; Max-Age=0"} {
				w.Header().Add("Set-Cookie", line)
			}
			io.WriteString(w, "page")
		})), v)
		if res.StatusCode != http.StatusOK || body != "page" || names(res.Header) != "session lx_consent _fbp" {
			t.Errorf("%d %q set %q", res.StatusCode, body, names(res.Header))
		}
	}
}

func keepSession(o *middleware.Options) { o.Keep, o.CacheFor = []string{"session"}, time.Minute }

func TestAServerThatIsDownDenies(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	v := s.AcceptAll()
	g := gate(t, s.URL, keepSession)
	s.Stop()
	denies(t, g, v)
}

func TestAStrangeAnswerDenies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"nothing":                           {200, ``},
		"no JSON":                           {200, `<html>It works!</html>`},
		"JSON of another shape":             {200, `[` + granted + `]`},
		"an empty object":                   {200, `{}`},
		"null":                              {200, `null`},
		"no decision":                       {200, `{"site":"demo","decisions":[]}`},
		"more decisions than were asked":    {200, `{"site":"demo","decisions":[` + strings.Repeat(granted+",", 7) + granted + `]}`},
		"a decision about another site":     {200, `{"site":"other","decisions":[` + granted + `]}`},
		"an answer that is cut":             {200, wrapped[:len(wrapped)-1]},
		"an answer with something behind":   {200, wrapped + `x`},
		"an endless answer":                 {200, wrapped + strings.Repeat(" ", 1<<20)},
		"a word in place of the allowance":  {200, strings.Replace(wrapped, "true", `"true"`, 1)},
		"an allowance for no reason":        {200, strings.Replace(wrapped, `"granted"`, `""`, 1)},
		"a fault of the server":             {500, wrapped},
		"a refusal of the server":           {403, wrapped},
		"another kind of success":           {203, wrapped},
		"a request that was not understood": {400, wrapped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			}))
			t.Cleanup(s.Close)
			denies(t, gate(t, s.URL, keepSession), live.Visitor{Consent: "x"})
		})
	}
}

func TestADecisionAboutAnotherCookieDenies(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"site":"demo","decisions":[{"purpose":"analytics","cookie":"_gb","allow":true,"level":1,"reason":"granted"}]}`)
	}))
	t.Cleanup(s.Close)
	res, _ := serve(t, gate(t, s.URL, nil).Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "_ga=1")
	})), live.Visitor{})
	if names(res.Header) != "" {
		t.Errorf("set %q", names(res.Header))
	}
}

func TestAServerThatDoesNotAnswerInTimeDenies(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(net.Conn){
		"it never answers":            func(net.Conn) {},
		"it stops within the headers": func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le") },
		"it stops within the answer": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"+wrapped)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				c, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				answer(c)
				// It ends when the gate has given up.
				_, _ = io.Copy(io.Discard, c)
			}))
			t.Cleanup(s.Close)
			g := gate(t, s.URL, func(o *middleware.Options) {
				keepSession(o)
				o.Timeout = 20 * time.Millisecond
			})
			denies(t, g, live.Visitor{})
		})
	}
}

func TestARequestThatIsGivenUpIsDeniedAndNotRemembered(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	v := s.AcceptAll()
	g := gate(t, s.URL, func(o *middleware.Options) { o.CacheFor = time.Minute })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := request(t, v); g.Allowed(r.WithContext(ctx), "analytics") {
		t.Error("a request that was given up was allowed")
	} else if !g.Allowed(r, "analytics") {
		t.Error("the failure was remembered")
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the visitor's cookies went to another server")
		io.WriteString(w, wrapped)
	}))
	t.Cleanup(other.Close)
	s := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(s.Close)
	denies(t, gate(t, s.URL, keepSession), live.Visitor{Consent: "x"})
}

func TestTheServerIsToldTheChoiceAndTheSignalOnly(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan *http.Request, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "lx_consent", Value: "of-somebody-else"})
		io.WriteString(w, wrapped)
		asked <- r
	}))
	t.Cleanup(s.Close)
	g := gate(t, s.URL+"/base/", func(o *middleware.Options) { o.Client = &http.Client{Jar: jar} })
	r := request(t, live.Visitor{}, "Cookie", "lx_subject=c.d; lx_consent=a.b", "Cookie", "session=secret; lx_consent=e.f", "Sec-GPC", "1",
		"Authorization", "Bearer secret", "X-Forwarded-For", "198.51.100.7", "User-Agent", "secret", "Referer", "https://secret.example")
	for range 2 {
		if !g.Allowed(r, "analytics") {
			t.Error("denied")
		}
		got := sole(t, asked)
		if got.Method != http.MethodGet || got.RequestURI != "/base/v1/check?purpose=analytics&site=demo" {
			t.Errorf("asked %s %s", got.Method, got.RequestURI)
		}
		if got, want := got.Header.Get("Cookie"), "lx_consent=a.b; lx_consent=e.f; lx_subject=c.d"; got != want {
			t.Errorf("sent the cookies %q, want %q", got, want)
		}
		got.Header.Del("Cookie")
		if want := (http.Header{"Sec-Gpc": {"1"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"Go-http-client/1.1"}}); !reflect.DeepEqual(got.Header, want) {
			t.Errorf("sent %v, want %v", got.Header, want)
		}
	}
}

func TestOneQuestionIsAskedAboutTheCookiesThatAreSet(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.RawQuery
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(s.Close)
	g := gate(t, s.URL, func(o *middleware.Options) {
		o.Keep, o.Cookies = []string{"session"}, map[string]string{"_hj*": "recording"}
	})
	serve(t, g.Strip(text("no cookie")), live.Visitor{})
	serve(t, g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "session=1")
	})), live.Visitor{})
	serve(t, g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range []string{"_ga=1", "session=1", "_hja=1", "_ga=2; Path=/x", "a&purpose=b=1", "_hjb=1"} {
			w.Header().Add("Set-Cookie", line)
		}
	})), live.Visitor{})
	if got, want := sole(t, asked), "cookie=_ga&cookie=a%26purpose&purpose=recording&site=demo"; got != want || len(asked) != 0 {
		t.Errorf("asked %q and %d more, want %q", got, len(asked), want)
	}
}

// sole takes what the server was asked before it answered.
func sole[T any](t *testing.T, asked <-chan T) T {
	t.Helper()
	select {
	case x := <-asked:
		return x
	default:
		t.Fatal("the server was not asked")
		panic("unreachable")
	}
}
