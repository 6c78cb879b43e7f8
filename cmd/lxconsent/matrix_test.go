package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/web"
)

// The matrix walks every route as everybody: whoever lacks the permission is
// refused, another organisation's things are answered as if they did not exist,
// and nothing of one organisation stands in any answer to another.

// side is one of two organisations, with everything that addresses can name.
type side struct {
	name, canary string
	site, email  string
	key, invite  string
	people       map[admin.Role]*person
	program      option
}

func TestEveryRouteKeepsEveryRoleToItsRightsAndItsOrganisation(t *testing.T) {
	t.Parallel()
	s := start(t)
	acme, rival := newSide(t, s, "acme"), newSide(t, s, "zeta")
	routes := web.New(web.Options{Clock: time.Now}).Routes()
	known := append(admin.Permissions(), admin.Public, admin.Visitor, admin.OwnSession, admin.ManageInstall)
	for _, r := range routes {
		if !slices.Contains(known, r.Permission) {
			t.Errorf("%s %s asks for the unknown permission %q", r.Method, r.Path, r.Permission)
			continue
		}
		if r.Permission == admin.Public || r.Permission == admin.Visitor {
			continue
		}
		if a := s.do(r.Method, fill(t, r.Path, acme), bodyFor(r.Method)); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s without a credential = %d", r.Method, r.Path, a.status)
		}
		for role, who := range acme.people {
			walk(t, r, string(role), who.opts, acme, rival, r.Permission == admin.OwnSession || slices.Contains(role.Permissions(), r.Permission))
		}
		walk(t, r, "key", []option{acme.program}, acme, rival, r.Permission == admin.OwnSession || slices.Contains([]admin.Permission{admin.ReadSite, admin.CheckAny}, r.Permission))
	}
}

// walk asks one route as one caller: for what is their own, for what is the
// rival's, and for what does not exist.
func walk(t *testing.T, r web.Route, who string, opts []option, own, rival *side, allowed bool) {
	t.Helper()
	s := &server{t: t, url: own.people[admin.Owner].s.url}
	what := fmt.Sprintf("%s %s as %s", r.Method, r.Path, who)
	named := strings.Contains(r.Path, "{")
	creates := r.Method == http.MethodPut && strings.HasPrefix(r.Path, "/v1/sites/")
	if named {
		foreign := s.do(r.Method, fill(t, r.Path, rival), bodyFor(r.Method), opts...)
		noLeak(t, what+" on the rival's", foreign, rival)
		nowhere := s.do(r.Method, fill(t, r.Path, missing()), bodyFor(r.Method), opts...)
		switch {
		case strings.Contains(r.Path, "{site}") && foreign.status != http.StatusNotFound:
			t.Errorf("%s: the rival's is answered %d %s", what, foreign.status, foreign.body)
		case !creates && (foreign.status != nowhere.status || anonymous(foreign.body, rival) != anonymous(nowhere.body, missing())):
			t.Errorf("%s: the rival's is answered\n%d %s\nand what does not exist\n%d %s", what, foreign.status, foreign.body, nowhere.status, nowhere.body)
		}
	}
	if allowed && ends(r) {
		return
	}
	a := s.do(r.Method, fill(t, r.Path, own), bodyFor(r.Method), opts...)
	noLeak(t, what, a, rival)
	switch {
	case !allowed && a.status != http.StatusForbidden:
		t.Errorf("%s = %d %s; want 403", what, a.status, a.body)
	case allowed && (a.status == http.StatusUnauthorized || a.status == http.StatusForbidden && r.Permission != admin.OwnSession):
		t.Errorf("%s = %d %s; it is allowed", what, a.status, a.body)
	}
}

// ends names the routes that would end what the matrix still needs.
func ends(r web.Route) bool {
	return strings.HasPrefix(r.Path, "/v1/session") && r.Method != http.MethodGet || strings.HasPrefix(r.Path, "/v1/me") && r.Method != http.MethodGet ||
		r.Method == http.MethodDelete && (strings.HasPrefix(r.Path, "/v1/members") || strings.HasPrefix(r.Path, "/v1/invitations") || strings.HasPrefix(r.Path, "/v1/api-keys"))
}

func bodyFor(method string) string {
	if method == http.MethodGet || method == http.MethodDelete {
		return ""
	}
	return "{}"
}

func noLeak(t *testing.T, what string, a answer, rival *side) {
	t.Helper()
	if strings.Contains(string(a.body), rival.canary) {
		t.Errorf("%s tells of the rival: %s", what, a.body)
	}
}

// missing is made of names that nobody has.
func missing() *side {
	return &side{name: "none", site: "none-site", email: "none@example.com", key: strings.Repeat("A", 12), invite: strings.Repeat("B", 12)}
}

var param = regexp.MustCompile(`\{([a-z]+)\}`)

