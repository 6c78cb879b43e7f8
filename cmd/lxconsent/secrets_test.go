package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/web"
)

// Whoever may read everything reads no secret by which somebody else proves who
// they are, nor does whoever reads the log.
func TestNoAnswerTellsASecretThatWasToldOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	key := owner.must(http.StatusOK, http.MethodPost, "/v1/api-keys", encoded(t, map[string]any{"name": "k", "permissions": []string{"check"}, "expires": inAYear()}))
	hook := owner.must(http.StatusCreated, http.MethodPost, "/v1/sites/demo/webhooks", `{"url":"https://192.88.98.1"}`)
	invited := owner.must(http.StatusOK, http.MethodPost, "/v1/invitations", `{"email":"bob@example.com","role":"editor"}`)
	_, invitation, _ := strings.Cut(invited.text(t, "url"), "#invite=")
	visitor := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	_, apiKey, _ := strings.Cut(key.text(t, "secret"), ".")
	secrets := map[string]string{
		"the operator's token": apiToken, "a session": owner.session, "a password": annsWords, "the hash of a password": "$argon2id$",
		"an API key": apiKey, "a webhook's secret": strings.TrimPrefix(hook.text(t, "secret"), "whsec_"), "an invitation": invitation,
		"a visitor's token": visitor.text(t, "subject")[strings.LastIndexByte(visitor.text(t, "subject"), '.')+1:],
	}
	for i, raw := range signingSecrets(t, s.dir) {
		for form, text := range map[string]string{"hex": hex.EncodeToString(raw), "base64": base64.RawStdEncoding.EncodeToString(raw), "base64url": base64.RawURLEncoding.EncodeToString(raw)} {
			secrets[fmt.Sprintf("signing key %d as %s", i, form)] = text
		}
	}
	holds := func(what, text string) {
		t.Helper()
		for name, secret := range secrets {
			if secret == "" {
				t.Fatalf("there is no %s", name)
			}
			if strings.Contains(text, secret) && !(name == "the hash of a password" && strings.Contains(what, "/v1/backup")) {
				t.Errorf("%s holds %s", what, name)
			}
		}
	}
	for _, r := range web.New(web.Options{Clock: time.Now, Demo: true}).Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		path := fill(t, strings.ReplaceAll(strings.ReplaceAll(r.Path, "{file}", "demo.js"), "*", ""), &side{site: "demo", email: "ann@example.com", key: "k", invite: "i"})
		path = strings.ReplaceAll(path, "/webhooks/AAAAAAAAAAAAAAAAAAAAAA", "/webhooks/"+hook.text(t, "id"))
		for who, opts := range map[string][]option{"nobody": nil, "the operator": {operator}, "the owner": {cookie("lx_session", owner.session)}} {
			a := s.do(http.MethodGet, path+"?site=demo&purpose=analytics&record="+id(1), "", opts...)
			holds("GET "+path+" by "+who, string(a.body))
			if strings.Contains(r.Path, "/webhooks/{webhook}") && who == "the operator" && a.status != http.StatusOK {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	}
	s.stop()
	holds("the log", s.log.String())
}

// signingSecrets are those of the key file.
func signingSecrets(t *testing.T, dir string) (list [][]byte) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Keys []struct{ Secret string } }
	if err := json.Unmarshal(b, &file); err != nil || len(file.Keys) == 0 {
		t.Fatalf("%d keys, %v", len(file.Keys), err)
	}
	for _, k := range file.Keys {
		raw, err := base64.StdEncoding.DecodeString(k.Secret)
		if err != nil || len(raw) < 32 {
			t.Fatalf("%d bytes, %v", len(raw), err)
		}
		list = append(list, raw)
	}
	return list
}
