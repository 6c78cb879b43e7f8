package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	annsWords = "purple kettle orbit sandwich"
	bobsWords = "granite violin tuesday lantern"
)

// person is somebody with a browser.
type person struct {
	s       *server
	opts    []option
	session string
}

func (p *person) do(method, path, body string) answer {
	p.s.t.Helper()
	a := p.s.do(method, path, body, p.opts...)
	if k := a.cookie["lx_session"]; k != nil {
		p.opts, p.session = []option{cookie("lx_session", k.Value)}, k.Value
	}
	return a
}

func (p *person) must(status int, method, path, body string) answer {
	p.s.t.Helper()
	a := p.do(method, path, body)
	if a.status != status {
		p.s.t.Fatalf("%s %s = %d %s; want %d", method, path, a.status, a.body, status)
	}
	return a
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// ann opens the setup link and makes her account.
func ann(t *testing.T, s *server) *person {
	t.Helper()
	p := &person{s: s}
	p.must(http.StatusNoContent, http.MethodPost, "/v1/session", encoded(t, map[string]string{"setup": s.setup}))
	p.must(http.StatusNoContent, http.MethodPost, "/v1/me", encoded(t, map[string]string{"email": "Ann@Example.com", "name": "Ann", "password": annsWords}))
	return p
}

// joined invites somebody and accepts in their name.
func joined(t *testing.T, by *person, email, role, password string) *person {
	t.Helper()
	a := by.must(http.StatusOK, http.MethodPost, "/v1/invitations", encoded(t, map[string]string{"email": email, "role": role}))
	_, token, _ := strings.Cut(a.text(t, "url"), "#invite=")
	p := &person{s: by.s}
	p.must(http.StatusNoContent, http.MethodPost, "/v1/invitations/accept", encoded(t, map[string]string{"token": token, "email": email, "password": password}))
	return p
}

func TestTheSetupLinkMakesAnOwnerWhoThenSignsInWithAPassword(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		s := startIn(t, dir, flags...)
		p := ann(t, s)
		me := p.must(http.StatusOK, http.MethodGet, "/v1/session", "")
		if me.text(t, "email") != "ann@example.com" || me.text(t, "role") != "owner" || me.field(t, "install") != true {
			t.Fatalf("the owner is %s", me.body)
		}
		in := func(email, password string) answer {
			return s.do(http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": email, "password": password}))
		}
		wrong, nobody := in("ann@example.com", "something else entirely"), in("nobody@example.com", annsWords)
		if wrong.status != http.StatusUnauthorized || string(wrong.body) != string(nobody.body) {
			t.Fatalf("a wrong password is answered %d %s, an unknown address %s", wrong.status, wrong.body, nobody.body)
		}
		if a := in(" ANN@example.com", annsWords); a.status != http.StatusNoContent || a.cookie["lx_session"] == nil || !a.cookie["lx_session"].HttpOnly {
			t.Fatalf("signing in = %d %s", a.status, a.body)
		}
		if len(flags) > 0 {
			return
		}
		s.stop()
		out := greetingOf(t, dir)
		if strings.Contains(out, "#setup=") {
			t.Fatalf("a server with an owner prints a setup link:\n%s", out)
		}
	})
}

