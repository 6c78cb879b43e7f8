package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestASiteIsAppliedListedAndRolledBack(t *testing.T) {
	t.Parallel()
	s := start(t)
	doc := example("leadiumx.json")
	if st, out := s.command("site", "apply", "-f", doc); st != 0 || !strings.Contains(out, "edition 1 is live") {
		t.Fatalf("%d %s", st, out)
	}
	if st, out := s.command("site", "apply", "-f", doc); st != 0 || !strings.Contains(out, "nothing to do") {
		t.Errorf("again: %d %s", st, out)
	}
	// Editors look for the schema there.
	schemed := edit(t, doc, func(m map[string]any) { m["$schema"] = s.url + "/v1/schema/site.json" })
	if st, out := s.command("site", "apply", "-f", schemed); st != 0 || !strings.Contains(out, "nothing to do") {
		t.Errorf("with the address of its schema: %d %s", st, out)
	}
	changed := edit(t, doc, func(m map[string]any) { m["name"] = "Another name" })
	if st, out := s.command("site", "apply", "-f", changed); st != 0 || !strings.Contains(out, "edition 2 is live") {
		t.Errorf("changed: %d %s", st, out)
	}
	if st, out := s.command("site", "list"); st != 0 || !strings.Contains(out, "Another name") || !strings.Contains(out, "demo") {
		t.Errorf("list: %d %s", st, out)
	}
	if st, out := s.command("site", "rollback", "leadiumx", "1"); st != 0 || !strings.Contains(out, "edition 3 is live") {
		t.Errorf("rollback: %d %s", st, out)
	}
	if a := s.do(http.MethodGet, "/s/leadiumx.js", ""); a.status != http.StatusOK || a.header.Get("Consent-Edition") != "3" {
		t.Errorf("script: %d %v", a.status, a.header)
	}
}

func TestASiteThatWasNeverPublishedIsListedWithoutATime(t *testing.T) {
	t.Parallel()
	s := start(t)
	if a := s.do(http.MethodPut, "/v1/sites/shop/draft", siteDocument(t, "shop"), operator); a.status != http.StatusOK {
		t.Fatalf("save the draft: %d %s", a.status, a.body)
	}
	st, out := s.command("site", "list")
	_, line, found := strings.Cut(out, "\nshop ")
	line, _, _ = strings.Cut(line, "\n")
	if st != 0 || !found || strings.Contains(line, "0001") || !strings.Contains(line, "never") {
		t.Errorf("%d %s", st, out)
	}
}

func TestSiteApplyRefusesFaultsWithPathCauseAndFix(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"an unknown key":              {func(m map[string]any) { m["colour"] = "red" }, "/colour"},
		"a schema that is no address": {func(m map[string]any) { m["$schema"] = 7 }, "/$schema"},
		"a bad colour":                {func(m map[string]any) { m["banner"].(map[string]any)["theme"] = map[string]any{"accent": "red"} }, "banner.theme.accent"},
		"an unknown class":            {func(m map[string]any) { m["purposes"].([]any)[1].(map[string]any)["classes"] = []string{"spying"} }, "purposes[1].classes[0]"},
		"an unknown mode":             {func(m map[string]any) { m["stricter"] = []any{map[string]any{"modes": map[string]any{"ads": "maybe"}}} }, "/stricter/0/modes/ads"},
		"no controller":               {func(m map[string]any) { m["controller"].(map[string]any)["name"] = "" }, "controller.name"},
		"a place that does not exist": {func(m map[string]any) { m["establishment"] = "ZZ" }, "establishment"},
		"a text for nothing":          {func(m map[string]any) { m["texts"] = map[string]any{"en": map[string]any{"nope": "x"}} }, "texts.en.nope"},
		"a cookie domain of nobody":   {func(m map[string]any) { m["cookie_domain"] = "com" }, "cookie_domain"},
		"a cookie domain of others":   {func(m map[string]any) { m["cookie_domain"] = "other.com" }, "cookie_domain"},
		"a malformed origin":          {func(m map[string]any) { m["origins"] = []string{"leadiumx.ai/path"} }, "origins[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &server{t: t, url: s.url}
			st, out := s.command("site", "apply", "-f", edit(t, example("leadiumx.json"), c.change))
			if st != 1 || !strings.Contains(out, c.want) || !strings.Contains(out, "fix:") {
				t.Errorf("%d %s", st, out)
			}
		})
	}
}

