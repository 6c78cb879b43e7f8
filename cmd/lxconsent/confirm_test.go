package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestASessionThatWasLeftOpenGivesNoPowerAway(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	by := streams{patience: 4 * time.Second, now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }}
	s := startBy(t, by, t.TempDir())
	owner := ann(t, s)
	later.Store(int64(6 * time.Minute))
	dangerous := []struct{ method, path, body string }{
		{http.MethodPost, "/v1/members", encoded(t, map[string]string{"email": "eve@example.com", "role": "owner", "name": "Eve", "password": bobsWords})},
		{http.MethodPost, "/v1/invitations", `{"email":"eve@example.com","role":"owner"}`},
		{http.MethodPost, "/v1/api-keys", `{"name":"k","permissions":["site:read"],"expires":"` + inAYear() + `"}`},
		{http.MethodPost, "/v1/members/ann@example.com/reset", ""},
		{http.MethodPost, "/v1/me/totp", ""},
		{http.MethodDelete, "/v1/me/totp", ""},
		{http.MethodGet, "/v1/backup", ""},
		{http.MethodGet, "/v1/sites/demo/identify-secret", ""},
		{http.MethodDelete, "/v1/sites/demo", ""},
	}
	refused := func(when string) {
		t.Helper()
		for _, act := range dangerous {
			if a := owner.do(act.method, act.path, act.body); a.status != http.StatusForbidden || !strings.Contains(string(a.body), `"code":"confirm"`) {
				t.Errorf("%s: %s %s = %d %.200s; want to be asked for the password", when, act.method, act.path, a.status, a.body)
			}
		}
	}
	refused("six minutes after the sign-in")
	owner.must(http.StatusNoContent, http.MethodDelete, "/v1/me/sessions", "")
	refused("after the other sessions were ended")
	owner.must(http.StatusUnauthorized, http.MethodPut, "/v1/me/password", encoded(t, map[string]string{"current": bobsWords, "new": bobsWords}))
	refused("after a wrong password")
	owner.must(http.StatusNoContent, http.MethodPost, "/v1/session/confirm", encoded(t, map[string]string{"password": annsWords}))
	owner.must(http.StatusNoContent, http.MethodDelete, "/v1/me/sessions", "")
	owner.must(http.StatusOK, http.MethodPost, "/v1/me/totp", "")
}
