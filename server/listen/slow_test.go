package listen_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/listen"
)

// serve runs a server with the deadlines of the shipped program.
func serve(t *testing.T) pipes {
	t.Helper()
	p := make(pipes)
	server := &http.Server{
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: 60 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/large" {
				_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
				return
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			if r.URL.Path == "/slow" {
				select {
				case <-r.Context().Done():
				case <-time.After(12 * time.Second):
				}
			}
			if r.URL.Path == "/taken" {
				c, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					_, _ = io.Copy(c, c)
				}
				return
			}
			_, _ = w.Write(append([]byte("read "), body...))
		}),
	}
	go func() { _ = listen.Serve(server, p) }()
	t.Cleanup(func() {
		close(p)
		_ = server.Close()
	})
	return p
}

// until reads to the end of the connection and returns when that came.
func until(c net.Conn) time.Duration {
	start := time.Now()
	_, _ = io.Copy(io.Discard, c)
	return time.Since(start)
}

func TestSlowClientsAreCut(t *testing.T) {
	t.Parallel()
	const whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	// drip sends a byte a second until nobody takes it.
	drip := func(c net.Conn, text string) {
		for _, b := range []byte(text) {
			if _, err := c.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	answered := func(t *testing.T, c net.Conn) {
		t.Helper()
		_, _ = io.WriteString(c, whole)
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("answer %v, %v", r, err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
	}
	for _, c := range []struct {
		name string
		do   func(*testing.T, net.Conn)
		want time.Duration
	}{
		{"who sends nothing", func(*testing.T, net.Conn) {}, 5 * time.Second},
		{"who sends a head byte by byte", func(_ *testing.T, c net.Conn) { go drip(c, whole) }, 5 * time.Second},
		{"who does so after a whole request", func(t *testing.T, c net.Conn) {
			answered(t, c)
			time.Sleep(20 * time.Second)
			_, _ = io.WriteString(c, "GET ")
		}, 5 * time.Second},
		{"who sends a letter after a whole request", func(t *testing.T, c net.Conn) {
			answered(t, c)
			time.Sleep(20 * time.Second)
			_, _ = io.WriteString(c, "G")
		}, 5 * time.Second},
		{"who sends half a request behind a whole one", func(_ *testing.T, c net.Conn) { go io.WriteString(c, whole+"GET / HT") }, 5 * time.Second},
		{"who asks nothing more", answered, 60 * time.Second},
		{"who sends a body byte by byte", func(_ *testing.T, c net.Conn) {
			go func() {
				_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n")
				drip(c, strings.Repeat("x", 30))
			}()
		}, 10 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				client := serve(t).dial()
				defer func() {
					_ = client.Close()
					// Whoever still drips notices it at the next byte.
					time.Sleep(2 * time.Second)
				}()
				c.do(t, client)
				if got := until(client); got < c.want || got > c.want+time.Second {
					t.Errorf("cut after %s, want %s", got, c.want)
				}
			})
		})
	}
}

func TestAClientWhoDoesNotReadIsCut(t *testing.T) {
	alone(t, func(t *testing.T) {
		client := serve(t).dial()
		defer client.Close()
		_, _ = io.WriteString(client, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(16 * time.Second)
		all, _ := io.ReadAll(client)
		if len(all) > 64<<10 {
			t.Errorf("%d bytes were kept for it", len(all))
		}
	})
}

func TestAConnectionIsKeptAsLongAsItAsks(t *testing.T) {
	alone(t, func(t *testing.T) {
		client := serve(t).dial()
		defer client.Close()
		in := bufio.NewReader(client)
		// Pauses of all lengths: each request comes at another moment of the
		// deadlines that the ones before it left behind.
		for pause := range 59 {
			_, _ = io.WriteString(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
			time.Sleep(4 * time.Second)
			_, _ = io.WriteString(client, "body")
			r, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("after a pause of %d s: %v", pause, err)
			}
			if body, _ := io.ReadAll(r.Body); string(body) != "read body" {
				t.Errorf("body = %q", body)
			}
			time.Sleep(time.Duration(pause) * time.Second)
		}
	})
}

func TestAnAnswerMayTakeLongerThanItsRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, request string }{
		{"no body", "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"a body", "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"},
		{"a body in chunks", "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				client := serve(t).dial()
				defer client.Close()
				// All come at once, and wait for each other.
				go io.WriteString(client, c.request+c.request+c.request)
				start, in := time.Now(), bufio.NewReader(client)
				for i := range 3 {
					r, err := http.ReadResponse(in, nil)
					if err != nil {
						t.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, r.Body)
					if got, want := time.Since(start), time.Duration(i+1)*12*time.Second; got != want {
						t.Errorf("answer %d came after %s, want %s", i, got, want)
					}
				}
			})
		})
	}
}