// edit writes a changed copy of a JSON document and returns its path.
func edit(t *testing.T, path string, change func(map[string]any)) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	if b, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "site.json")
	if err := os.WriteFile(out, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestManagementNeedsAPermission(t *testing.T) {
	t.Parallel()
	s := start(t)
	var routes []struct{ Method, Path, Permission string }
	a := s.do(http.MethodGet, "/v1/openapi.json", "")
	if a.status != http.StatusOK || !strings.Contains(string(a.body), `"3.1.0"`) {
		t.Fatalf("openapi: %d", a.status)
	}
	var out strings.Builder
	if st := run(t.Context(), []string{"routes", "--json"}, streams{out: &out, err: &out}); st != 0 {
		t.Fatal(out.String())
	}
	if err := json.Unmarshal([]byte(out.String()), &routes); err != nil {
		t.Fatal(err)
	}
	guarded := 0
	for _, r := range routes {
		if r.Permission == "public" || r.Permission == "visitor" {
			continue
		}
		guarded++
		path := strings.ReplaceAll(r.Path, "{site}", "demo")
		if a := s.do(r.Method, path, ""); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s without a credential: %d", r.Method, path, a.status)
		}
		if a := s.do(r.Method, path, "", header("Authorization", "Bearer "+strings.Repeat("x", 40))); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s with a wrong token: %d", r.Method, path, a.status)
		}
	}
	if guarded < 10 {
		t.Errorf("only %d routes are guarded", guarded)
	}
}

func TestTheStatusOfAnAnswerStandsInTheDocument(t *testing.T) {
	t.Parallel()
	s := start(t)
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct{ Content map[string]any }
			Responses   map[string]any
		}
	}
	if err := json.Unmarshal(s.do(http.MethodGet, "/v1/openapi.json", "").body, &doc); err != nil {
		t.Fatal(err)
	}
	call := func(method, path, template, body string) answer {
		t.Helper()
		a := s.do(method, path, body, operator)
		if _, said := doc.Paths[template][strings.ToLower(method)].Responses[strconv.Itoa(a.status)]; !said {
			t.Errorf("%s %s answers %d %s, which the document does not say", method, path, a.status, a.body)
		}
		return a
	}
	key := call(http.MethodPost, "/v1/api-keys", "/v1/api-keys", encoded(t, map[string]any{"name": "shop", "permissions": []string{"check"}, "expires": inAYear()}))
	call(http.MethodDelete, "/v1/api-keys/"+key.field(t, "key").(map[string]any)["id"].(string), "/v1/api-keys/{id}", "")
	invite := call(http.MethodPost, "/v1/invitations", "/v1/invitations", `{"email":"bob@example.com","role":"editor"}`)
	call(http.MethodDelete, "/v1/invitations/"+invite.field(t, "invitation").(map[string]any)["id"].(string), "/v1/invitations/{id}", "")
	call(http.MethodPost, "/v1/members", "/v1/members", encoded(t, map[string]any{"email": "carl@example.com", "name": "Carl", "password": annsWords, "role": "editor"}))
	call(http.MethodPut, "/v1/members/carl@example.com", "/v1/members/{email}", `{"role":"analyst"}`)
	call(http.MethodDelete, "/v1/members/carl@example.com", "/v1/members/{email}", "")
	share := call(http.MethodPost, "/v1/sites/demo/shares", "/v1/sites/{site}/shares", `{"days":1}`)
	call(http.MethodDelete, "/v1/sites/demo/shares/"+share.field(t, "share").(map[string]any)["id"].(string), "/v1/sites/{site}/shares/{link}", "")
	call(http.MethodPost, "/v1/seen", "/v1/seen", encoded(t, map[string]any{"site": "demo", "note": s.note("FR"), "action": "names"}))
	call(http.MethodPost, "/v1/sites/demo/archive", "/v1/sites/{site}/archive", "")
	call(http.MethodDelete, "/v1/sites/demo/archive", "/v1/sites/{site}/archive", "")
	for _, path := range []string{"/v1/consents", "/v1/consents/me", "/v1/identify", "/v1/seen"} {
		if sent := doc.Paths[path]["post"].RequestBody.Content; len(sent) != 2 || sent["text/plain"] == nil {
			t.Errorf("%s is sent as %v", path, sent)
		}
	}
}

