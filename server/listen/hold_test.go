package listen_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

func TestALookThatIsHeldBackEndsWithItsConnectionOrItsDeadline(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(net.Conn) error
		want error
	}{
		"closed":                {net.Conn.Close, io.ErrClosedPipe},
		"aborted":               {func(c net.Conn) error { return c.SetReadDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		"aborted both ways":     {func(c net.Conn) error { return c.SetDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		"closed after an abort": {func(c net.Conn) error { return errors.Join(c.SetReadDeadline(time.Unix(1, 0)), c.Close()) }, os.ErrDeadlineExceeded},
		"aborted before":        {nil, os.ErrDeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				ours, _ := pair(t)
				start := time.Now()
				if c.end == nil {
					_ = ours.SetReadDeadline(time.Unix(1, 0))
				} else {
					go func() {
						synctest.Wait()
						_ = c.end(ours)
					}()
				}
				if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, c.want) || time.Since(start) != 0 {
					t.Errorf("ended with %v after %s, want %v at once", err, time.Since(start), c.want)
				}
			})
		})
	}
}