// fill writes the names of a side into a path.
func fill(t *testing.T, path string, x *side) string {
	t.Helper()
	return param.ReplaceAllStringFunc(path, func(p string) string {
		switch p {
		case "{site}":
			return x.site
		case "{email}":
			return x.email
		case "{id}":
			if strings.Contains(path, "invitations") {
				return x.invite
			}
			return x.key
		case "{edition}":
			return "1"
		case "{request}", "{record}", "{subject}", "{name}", "{hook}", "{webhook}", "{link}", "{token}", "{number}", "{schedule}":
			return "AAAAAAAAAAAAAAAAAAAAAA"
		}
		t.Fatalf("%s: the matrix does not know what to write for %s", path, p)
		return ""
	})
}

// anonymous takes the names of a side out of an answer.
func anonymous(body []byte, x *side) string {
	return strings.NewReplacer(x.site, "SITE", x.email, "EMAIL", x.key, "KEY", x.invite, "INVITE").Replace(string(body))
}

func newSide(t *testing.T, s *server, name string) *side {
	t.Helper()
	x := &side{name: name, canary: "CANARY-" + name, site: name + "-site", email: "auditor@" + name + ".example", people: map[admin.Role]*person{}}
	as := []option{operator, header("Consent-Tenant", name)}
	must := func(method, path string, body any, opts ...option) answer {
		a := s.do(method, path, encoded(t, body), opts...)
		if a.status >= 300 {
			t.Fatalf("%s %s = %d %s", method, path, a.status, a.body)
		}
		return a
	}
	must(http.MethodPost, "/v1/tenants", map[string]string{"id": name, "name": x.canary, "kind": "processor"}, operator)
	doc := edit(t, example("leadiumx.json"), func(m map[string]any) { m["id"], m["tenant"], m["name"] = x.site, name, x.canary })
	b, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	if a := s.do(http.MethodPut, "/v1/sites/"+x.site+"?note="+x.canary, string(b), as...); a.status != http.StatusOK {
		t.Fatalf("apply = %d %s", a.status, a.body)
	}
	for _, role := range admin.Roles() {
		email := string(role) + "@" + name + ".example"
		must(http.MethodPost, "/v1/members", map[string]any{"email": email, "name": x.canary, "password": annsWords, "role": role}, as...)
		p := &person{s: s}
		p.must(http.StatusNoContent, http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": email, "password": annsWords}))
		x.people[role] = p
	}
	made := must(http.MethodPost, "/v1/api-keys", map[string]any{"name": x.canary, "permissions": []string{"site:read", "check"}, "expires": inAYear()}, as...)
	x.key = made.field(t, "key").(map[string]any)["id"].(string)
	x.program = header("Authorization", "Bearer "+made.text(t, "secret"))
	invited := must(http.MethodPost, "/v1/invitations", map[string]string{"email": x.canary + "@example.com", "role": "editor"}, as...)
	x.invite = invited.field(t, "invitation").(map[string]any)["id"].(string)
	return x
}

// A key that checks on every site of its organisation asks about the visitors of
// another one, in each way there is.
func TestAKeyIsAnsweredNothingOfTheVisitorsOfAnotherOrganisation(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	subject := strings.Split(a.text(t, "subject"), ".")[2]
	key := func(tenant string) option {
		made := s.do(http.MethodPost, "/v1/api-keys", encoded(t, map[string]any{"name": "k", "permissions": []string{"check", "records:read"}, "expires": inAYear()}), operator, header("Consent-Tenant", tenant))
		return header("Authorization", "Bearer "+made.text(t, "secret"))
	}
	own, rival := key("default"), key("rival")
	query, batch := "/v1/check?site=demo&purpose=analytics&subject="+subject, `{"asks":[{"site":"demo","purpose":"analytics","subject":"`+subject+`"}]}`
	for name, c := range map[string]struct {
		with []option
		want string
	}{
		"its own organisation":                  {[]option{own}, `"allow":true`},
		"another one":                           {[]option{rival}, `"reason":"unknown-site"`},
		"another one that says it is the first": {[]option{rival, header("Consent-Tenant", "default")}, `"reason":"unknown-site"`},
	} {
		for _, b := range []answer{s.do(http.MethodGet, query, "", c.with...), s.do(http.MethodPost, "/v1/check", batch, c.with...)} {
			if b.status != http.StatusOK || !strings.Contains(string(b.body), c.want) {
				t.Errorf("%s: %d %s", name, b.status, b.body)
			}
		}
		for _, path := range []string{"/v1/sites/demo/evidence?subject=" + subject, "/v1/sites/demo/records?subject=" + subject} {
			if b := s.do(http.MethodGet, path, "", c.with...); (b.status == http.StatusOK) != (name == "its own organisation") || strings.Contains(string(b.body), subject) && name != "its own organisation" {
				t.Errorf("%s: %s = %d %s", name, path, b.status, b.body)
			}
		}
	}
}