func TestTheKindOfAnAnswerStandsInTheDocument(t *testing.T) {
	t.Parallel()
	s := start(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Content map[string]any }
		}
	}
	if err := json.Unmarshal(s.do(http.MethodGet, "/v1/openapi.json", "").body, &doc); err != nil {
		t.Fatal(err)
	}
	token := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "subject")
	subject := header("Authorization", "Consent "+token)
	for _, c := range []struct {
		path, template string
		how            func(*http.Request)
	}{
		{"/v1/consents/me?site=demo", "/v1/consents/me", subject},
		{"/v1/consents/me?site=demo&format=csv", "/v1/consents/me", subject},
		{"/v1/sites/demo/records?format=csv", "/v1/sites/{site}/records", operator},
		{"/v1/sites/demo/insight?format=csv", "/v1/sites/{site}/insight", operator},
		{"/s/demo.js", "/s/{site}.js", subject},
		{"/s/nobody.js", "/s/{site}.js", subject},
	} {
		a := s.do(http.MethodGet, c.path, "", c.how)
		said, known := doc.Paths[c.template]["get"].Responses[strconv.Itoa(a.status)]
		if !known {
			said = doc.Paths[c.template]["get"].Responses["default"]
		}
		kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
		if _, ok := said.Content[kind]; !ok {
			t.Errorf("GET %s answers %d as %s, and the document says %v", c.path, a.status, kind, said.Content)
		}
	}
}

func TestSetupLinkWorksOnceAndOnlyFromOurOwnPages(t *testing.T) {
	t.Parallel()
	s := start(t)
	body := `{"setup":"` + s.setup + `"}`
	if a := s.do(http.MethodPost, "/v1/session", body, fromPage("https://evil.example"), header("Sec-Fetch-Site", "cross-site")); a.status != http.StatusForbidden {
		t.Errorf("from another site: %d", a.status)
	}
	a := s.do(http.MethodPost, "/v1/session", body)
	k := a.cookie["lx_session"]
	if a.status != http.StatusNoContent || k == nil || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode {
		t.Fatalf("%d %v", a.status, a.header)
	}
	if b := s.do(http.MethodPost, "/v1/session", body); b.status != http.StatusUnauthorized {
		t.Errorf("a second time: %d", b.status)
	}
	session := cookie("lx_session", k.Value)
	if b := s.do(http.MethodGet, "/v1/sites", "", session); b.status != http.StatusOK {
		t.Errorf("sites: %d %s", b.status, b.body)
	}
	if b := s.do(http.MethodPost, "/v1/sites/demo/publish", `{}`, session, fromPage("https://evil.example"), header("Sec-Fetch-Site", "cross-site")); b.status != http.StatusForbidden {
		t.Errorf("a forged publish: %d", b.status)
	}
	s.do(http.MethodDelete, "/v1/session", "", session)
	if b := s.do(http.MethodGet, "/v1/sites", "", session); b.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", b.status)
	}
}
