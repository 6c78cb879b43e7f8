package middleware_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/tests/proxy/live"
)

// Each handler sets _ga, which is refused, and session, which is not, and
// sends its answer in another way.
func TestCookiesAreStrippedHoweverTheAnswerIsSent(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	g := gate(t, s.URL, nil)
	for name, send := range map[string]func(*testing.T, http.ResponseWriter){
		"with a status": func(_ *testing.T, w http.ResponseWriter) { w.WriteHeader(http.StatusOK); io.WriteString(w, "body") },
		"with a write":  func(_ *testing.T, w http.ResponseWriter) { w.Write([]byte("body")) },
		"with a flush": func(t *testing.T, w http.ResponseWriter) {
			w.(http.Flusher).Flush()
			io.WriteString(w, "body")
		},
		"with the flush of a controller": func(t *testing.T, w http.ResponseWriter) {
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			io.WriteString(w, "body")
		},
		"with a copy": func(t *testing.T, w http.ResponseWriter) {
			if _, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("body")); err != nil {
				t.Error(err)
			}
		},
		"with an early hint": func(_ *testing.T, w http.ResponseWriter) {
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Add("Set-Cookie", "_fbp=1")
			io.WriteString(w, "body")
		},
		"with a cookie after the header": func(_ *testing.T, w http.ResponseWriter) {
			io.WriteString(w, "bo")
			w.Header().Add("Set-Cookie", "_fbp=1")
			w.(http.Flusher).Flush()
			io.WriteString(w, "dy")
		},
		"with a name in another spelling": func(_ *testing.T, w http.ResponseWriter) {
			w.Header()["set-cookie"] = []string{"_ga=1"}
			io.WriteString(w, "body")
		},
		"with a deadline": func(t *testing.T, w http.ResponseWriter) {
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Error(err)
			}
			io.WriteString(w, "body")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				setBoth(w.Header())
				send(t, w)
			})
			res, body := serve(t, g.Strip(h), live.Visitor{})
			if names(res.Header) != "session" || body != "body" || res.StatusCode != http.StatusOK {
				t.Errorf("%d %q set %q", res.StatusCode, body, names(res.Header))
			}
			bare, _ := serve(t, h, live.Visitor{})
			for _, name := range []string{"Content-Type", "Content-Length"} {
				if got, want := res.Header.Get(name), bare.Header.Get(name); got != want {
					t.Errorf("%s is %q, and %q without the gate", name, got, want)
				}
			}
		})
	}
}

func setBoth(h http.Header) {
	h.Add("Set-Cookie", "_ga=1")
	h.Add("Set-Cookie", "session=1")
}

func TestAnAnswerWithoutAWriteIsStripped(t *testing.T) {
	t.Parallel()
	g := gate(t, live.Start(t).URL, nil)
	res, _ := serve(t, g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { setBoth(w.Header()) })), live.Visitor{})
	if names(res.Header) != "session" {
		t.Errorf("set %q", names(res.Header))
	}
}

func TestAnAnswerMadeOfAPanicIsStripped(t *testing.T) {
	t.Parallel()
	g := gate(t, live.Start(t).URL, nil)
	inner := g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		setBoth(w.Header())
		panic("no luck")
	}))
	res, body := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				http.Error(w, "sorry", http.StatusInternalServerError)
			}
		}()
		inner.ServeHTTP(w, r)
	}), live.Visitor{})
	if res.StatusCode != http.StatusInternalServerError || body != "sorry\n" || names(res.Header) != "session" {
		t.Errorf("%d %q set %q", res.StatusCode, body, names(res.Header))
	}
}

func TestEarlyHintsCarryNoRefusedCookie(t *testing.T) {
	t.Parallel()
	g := gate(t, live.Start(t).URL, nil)
	s := httptest.NewServer(g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		setBoth(w.Header())
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Link", "</x>")
	})))
	defer s.Close()
	var early []string
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(_ int, h textproto.MIMEHeader) error {
		early = append(early, names(http.Header(h)))
		return nil
	}})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if strings.Join(early, "|") != "session" || names(res.Header) != "session" || res.Header.Get("Link") == "" {
		t.Errorf("early %q, then %v", early, res.Header)
	}
}

func TestBodiesAreNotHeldBackAndTrailersArrive(t *testing.T) {
	t.Parallel()
	g := gate(t, live.Start(t).URL, nil)
	read := make(chan struct{})
	s := httptest.NewServer(g.Strip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setBoth(w.Header())
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, "one\n")
		w.(http.Flusher).Flush()
		select {
		case <-read:
		case <-r.Context().Done():
		}
		io.WriteString(w, "two\n")
		w.Header().Set("X-Sum", "7")
		w.Header().Set(http.TrailerPrefix+"X-Late", "8")
	})))
	defer s.Close()
	res, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	// The second line is written only after the first has arrived here.
	if one, err := lines.ReadString('\n'); err != nil || one != "one\n" {
		t.Fatalf("%q %v", one, err)
	}
	close(read)
	if rest, err := io.ReadAll(lines); err != nil || string(rest) != "two\n" {
		t.Errorf("%q %v", rest, err)
	}
	if res.Trailer.Get("X-Sum") != "7" || res.Trailer.Get("X-Late") != "8" || names(res.Header) != "session" {
		t.Errorf("trailer %v, set %q", res.Trailer, names(res.Header))
	}
}

func TestAConnectionCanBeHijacked(t *testing.T) {
	t.Parallel()
	g := gate(t, live.Start(t).URL, nil)
	res, body := serve(t, g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		setBoth(w.Header())
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(rw, "HTTP/1.1 200 OK\r\nConnection: close\r\n")
		w.Header().Write(rw)
		io.WriteString(rw, "\r\nraw")
		rw.Flush()
	})), live.Visitor{})
	if body != "raw" || names(res.Header) != "session" {
		t.Errorf("%q set %q", body, names(res.Header))
	}
}

func TestWhatTheWriterBelowCannotDoIsSaid(t *testing.T) {
	t.Parallel()
	g := gate(t, live.Start(t).URL, nil)
	h := g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, _, err := w.(http.Hijacker).Hijack(); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("hijack: %v", err)
		}
		if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("deadline: %v", err)
		}
	}))
	h.ServeHTTP(httptest.NewRecorder(), request(t, live.Visitor{}))
}
