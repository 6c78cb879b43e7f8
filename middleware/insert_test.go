package middleware_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/middleware"
	"github.com/leadiumx/consent/tests/proxy/live"
)

const (
	utf8HTML = "text/html; charset=utf-8"
	rest     = `<title>Shop</title></head><body>goods</body></html>`
	plainTag = `<script src="https://consent.example.com/s/demo.js"></script>`
)

func public(o *middleware.Options) { o.PublicURL = "https://consent.example.com/" }

// own says that browsers reach the server where it itself thinks they do.
func own(s *live.Server) func(*middleware.Options) {
	return func(o *middleware.Options) { o.PublicURL = s.URL + "/" }
}

// html answers a page in one write.
func html(page string, headers ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		io.WriteString(w, page)
	})
}

func TestAPageHoldsTheBannerBeforeAChoiceAndTheGateAfterIt(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	g := gate(t, s.URL, own(s))
	page := html("<!doctype html><html><head>"+rest, "Content-Type", utf8HTML, "Etag", `"1"`, "Content-Security-Policy", "script-src 'self'", "Content-Length", "78")
	res, first := serve(t, g.Insert(page), live.Visitor{}, "Accept-Language", "fr")
	if !strings.HasPrefix(first, "<!doctype html><html><head><script>") || !strings.HasSuffix(first, "</script>"+rest) || !strings.Contains(first, "Tout refuser") || strings.Contains(first, "<script async") {
		t.Errorf("the first visit: %.200q", first)
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "script-src 'self' 'sha256-") {
		t.Errorf("the policy is %q", csp)
	}
	if res.Header.Get("Cache-Control") != "private, no-store" || res.Header.Get("Etag") != "" {
		t.Errorf("a cache could mix visitors: %v", res.Header)
	}
	_, again := serve(t, g.Insert(page), s.RejectAll())
	if len(again) > len(first)/3 || !strings.Contains(again, "</script><script async src=") || !strings.HasSuffix(again, rest) {
		t.Errorf("a visitor who refused: %d bytes %.200q", len(again), again)
	}
	// A script with a nonce trusts no host: ours is marked.
	_, trusted := serve(t, g.Insert(html("<html><head>"+rest, "Content-Type", utf8HTML, "Content-Security-Policy", "script-src 'nonce-abc' 'strict-dynamic'")), s.RejectAll())
	if !strings.Contains(trusted, `</script><script nonce="abc" async src=`) {
		t.Errorf("without the nonce: %q", trusted)
	}
}

func TestMarkupThatSendsChoicesElsewhereStaysOutOfThePage(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	// The server was started without the address under which browsers reach it.
	g := gate(t, s.URL, public)
	page := html("<!doctype html><html><head>"+rest, "Content-Type", utf8HTML)
	want := "<!doctype html><html><head>" + plainTag + rest
	for name, v := range map[string]live.Visitor{"before a choice": {}, "after it": s.RejectAll()} {
		if _, got := serve(t, g.Insert(page), v); got != want {
			t.Errorf("%s: %.200q", name, got)
		}
	}
}

func TestThePublicAddressIsTheSameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	listen := live.FreeAddr(t)
	live.Start(t, "--listen", listen, "--public-url", "https://consent.example.com")
	server := "http://" + listen
	page := html("<!doctype html><html><head>"+rest, "Content-Type", utf8HTML)
	for _, address := range []string{"https://consent.example.com", "HTTPS://Consent.Example.COM/", "https://consent.example.com:443", "https://consent.example.com:443//"} {
		g := gate(t, server, func(o *middleware.Options) { o.PublicURL = address })
		if _, got := serve(t, g.Insert(page), live.Visitor{}); strings.Contains(got, plainTag) || !strings.Contains(got, "https://consent.example.com") {
			t.Errorf("%s: %.200q", address, got)
		}
	}
	for _, address := range []string{"https://consent.example.com:80", "http://consent.example.com"} {
		g := gate(t, server, func(o *middleware.Options) { o.PublicURL = address })
		if _, got := serve(t, g.Insert(page), live.Visitor{}); !strings.Contains(got, `<script src="`+address+`/s/demo.js"></script>`) {
			t.Errorf("another address, %s: %.200q", address, got)
		}
	}
	for _, address := range []string{"consent.example.com", "//consent.example.com", "https://", "https://consent.example.com/path", "https://consent.example.com?a", "ftp://consent.example.com", "https://:443"} {
		if _, err := middleware.New(middleware.Options{Server: server, Site: "demo", PublicURL: address}); err == nil || !strings.Contains(err.Error(), "public address") {
			t.Errorf("%s is taken: %v", address, err)
		}
	}
}

