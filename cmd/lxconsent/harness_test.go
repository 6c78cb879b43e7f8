package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// These tests run whole command lines in this process, over real sockets.

const apiToken = "0123456789abcdef0123456789abcdef"

type server struct {
	t     *testing.T
	url   string
	setup string
	// dir is the data directory.
	dir  string
	log  *logged
	stop func()
}

// logged is what a server logs, readable while it runs.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// onEachStore runs a test on the two kinds of store, with the flags that pick them.
func onEachStore(t *testing.T, test func(t *testing.T, flags []string)) {
	t.Helper()
	for name, flags := range map[string][]string{"embedded file": {}, "redis": {"--redis", redistest.Start(t).URL()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, flags)
		})
	}
}

// fileOf writes a file for one test, and returns its name.
func fileOf[T string | []byte](t *testing.T, name string, text T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// start serves the demo until the test ends.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	return startIn(t, t.TempDir(), args...)
}

var greeting = regexp.MustCompile(`(?s)Site\s+(\S+)(?:.*#setup=(\S+))?`)

// startIn serves from a data directory. The server waits longer for its store
// than it would for visitors: the machine may be busy.
func startIn(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	return startBy(t, streams{patience: 4 * time.Second}, dir, args...)
}

// startBy serves by a clock and with the patience of a test.
func startBy(t *testing.T, by streams, dir string, args ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	s := &server{t: t, dir: dir, log: &logged{}}
	done := make(chan int, 1)
	full := append([]string{"serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", dir, "--limits", "off", "--api-token", apiToken}, args...)
	go func() {
		by.out, by.err = in, s.log
		done <- run(ctx, full, by)
		in.Close()
	}()
	text := ""
	lines := bufio.NewScanner(out)
	for !strings.Contains(text, "Embed tag") && lines.Scan() {
		text += lines.Text() + "\n"
	}
	m := greeting.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("the server did not start: status %d\n%s%s", <-done, text, s.log)
	}
	go io.Copy(io.Discard, out)
	s.url, s.setup = m[1], m[2]
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if status := <-done; status != 0 {
			t.Errorf("the server ended with status %d:\n%s", status, s.log)
		}
	}
	t.Cleanup(s.stop)
	return s
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
	cookie map[string]*http.Cookie
}

func (a answer) field(t *testing.T, name string) any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("the answer is not JSON: %s", a.body)
	}
	return m[name]
}

func (a answer) text(t *testing.T, name string) string {
	t.Helper()
	v, _ := a.field(t, name).(string)
	return v
}

type option func(*http.Request)

func header(k, v string) option { return func(r *http.Request) { r.Header.Add(k, v) } }
func cookie(k, v string) option {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: k, Value: v}) }
}
func operator(r *http.Request)      { r.Header.Set("Authorization", "Bearer "+apiToken) }
func subjectToken(s string) option  { return header("Authorization", "Consent "+s) }
func fromPage(origin string) option { return header("Origin", origin) }

func (s *server) do(method, path, body string, opts ...option) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, o := range opts {
		o(req)
	}
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: b, cookie: map[string]*http.Cookie{}}
	for _, c := range res.Cookies() {
		a.cookie[c.Name] = c
	}
	return a
}

// note fetches the sealed note of the demo for a place. A store that is slow on a busy machine is asked again.
func (s *server) note(place string) string {
	s.t.Helper()
	var a answer
	await(s.t, "a notice", func() bool {
		a = s.do(http.MethodGet, "/v1/notice?site=demo&place="+place, "")
		// A server whose store was late when it started publishes the demo a moment later.
		return a.status != http.StatusServiceUnavailable && a.status != http.StatusNotFound
	})
	if a.status != http.StatusOK {
		s.t.Fatalf("notice: %d %s", a.status, a.body)
	}
	return a.text(s.t, "note")
}

// id makes a record id from one byte.
func id(n byte) string {
	return base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{n}, 16))
}

type write map[string]any

func (s *server) write(w write, opts ...option) answer {
	s.t.Helper()
	full := write{"site": "demo", "levels": map[string]int{}, "age": 0}
	for k, v := range w {
		full[k] = v
	}
	if _, ok := full["note"]; !ok {
		full["note"] = s.note("FR")
	}
	b, err := json.Marshal(full)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.do(http.MethodPost, "/v1/consents", string(b), opts...)
}

// decision asks for one purpose and returns allow and reason.
func (s *server) decision(purpose string, opts ...option) (bool, string) {
	s.t.Helper()
	a := s.do(http.MethodGet, "/v1/check?site=demo&purpose="+purpose, "", opts...)
	var out struct {
		Decisions []struct {
			Allow  bool
			Reason string
		}
	}
	if err := json.Unmarshal(a.body, &out); err != nil || len(out.Decisions) != 1 {
		s.t.Fatalf("check: %d %s", a.status, a.body)
	}
	return out.Decisions[0].Allow, out.Decisions[0].Reason
}

func (s *server) command(args ...string) (int, string) {
	s.t.Helper()
	var out bytes.Buffer
	status := run(s.t.Context(), append(args, "--server", s.url, "--token", apiToken), streams{out: &out, err: &out})
	return status, out.String()
}

func example(name string) string { return filepath.Join("..", "..", "examples", name) }
