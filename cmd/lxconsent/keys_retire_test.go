package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// totp is the code that an authenticator app shows; see RFC 6238.
func totp(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	h := hmac.New(sha1.New, raw)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := h.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}

func TestAKeyIsRetiredOnlyAfterWhatItSealedWasSealedAgain(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		keyFile := filepath.Join(dir, "keys")
		s := startIn(t, dir, append(flags, "--webhook-allow", "127.0.0.0/8")...)
		owner := ann(t, s)
		secret := owner.must(http.StatusOK, http.MethodPost, "/v1/me/totp", "").text(t, "secret")
		enrolled := owner.must(http.StatusOK, http.MethodPut, "/v1/me/totp", `{"code":"`+totp(t, secret, time.Now())+`"}`)
		r := newReceiver(t)
		hook := s.do(http.MethodPost, "/v1/sites/demo/webhooks", `{"url":"`+r.URL+`/x"}`, operator)
		if hook.status != http.StatusCreated {
			t.Fatalf("%d %s", hook.status, hook.body)
		}
		r.set(hook.text(t, "secret"), http.StatusNoContent)
		asked := s.do(http.MethodPost, "/privacy/demo/request?place=DE", "kind=question&message=Who+are+you", header("Sec-Fetch-Site", "same-origin"), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})
		if asked.status != http.StatusSeeOther {
			t.Fatalf("%d %s", asked.status, asked.body)
		}
		keys := func(args ...string) (int, string) {
			return lx(t, append([]string{"keys"}, append(args, "--key-file", keyFile)...)...)
		}
		reach := []string{"--server", s.url, "--token", apiToken}
		if st, out := keys("rotate"); st != 0 {
			t.Fatal(out)
		}
		whole, err := os.ReadFile(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		if st, out := keys("retire", "k1", "--server", "http://127.0.0.1:1", "--token", apiToken); st != 1 || !strings.Contains(out, "it was not retired") || !strings.Contains(out, "--force") {
			t.Errorf("without a server: %d %s", st, out)
		}
		// Without its key nothing of this opens; the server does not know that it was.
		lost := strings.Replace(string(whole), `"k1"`, `"k7"`, 1)
		if err := os.WriteFile(keyFile, []byte(lost), 0o600); err != nil {
			t.Fatal(err)
		}
		await(t, "the other key is taken", func() bool { return strings.Contains(s.log.String(), "the key file was read again") && published7(s) })
		if st, out := keys(append([]string{"retire", "k7"}, reach...)...); st != 1 || !strings.Contains(out, "3 values cannot be opened") || !strings.Contains(out, "second factor of ann@example.com") {
			t.Errorf("with values that are lost: %d %s", st, out)
		}
		if err := os.WriteFile(keyFile, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		await(t, "the first key is back", func() bool { return !published7(s) })

		st, out := keys(append([]string{"retire", "k1"}, reach...)...)
		if st != 0 || !strings.Contains(out, "Sealed again under k2: 1 second factor, 1 webhook secret, 1 message.") || strings.Contains(out, "k1") {
			t.Fatalf("%d %s", st, out)
		}
		s.signer("k2")
		await(t, "the server has let the key go", func() bool {
			return strings.Count(string(s.do(http.MethodGet, "/v1/health/details", "", operator).body), `"k1"`) == 0
		})
		if again := s.do(http.MethodPost, "/v1/keys/reseal", "", operator); again.status != http.StatusOK || !strings.Contains(string(again.body), `"resealed":{}`) || !strings.Contains(string(again.body), `"lost":[]`) {
			t.Errorf("again: %d %s", again.status, again.body)
		}
		if list := s.do(http.MethodGet, "/v1/sites/demo/requests?status=open", "", operator); !strings.Contains(string(list.body), "Who are you") {
			t.Errorf("the request: %s", list.body)
		}
		// What was sent before the receiver knew its secret is not meant.
		before := r.wrong()
		s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		r.until(t, func() bool { return r.got["evt_rec_demo_"+id(1)] > 0 })
		if r.wrong() != before {
			t.Error("a delivery had a wrong signature")
		}
		login := func(code string) answer {
			return s.do(http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": "ann@example.com", "password": annsWords, "code": code}))
		}
		// The step of now was used by the enrolment.
		if a := login(totp(t, secret, time.Now().Add(30*time.Second))); a.status != http.StatusNoContent {
			t.Errorf("the second factor: %d %s (%s)", a.status, a.body, enrolled.body)
		}
	})
}

// published7 reports whether a server knows the key k7.
func published7(s *server) bool {
	return strings.Contains(string(s.do(http.MethodGet, "/v1/keys", "").body), `"k7"`)
}

// wrong counts the deliveries whose signature was wrong.
func (r *receiver) wrong() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.forged
}
