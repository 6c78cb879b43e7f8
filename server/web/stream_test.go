package web_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leadiumx/consent/server/web"
)

// pipes is a listener of connections within this process.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (pipes) Close() error   { return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

func TestADownloadMaySearchLongerThanAnAnswerMayTake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &http.Server{
			WriteTimeout: 15 * time.Second,
			Handler: web.Streaming(func(w io.Writer) error {
				time.Sleep(20 * time.Second)
				_, err := io.WriteString(w, "found")
				return err
			}),
		}
		p := make(pipes)
		go func() { _ = server.Serve(p) }()
		defer func() {
			close(p)
			_ = server.Close()
		}()
		ours, theirs := net.Pipe()
		p <- theirs
		defer ours.Close()
		if _, err := io.WriteString(ours, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(ours), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if b, err := io.ReadAll(res.Body); err != nil || string(b) != "found" {
			t.Errorf("%q, %v", b, err)
		}
	})
}