func TestOnlyPagesAreChanged(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	g := gate(t, s.URL, own(s))
	for name, h := range map[string]http.Handler{
		"JSON":           html(`{"a":"<html><head>"}`, "Content-Type", "application/json"),
		"a fragment":     html("<li>goods</li>", "Content-Type", utf8HTML),
		"a header tag":   html("<header>goods</header>", "Content-Type", utf8HTML),
		"a comment":      html("<!-- goods -->", "Content-Type", utf8HTML),
		"an empty page":  html("", "Content-Type", utf8HTML),
		"sniffed text":   html("goods <html><head>"),
		"what is packed": html("<html><head>"+rest, "Content-Type", utf8HTML, "Content-Encoding", "br"),
		"a part": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", utf8HTML)
			w.WriteHeader(http.StatusPartialContent)
			io.WriteString(w, "<html><head>")
		}),
		"nothing":                   http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		"a redirect without a body": http.RedirectHandler("/elsewhere", http.StatusNotModified),
	} {
		bare, want := serve(t, h, live.Visitor{})
		res, got := serve(t, g.Insert(h), live.Visitor{})
		if got != want || res.StatusCode != bare.StatusCode || res.Header.Get("Content-Type") != bare.Header.Get("Content-Type") || res.Header.Get("Content-Length") != bare.Header.Get("Content-Length") || res.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: %d %q %v", name, res.StatusCode, got, res.Header)
		}
	}
	head := httptest.NewRecorder()
	g.Insert(html("<html><head>"+rest, "Content-Type", utf8HTML)).ServeHTTP(head, httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/", nil))
	if head.Header().Get("Cache-Control") != "" || strings.Contains(head.Body.String(), "script") {
		t.Error("an answer to HEAD is changed")
	}
}