func TestARefusalIsReadAfterALongPause(t *testing.T) {
	alone(t, func(t *testing.T) {
		client := serve(t).dial()
		defer client.Close()
		in := bufio.NewReader(client)
		for _, c := range []struct {
			request string
			want    int
		}{
			{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", http.StatusOK},
			{"no request\r\n\r\n", http.StatusBadRequest},
		} {
			_, _ = io.WriteString(client, c.request)
			r, err := http.ReadResponse(in, nil)
			if err != nil || r.StatusCode != c.want {
				t.Fatalf("answer %v, %v, want %d", r, err, c.want)
			}
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(50 * time.Second)
		}
	})
}

func TestAConnectionThatIsTakenHasNoDeadlines(t *testing.T) {
	alone(t, func(t *testing.T) {
		client := serve(t).dial()
		_, _ = io.WriteString(client, "GET /taken HTTP/1.1\r\nHost: a\r\n\r\n")
		for range 3 {
			time.Sleep(10 * time.Minute)
			_, _ = io.WriteString(client, "echo")
			b := make([]byte, 4)
			if _, err := io.ReadFull(client, b); err != nil || string(b) != "echo" {
				t.Fatalf("read %q, %v", b, err)
			}
		}
		_ = client.Close()
	})
}

func TestTheLastAnswerReachesAClientThatStillSends(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 8)
		_, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	})}
	go func() { _ = listen.Serve(server, l) }()
	defer server.Close()
	r, err := http.Post("http://"+l.Addr().String(), "text/plain", strings.NewReader(strings.Repeat("x", 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status = %d", r.StatusCode)
	}
}

// Net/http looks for the next request of a connection that it is about to close,
// when the rest of a body that nobody read was there already.
func TestAConnectionThatIsClosedOverAnUnreadBodyIsServedByOneAtATime(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{IdleTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusUnsupportedMediaType)
	})}
	go func() { _ = listen.Serve(server, l) }()
	defer server.Close()
	for range 20 {
		r, err := http.Post("http://"+l.Addr().String(), "text/plain", strings.NewReader(strings.Repeat("x", 9<<10)))
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("status = %d", r.StatusCode)
		}
	}
}

func TestAnswersOfEverySizeComeWhole(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{WriteTimeout: 15 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Path[1:])
		body := make([]byte, size)
		for i := range body {
			body[i] = byte(i * 31 >> 3)
		}
		w.Header().Set("Content-Length", strconv.Itoa(size))
		_, _ = w.Write(body)
	})}
	go func() { _ = listen.Serve(server, l) }()
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer client.CloseIdleConnections()
	ask := func(size int) {
		r, err := client.Get("http://" + l.Addr().String() + "/" + strconv.Itoa(size))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		got, err := io.ReadAll(r.Body)
		if err != nil || len(got) != size {
			t.Fatalf("%d of %d bytes: %v", len(got), size, err)
		}
		for i := range got {
			if got[i] != byte(i*31>>3) {
				t.Fatalf("byte %d of %d is wrong", i, size)
			}
		}
	}
	// The head takes something over 100 bytes: with it, some of these fill the
	// server's buffer once or twice to the last byte.
	for size := 3900; size < 4100; size++ {
		ask(size)
		ask(size + 4096)
	}
	// More than the sockets hold at once.
	ask(8 << 20)
}

func TestDeadlinesAreKeptHereOnlyForAGoThatWasTested(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"go1.26": true, "go1.26.8": true, "go1.26.8-custom": true,
		"go1.25.9": false, "go1.27": false, "go1.260": false, "go1.26rc1": false, "devel go1.27-abc": false, "": false,
	} {
		if got := listen.Tested(version); got != want {
			t.Errorf("Tested(%q) = %t, want %t", version, got, want)
		}
	}
}