func TestASessionDiesWithThePasswordAndWithTheRole(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	bob := joined(t, owner, "bob@example.com", "editor", bobsWords)
	other := &person{s: s}
	other.must(http.StatusNoContent, http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": "bob@example.com", "password": bobsWords}))
	bob.must(http.StatusNoContent, http.MethodPut, "/v1/me/password", encoded(t, map[string]string{"current": bobsWords, "new": "marble saddle quarter thistle"}))
	bob.must(http.StatusOK, http.MethodGet, "/v1/sites", "")
	other.must(http.StatusUnauthorized, http.MethodGet, "/v1/sites", "")
	owner.must(http.StatusNoContent, http.MethodPut, "/v1/members/bob@example.com", `{"role":"analyst"}`)
	bob.must(http.StatusUnauthorized, http.MethodGet, "/v1/sites", "")
	bob.must(http.StatusNoContent, http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": "bob@example.com", "password": "marble saddle quarter thistle"}))
	owner.must(http.StatusNoContent, http.MethodDelete, "/v1/members/bob@example.com", "")
	bob.must(http.StatusUnauthorized, http.MethodGet, "/v1/sites", "")
}

func TestNobodyGivesMoreThanTheyHold(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	admin := joined(t, owner, "bob@example.com", "admin", bobsWords)
	editor := joined(t, owner, "eve@example.com", "editor", "copper mitten falcon ribbon")
	admin.must(http.StatusForbidden, http.MethodPost, "/v1/invitations", `{"email":"x@example.com","role":"owner"}`)
	admin.must(http.StatusForbidden, http.MethodPut, "/v1/members/bob@example.com", `{"role":"owner"}`)
	admin.must(http.StatusForbidden, http.MethodDelete, "/v1/members/ann@example.com", "")
	admin.must(http.StatusForbidden, http.MethodPost, "/v1/members/ann@example.com/reset", "")
	admin.must(http.StatusForbidden, http.MethodPost, "/v1/api-keys", `{"name":"k","permissions":["tenant:own"],"expires":"`+inAYear()+`"}`)
	admin.must(http.StatusForbidden, http.MethodPost, "/v1/tenants", `{"id":"acme","name":"Acme","kind":"processor"}`)
	editor.must(http.StatusForbidden, http.MethodPost, "/v1/invitations", `{"email":"x@example.com","role":"analyst"}`)
	editor.must(http.StatusForbidden, http.MethodPost, "/v1/sites/demo/publish", `{}`)
	editor.must(http.StatusForbidden, http.MethodGet, "/v1/sites/demo/records", "")
	if a := owner.do(http.MethodDelete, "/v1/members/ann@example.com", ""); a.status != http.StatusConflict {
		t.Fatalf("the last owner left: %d %s", a.status, a.body)
	}
}

func TestAnInvitationWorksOnceForItsAddressAndWhileItsGiverMayGiveIt(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	admin := joined(t, owner, "bob@example.com", "admin", bobsWords)
	invite := func(by *person, email string) string {
		a := by.must(http.StatusOK, http.MethodPost, "/v1/invitations", encoded(t, map[string]string{"email": email, "role": "editor"}))
		_, token, _ := strings.Cut(a.text(t, "url"), "#invite=")
		return token
	}
	accept := func(token, email string) int {
		return s.do(http.MethodPost, "/v1/invitations/accept", encoded(t, map[string]string{"token": token, "email": email, "password": "copper mitten falcon ribbon"})).status
	}
	token := invite(owner, "eve@example.com")
	if got := accept(token, "mallory@example.com"); got != http.StatusForbidden {
		t.Fatalf("another address accepts: %d", got)
	}
	if got := accept(token, "eve@example.com"); got != http.StatusNoContent {
		t.Fatalf("accepting = %d", got)
	}
	if got := accept(token, "eve@example.com"); got != http.StatusNotFound {
		t.Fatalf("accepting twice = %d", got)
	}
	token = invite(admin, "carl@example.com")
	owner.must(http.StatusNoContent, http.MethodPut, "/v1/members/bob@example.com", `{"role":"analyst"}`)
	if got := accept(token, "carl@example.com"); got != http.StatusNotFound {
		t.Fatalf("an invitation outlives the right to give it: %d", got)
	}
}

func TestAnAPIKeyDoesWhatItIsForOnItsSitesUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	site := func(id string) {
		if a := s.do(http.MethodPut, "/v1/sites/"+id, siteDocument(t, id), operator); a.status != http.StatusOK {
			t.Fatalf("apply %s = %d %s", id, a.status, a.body)
		}
	}
	site("shop")
	site("blog")
	made := owner.must(http.StatusOK, http.MethodPost, "/v1/api-keys", `{"name":"gate","permissions":["check","site:read"],"sites":["shop"],"expires":"`+inAYear()+`"}`)
	key := header("Authorization", "Bearer "+made.text(t, "secret"))
	if a := s.do(http.MethodGet, "/v1/check?site=shop&purpose=analytics", "", key); a.status != http.StatusOK {
		t.Fatalf("check = %d %s", a.status, a.body)
	}
	foreign, unknown := s.do(http.MethodGet, "/v1/check?site=blog&purpose=analytics", "", key), s.do(http.MethodGet, "/v1/check?site=nope&purpose=analytics", "", key)
	if !strings.Contains(string(foreign.body), `"reason":"unknown-site"`) || strings.ReplaceAll(string(foreign.body), "blog", "nope") != string(unknown.body) {
		t.Fatalf("another site = %d %s; an unknown one %s", foreign.status, foreign.body, unknown.body)
	}
	if a := s.do(http.MethodGet, "/v1/sites", "", key); !strings.Contains(string(a.body), `"shop"`) || strings.Contains(string(a.body), `"blog"`) {
		t.Fatalf("the key sees %s", a.body)
	}
	if a := s.do(http.MethodPut, "/v1/sites/shop/draft", siteDocument(t, "shop"), key); a.status != http.StatusForbidden || a.text(t, "detail") != "the API key does not allow this" {
		t.Fatalf("the key writes, or a program is told of a role: %d %s", a.status, a.body)
	}
	list := owner.must(http.StatusOK, http.MethodGet, "/v1/api-keys", "")
	if strings.Contains(string(list.body), made.text(t, "secret")) || strings.Contains(string(list.body), "hash") {
		t.Fatalf("the list tells the secret: %s", list.body)
	}
	id := list.field(t, "keys").([]any)[0].(map[string]any)["id"].(string)
	owner.must(http.StatusNoContent, http.MethodDelete, "/v1/api-keys/"+id, "")
	if a := s.do(http.MethodGet, "/v1/check?site=shop&purpose=analytics", "", key); a.status != http.StatusUnauthorized {
		t.Fatalf("a revoked key = %d", a.status)
	}
}

func TestAnAPIKeyOfOnePermissionDoesThatOnEverySiteAndNothingElse(t *testing.T) {
	t.Parallel()
	s := start(t)
	routes := map[string]string{
		"site:read": "/v1/sites/demo", "records:read": "/v1/sites/demo/records", "insight:read": "/v1/sites/demo/insight",
		"requests:read": "/v1/sites/demo/requests", "hooks:read": "/v1/sites/demo/webhooks", "keys:write": "/v1/sites/demo/identify-secret",
	}
	for held := range routes {
		made := s.do(http.MethodPost, "/v1/api-keys", encoded(t, map[string]any{"name": held, "permissions": []string{held}, "expires": inAYear()}), operator)
		key := header("Authorization", "Bearer "+made.text(t, "secret"))
		for needed, path := range routes {
			want := http.StatusForbidden
			if needed == held {
				want = http.StatusOK
			}
			if a := s.do(http.MethodGet, path, "", key); a.status != want {
				t.Errorf("a key for %s: GET %s = %d, want %d: %.200s", held, path, a.status, want, a.body)
			}
		}
	}
}

func TestTheOperatorAddsPeopleOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := start(t)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(bobsWords+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.told("user", "add", "bob@example.com", "--role", "publisher", "--tenant", "acme", "--password-file", file)
	if out := s.told("user", "list", "--tenant", "acme"); !strings.Contains(out, "bob@example.com") {
		t.Fatalf("the list is %s", out)
	}
	if out := s.told("user", "link", "bob@example.com", "--tenant", "acme"); !strings.Contains(out, "/dashboard/#reset=") {
		t.Fatalf("the link is %s", out)
	}
	if out := s.told("user", "add", "eve@example.com", "--tenant", "acme"); !strings.Contains(out, "/dashboard/#invite=") {
		t.Fatalf("the link is %s", out)
	}
	bob := &person{s: s}
	bob.must(http.StatusNoContent, http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": "bob@example.com", "password": bobsWords}))
	if a := bob.must(http.StatusOK, http.MethodGet, "/v1/sites", ""); strings.Contains(string(a.body), "demo") {
		t.Fatalf("a member of acme sees %s", a.body)
	}
}

func (s *server) told(args ...string) string {
	s.t.Helper()
	status, out := s.command(args...)
	if status != 0 {
		s.t.Fatalf("%v ended with %d: %s", args, status, out)
	}
	return out
}

// siteDocument is the example's document under another id.
func siteDocument(t *testing.T, id string) string {
	t.Helper()
	b, err := os.ReadFile(edit(t, example("leadiumx.json"), func(m map[string]any) { m["id"] = id }))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func inAYear() string { return time.Now().AddDate(0, 11, 0).UTC().Format(time.RFC3339) }

// greetingOf starts a server and returns what it prints.
func greetingOf(t *testing.T, dir string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	go func() {
		run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--data-dir", dir}, streams{out: in, err: io.Discard})
		in.Close()
	}()
	text := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if text += lines.Text() + "\n"; strings.Contains(text, "Embed tag") {
			cancel()
		}
	}
	return text
}