func TestAPageWithoutAnAnswerGetsThePlainTag(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	stuck := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-end:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(stuck.Close)
	failing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(failing.Close)
	other := httptest.NewServer(html("<script>another server</script>", "Content-Type", utf8HTML))
	t.Cleanup(other.Close)
	for name, server := range map[string]string{"nothing listens": "http://" + live.FreeAddr(t), "it is stuck": stuck.URL, "it fails": failing.URL, "it is another": other.URL} {
		g := gate(t, server, func(o *middleware.Options) { public(o); o.Timeout = 50 * time.Millisecond })
		if _, got := serve(t, g.Insert(html("<html><head>"+rest, "Content-Type", utf8HTML)), live.Visitor{}); got != "<html><head>"+plainTag+rest {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestTheMarkupStandsFirstInTheHead(t *testing.T) {
	t.Parallel()
	// The encoding is not named, so that the plain tag shows the place.
	g := gate(t, "http://"+live.FreeAddr(t), public)
	for _, page := range []string{
		"<!DOCTYPE html>\n<html lang=en>\n<HEAD>|<title>a</title>",
		"\ufeff<!-- a > b --><!doctype html><!-- c --><html data-a='>'><head class=\"a>b\">|<meta>",
		"<!doctype html>|<title>a</title>",
		"<html><!-- c -->|<body>",
		"<!doctype html>|<header>a</header>",
		"<html>|",
		"<!doctype html><html><head>|",
	} {
		before, after, _ := strings.Cut(page, "|")
		for name, size := range map[string]int{"at once": len(page), "byte by byte": 1} {
			h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				for whole := before + after; whole != ""; {
					n := min(size, len(whole))
					io.WriteString(w, whole[:n])
					whole = whole[n:]
					w.(http.Flusher).Flush()
				}
			})
			if _, got := serve(t, g.Insert(h), live.Visitor{}); got != before+plainTag+after {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

func TestAStreamIsNotHeldBack(t *testing.T) {
	t.Parallel()
	g := gate(t, "http://"+live.FreeAddr(t), public)
	for kind, want := range map[string]string{"text/event-stream": "data: 1\n\n", utf8HTML: "<html><head>" + plainTag + "<title>"} {
		more := make(chan struct{})
		s := httptest.NewServer(g.Insert(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.(http.Flusher).Flush()
			io.WriteString(w, strings.Replace(want, plainTag, "", 1))
			w.(http.Flusher).Flush()
			<-more
		})))
		res, err := s.Client().Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want))
		if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != want {
			t.Errorf("%s: %q %v", kind, got, err)
		}
		close(more)
		res.Body.Close()
		s.Close()
	}
}

func TestAPolicyGetsTheHashWhereItDecides(t *testing.T) {
	t.Parallel()
	const hash = "'sha256-a='"
	server := httptest.NewServer(html("<script>1</script>"+plainTag, "Content-Type", utf8HTML, "Consent-CSP-Hash", hash))
	t.Cleanup(server.Close)
	g := gate(t, server.URL, public)
	for policy, want := range map[string]string{
		"script-src 'self'; img-src *":                     "script-src 'self' " + hash + "; img-src *",
		"img-src *; script-src 'none'":                     "img-src *; script-src " + hash,
		"default-src 'self'; img-src *":                    "default-src 'self'; img-src *; script-src 'self' " + hash,
		"script-src 'self'; script-src-elem https://a.com": "script-src 'self'; script-src-elem https://a.com " + hash,
		"script-src 'self' 'unsafe-inline'":                "script-src 'self' 'unsafe-inline'",
		"script-src 'unsafe-inline' 'nonce-a'":             "script-src 'unsafe-inline' 'nonce-a' " + hash,
		"img-src *":                                        "img-src *",
		"script-src 'self', script-src a.com":              "script-src 'self' " + hash + ",script-src a.com " + hash,
	} {
		res, _ := serve(t, g.Insert(html("<html>", "Content-Type", utf8HTML, "Content-Security-Policy", policy)), live.Visitor{})
		if got := res.Header.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s\n got %s\nwant %s", policy, got, want)
		}
	}
}

func TestCompressionAroundTheMiddlewareWorks(t *testing.T) {
	t.Parallel()
	g := gate(t, "http://"+live.FreeAddr(t), public)
	inner := g.Insert(html("<html><head>"+rest, "Content-Type", utf8HTML))
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		plain := httptest.NewRecorder()
		inner.ServeHTTP(plain, r)
		plain.Body.WriteTo(z)
	})
	if _, got := serve(t, outer, live.Visitor{}); got != "<html><head>"+plainTag+rest {
		t.Errorf("%q", got)
	}
}

// Whatever a handler writes, and however it is cut, only the markup is added.
func FuzzInsert(f *testing.F) {
	for _, page := range []string{"<!doctype html><html><head><title>", "\ufeff<html a='>'>", "<!-- x", "<headers>", "<html", "a"} {
		f.Add(page, 3)
	}
	g, err := middleware.New(middleware.Options{Server: "http://127.0.0.1:1", PublicURL: "https://consent.example.com", Site: "demo"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, page string, cut int) {
		cut = min(max(cut, 0), len(page))
		answer := func(parts ...string) string {
			w := httptest.NewRecorder()
			g.Insert(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				for _, part := range parts {
					io.WriteString(w, part)
				}
			})).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
			return w.Body.String()
		}
		whole := answer(page)
		if whole != answer(page[:cut], page[cut:]) && len(page) < 8<<10 {
			t.Errorf("cut at %d, %q is another page", cut, page)
		}
		if whole != page && (len(whole) != len(page)+len(plainTag) || !strings.Contains(whole, plainTag)) {
			t.Errorf("%q became %q", page, whole)
		}
	})
}
