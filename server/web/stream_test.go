package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leadiumx/consent/consent"
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

// tell asks a server whose answers may take 15 seconds, and reads what it answers.
func tell(t *testing.T, h http.Handler, request string) (int, string) {
	t.Helper()
	server, p := &http.Server{WriteTimeout: 15 * time.Second, Handler: h}, make(pipes)
	go func() { _ = server.Serve(p) }()
	defer func() {
		close(p)
		_ = server.Close()
	}()
	ours, theirs := net.Pipe()
	p <- theirs
	defer ours.Close()
	if _, err := io.WriteString(ours, request); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(ours), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestADownloadMaySearchLongerThanAnAnswerMayTake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, text := tell(t, web.Streaming(func(w io.Writer) error {
			time.Sleep(20 * time.Second)
			_, err := io.WriteString(w, "found")
			return err
		}), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if text != "found" {
			t.Errorf("%q", text)
		}
	})
}

// weary is a store that takes longer for a publication than an answer may.
type weary struct{ stuck }

func (*weary) late() error {
	time.Sleep(20 * time.Second)
	return consent.Fail(consent.Unavailable, "the store is weary", "wait")
}

func (s *weary) Document(context.Context, string, string) (consent.Document, error) {
	return consent.Document{}, s.late()
}

func (s *weary) Edition(context.Context, string, int) (consent.Edition, error) {
	return consent.Edition{}, s.late()
}

func TestAPublicationMayCompileLongerThanAnAnswerMayTake(t *testing.T) {
	t.Parallel()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ method, path, body string }{
		"a document is applied":    {http.MethodPut, "/v1/sites/other", `{"id":"other"}`},
		"the draft is published":   {http.MethodPost, "/v1/sites/shop/publish", `{}`},
		"an edition is taken back": {http.MethodPost, "/v1/sites/shop/rollback", `{"edition":2}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				status, text := tell(t, server(t, &weary{}, keys), fmt.Sprintf(
					"%s %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
					c.method, c.path, operatorsToken(), len(c.body), c.body))
				if status != http.StatusServiceUnavailable || !strings.Contains(text, "weary") {
					t.Errorf("%d %s", status, text)
				}
			})
		})
	}
}
