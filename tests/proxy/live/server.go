//go:build unix

package live

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// program names the built program to the tests of one test binary.
const program = "LXCONSENT_TEST_PROGRAM"

// Main builds the program into a temporary folder, runs the tests and removes
// it. Call it from TestMain and exit with what it returns. A program that the
// environment variable LXCONSENT_TEST_PROGRAM names is used as it is.
func Main(m *testing.M) int {
	if os.Getenv(program) != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "lxconsent")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "lxconsent")
	build := exec.Command("go", "build", "-o", path, "github.com/leadiumx/consent/cmd/lxconsent")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program cannot be built: %v\n%s", err, out)
		return 1
	}
	if err := os.Setenv(program, path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// Command runs the built program and returns what it wrote and how it ended.
func Command(args ...string) (string, error) {
	out, err := exec.Command(os.Getenv(program), args...).CombinedOutput()
	return string(out), err
}

// Token is the API token of every Server.
const Token = "0123456789abcdef0123456789abcdef"

// Server is a consent server that serves the demo site.
type Server struct {
	*Process
	// URL is its base URL, without a slash at the end.
	URL string
	t   testing.TB
}

var greeting = regexp.MustCompile(`(?s)Site\s+(\S+).*Embed tag`)

// Start starts a consent server with further flags; Main must have built it.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	secret := filepath.Join(dir, "token")
	if err := os.WriteFile(secret, []byte(Token), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", filepath.Join(dir, "data"), "--limits", "off", "--api-token-file", secret}, flags...)
	out, in := io.Pipe()
	p := Run(t, exec.Command(os.Getenv(program), args...), in)
	found := make(chan string, 1)
	go func() {
		defer out.Close()
		text := ""
		for lines := bufio.NewScanner(out); lines.Scan(); {
			text += lines.Text() + "\n"
			if m := greeting.FindStringSubmatch(text); m != nil {
				found <- m[1]
				return
			}
		}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	defer in.Close()
	select {
	case url := <-found:
		return &Server{Process: p, URL: url, t: t}
	case <-p.Gone():
		t.Fatalf("the server ended:\n%s", p.Said())
	case <-timer.C:
		t.Fatalf("the server did not start:\n%s", p.Said())
	}
	return nil
}

// Visitor is what a browser keeps of its visitor's choice: the values of the
// two cookies, empty before a choice.
type Visitor struct{ Consent, Subject string }

// AddTo sends the visitor's cookies with a request.
func (v Visitor) AddTo(r *http.Request) {
	for name, value := range map[string]string{"lx_consent": v.Consent, "lx_subject": v.Subject} {
		if value != "" {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
}

// AcceptAll is a new visitor who grants everything.
func (s *Server) AcceptAll() Visitor {
	s.t.Helper()
	return s.Choose(Visitor{}, "accept_all", map[string]int{"functional": 1, "analytics": 1, "marketing": 1, "recording": 3})
}

// RejectAll is a new visitor who refuses everything.
func (s *Server) RejectAll() Visitor {
	s.t.Helper()
	return s.Choose(Visitor{}, "reject_all", map[string]int{"functional": 0, "analytics": 0, "marketing": 0, "recording": 0})
}

// Withdraw takes back what a visitor granted and returns the new cookies.
func (s *Server) Withdraw(v Visitor) Visitor {
	s.t.Helper()
	return s.Choose(v, "withdraw", map[string]int{"functional": 0, "analytics": 0, "marketing": 0, "recording": 0})
}

// Choose records a choice that is made in France, where every purpose but the
// necessary one needs a grant.
func (s *Server) Choose(v Visitor, action string, levels map[string]int) Visitor {
	s.t.Helper()
	return s.ChooseIn("FR", v, action, levels)
}

// ChooseIn records a choice that is made in a place.
func (s *Server) ChooseIn(place string, v Visitor, action string, levels map[string]int) Visitor {
	s.t.Helper()
	var notice struct{ Note string }
	s.call(http.MethodGet, "/v1/notice?site=demo&place="+place, nil, http.StatusOK, &notice)
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		s.t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{
		"site": "demo", "id": base64.RawURLEncoding.EncodeToString(id[:]), "note": notice.Note,
		"levels": levels, "action": action, "age": 0, "consent": v.Consent, "subject": v.Subject,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	var now Visitor
	s.call(http.MethodPost, "/v1/consents", body, http.StatusCreated, &now)
	if now.Subject == "" {
		now.Subject = v.Subject
	}
	return now
}

func (s *Server) call(method, path string, body []byte, want int, into any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != want {
		s.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	if err := json.Unmarshal(b, into); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, path, err, b)
	}
}
