package listen_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/listen"
)

// counted counts the one-byte reads that reach a connection.
type counted struct {
	net.Conn
	looks *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	if len(p) == 1 {
		c.looks.Add(1)
	}
	return c.Conn.Read(p)
}

type counting struct {
	pipes
	looks atomic.Int64
}

func (l *counting) Accept() (net.Conn, error) {
	c, err := l.pipes.Accept()
	return counted{c, &l.looks}, err
}

// taking serves requests that each take a while, or until the client has left.
// Left is told when that was noticed.
func taking(t *testing.T, took time.Duration) (l *counting, left chan time.Time) {
	t.Helper()
	l, left = &counting{pipes: make(pipes)}, make(chan time.Time, 1)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(took):
			_, _ = io.WriteString(w, r.URL.Path)
		case <-r.Context().Done():
			left <- time.Now()
		}
	})}
	go func() { _ = listen.Serve(server, l) }()
	t.Cleanup(func() {
		close(l.pipes)
		_ = server.Close()
	})
	return l, left
}

// answers reads the paths that are answered.
func answers(t *testing.T, in *bufio.Reader, want ...string) {
	t.Helper()
	for _, path := range want {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(r.Body); string(body) != path || err != nil {
			t.Fatalf("answer %q, %v, want %q", body, err, path)
		}
	}
}

func TestAConnectionIsOnlyWatchedForTheAnswersThatTakeLong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		took time.Duration
		want int64
	}{"short ones": {4 * time.Millisecond, 0}, "long ones": {40 * time.Millisecond, 3}} {
		t.Run(name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				l, _ := taking(t, c.took)
				client := l.dial()
				defer client.Close()
				in := bufio.NewReader(client)
				for range 3 {
					_, _ = io.WriteString(client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
					answers(t, in, "/a")
				}
				if n := l.looks.Load(); n != c.want {
					t.Errorf("%d looks, want %d", n, c.want)
				}
			})
		})
	}
}

func TestAClientThatLeavesIsNoticedWithinTenMilliseconds(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"at once": time.Microsecond, "soon": 3 * time.Millisecond, "later": time.Second} {
		t.Run(name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				l, left := taking(t, time.Hour)
				client := l.dial()
				_, _ = io.WriteString(client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
				time.Sleep(after)
				start := time.Now()
				_ = client.Close()
				if took := (<-left).Sub(start); took > 10*time.Millisecond {
					t.Errorf("noticed after %s", took)
				}
			})
		})
	}
}

func TestRequestsThatAreSentAheadAreAnsweredInTheirOrder(t *testing.T) {
	t.Parallel()
	for name, took := range map[string]time.Duration{"short ones": time.Millisecond, "long ones": 40 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				l, _ := taking(t, took)
				client := l.dial()
				defer client.Close()
				go func() {
					for _, path := range []string{"/a", "/b", "/c"} {
						_, _ = io.WriteString(client, "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n")
					}
				}()
				answers(t, bufio.NewReader(client), "/a", "/b", "/c")
			})
		})
	}
}

func TestWhatALookHasReadComesBeforeWhatFollows(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]time.Duration{"all at once": 0, "byte by byte": time.Second} {
		t.Run(name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				l, left := taking(t, time.Minute)
				client := l.dial()
				in := bufio.NewReader(client)
				for range 2 {
					_, _ = io.WriteString(client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
					// It is read while the one before is answered.
					go func() {
						time.Sleep(20 * time.Millisecond)
						for i := range "GET /b HTTP/1.1" {
							_, _ = client.Write([]byte{"GET /b HTTP/1.1"[i]})
							time.Sleep(pause / 100)
						}
						_, _ = io.WriteString(client, "\r\nHost: a\r\n\r\n")
					}()
					answers(t, in, "/a", "/b")
				}
				_ = client.Close()
				select {
				case <-left:
					t.Error("somebody has left who waited")
				default:
				}
			})
		})
	}
}

// served is a client of a server, which ends with the test.
func served(t *testing.T, server *http.Server, l pipes) net.Conn {
	t.Helper()
	go func() { _ = listen.Serve(server, l) }()
	client := l.dial()
	t.Cleanup(func() {
		_ = client.Close()
		close(l)
		_ = server.Close()
	})
	return client
}

func TestAConnectionThatIsTakenKeepsWhatALookHasRead(t *testing.T) {
	alone(t, func(t *testing.T) {
		l := make(pipes)
		server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second)
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			b := make([]byte, 4)
			_, _ = io.ReadFull(c, b)
			_, _ = c.Write(b)
		})}
		client := served(t, server, l)
		_, _ = io.WriteString(client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(20 * time.Millisecond)
		go func() { _, _ = io.WriteString(client, "echo") }()
		b := make([]byte, 4)
		if _, err := io.ReadFull(client, b); err != nil || string(b) != "echo" {
			t.Errorf("read %q, %v", b, err)
		}
	})
}

func TestTheContextOfAConnectionIsTheServersOwn(t *testing.T) {
	alone(t, func(t *testing.T) {
		type key struct{}
		l, bound := make(pipes), make(chan any, 1)
		server := &http.Server{
			ReadHeaderTimeout: time.Minute,
			ConnContext:       func(ctx context.Context, _ net.Conn) context.Context { return context.WithValue(ctx, key{}, "kept") },
			Handler:           http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { bound <- r.Context().Value(key{}) }),
		}
		client := served(t, server, l)
		_, _ = io.WriteString(client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
		if v := <-bound; v != "kept" {
			t.Errorf("the context holds %v", v)
		}
	})
}
