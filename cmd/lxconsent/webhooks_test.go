package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// receiver is a program that takes deliveries, and holds them against the secret.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	status int
	got    map[string]int
	bodies map[string]string
	forged int
	news   chan struct{}
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusNoContent, got: map[string]int{}, bodies: map[string]string{}, news: make(chan struct{}, 1000)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	b, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	id := q.Header.Get("webhook-id")
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + q.Header.Get("webhook-timestamp") + "." + string(b)))
	if !strings.Contains(q.Header.Get("webhook-signature"), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))) {
		r.forged++
	}
	w.WriteHeader(r.status)
	if r.status < 300 {
		r.got[id]++
		r.bodies[id] = string(b)
	}
	r.news <- struct{}{}
}

func (r *receiver) set(secret string, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret, r.status = secret, status
}

// body is what came with an event.
func (r *receiver) body(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bodies[id]
}

// until waits for deliveries until the receiver is as wanted.
func (r *receiver) until(t *testing.T, wanted func() bool) {
	t.Helper()
	for {
		r.mu.Lock()
		ok := wanted()
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-r.news:
		case <-t.Context().Done():
			t.Fatal("the deliveries did not come")
		}
	}
}

func TestWebhooksGetEveryEventAcrossARestart(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		flags = append(flags, "--webhook-allow", "127.0.0.0/8")
		s := startIn(t, dir, flags...)
		r := newReceiver(t)
		made := s.do(http.MethodPost, "/v1/sites/demo/webhooks", `{"url":"`+r.URL+`/x","after":""}`, operator)
		if made.status != http.StatusCreated || !strings.HasPrefix(made.text(t, "secret"), "whsec_") {
			t.Fatalf("%d %s", made.status, made.body)
		}
		r.set(made.text(t, "secret"), http.StatusInternalServerError)
		hook := "/v1/sites/demo/webhooks/" + made.text(t, "id")
		w := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		s.write(write{"id": id(2), "action": "reject_all"})
		r.until(t, func() bool { return len(r.news) >= 0 && r.forged == 0 && len(r.got) == 0 })
		s.stop()

		s = startIn(t, dir, flags...)
		s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(w.text(t, "subject")))
		r.set(made.text(t, "secret"), http.StatusNoContent)
		// What failed waits for some seconds; replay does not.
		s.do(http.MethodPost, hook+"/replay", `{"after":""}`, operator)
		want := []string{"evt_rec_demo_" + id(1), "evt_rec_demo_" + id(2), "evt_ed_demo_1"}
		r.until(t, func() bool {
			erased := false
			for id := range r.got {
				erased = erased || strings.HasPrefix(id, "evt_era_demo_")
			}
			for _, id := range want {
				if r.got[id] == 0 {
					return false
				}
			}
			return erased
		})
		if n := r.wrong(); n != 0 {
			t.Errorf("%d deliveries had a wrong signature", n)
		}
		var body struct {
			Type, Timestamp string
			Data            struct{ ID, Subject string }
		}
		if err := json.Unmarshal([]byte(r.body(want[1])), &body); err != nil || body.Type != "consent.recorded" || body.Data.ID != id(2) {
			t.Errorf("%v %+v", err, body)
		}
		view := s.do(http.MethodGet, hook, "", operator)
		if view.status != http.StatusOK || strings.Contains(string(view.body), "whsec_") || strings.Contains(string(view.body), "sealed") {
			t.Errorf("%d %s", view.status, view.body)
		}
		if test := s.do(http.MethodPost, hook+"/test", "{}", operator); test.field(t, "status") != float64(204) {
			t.Errorf("%s", test.body)
		}
		old := made.text(t, "secret")
		turned := s.do(http.MethodPost, hook+"/rotate", "", operator)
		for _, secret := range []string{old, turned.text(t, "secret")} {
			r.set(secret, http.StatusNoContent)
			s.do(http.MethodPost, hook+"/test", "", operator)
		}
		if n := r.wrong(); n != 0 || turned.text(t, "secret") == old {
			t.Errorf("after turning the secret: %d wrong", n)
		}
		if gone := s.do(http.MethodDelete, hook, "", operator); gone.status != http.StatusNoContent {
			t.Errorf("%d", gone.status)
		}
		if left := s.do(http.MethodGet, hook, "", operator); left.status != http.StatusNotFound {
			t.Errorf("%d", left.status)
		}
	})
}

func TestWebhooksReachNoPrivateAddress(t *testing.T) {
	t.Parallel()
	s := start(t)
	r := newReceiver(t)
	for _, url := range []string{r.URL, "https://127.0.0.1", "https://[::1]:8443/x", "https://10.1.2.3", "https://169.254.169.254/latest", "https://localhost"} {
		a := s.do(http.MethodPost, "/v1/sites/demo/webhooks", `{"url":"`+url+`"}`, operator)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text(t, "fix"), "--webhook-allow") {
			t.Errorf("%s: %d %s", url, a.status, a.body)
		}
	}
	made := s.do(http.MethodPost, "/v1/sites/demo/webhooks", `{"url":"https://192.88.98.1"}`, operator)
	if made.status != http.StatusCreated {
		t.Fatalf("%d %s", made.status, made.body)
	}
	if a := s.do(http.MethodPatch, "/v1/sites/demo/webhooks/"+made.text(t, "id"), `{"url":"https://192.168.0.1"}`, operator); a.status != http.StatusUnprocessableEntity {
		t.Errorf("changed to a private address: %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodPatch, "/v1/sites/demo/webhooks/"+made.text(t, "id"), `{"disabled":true}`, operator); a.status != http.StatusOK {
		t.Errorf("disabled: %d %s", a.status, a.body)
	}
	for _, url := range []string{"ftp://example.com", "https://u:p@example.com", "example.com", "", "https://", "https://a b"} {
		if a := s.do(http.MethodPost, "/v1/sites/demo/webhooks", `{"url":"`+url+`"}`, operator); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", url, a.status)
		}
	}
	if a := s.do(http.MethodPost, "/v1/sites/demo/webhooks", `{"url":"https://example.com","events":["consent.sold"]}`, operator); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown event: %d", a.status)
	}
}

func TestTheFeedIsReadAgainFromAnyCursor(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		w := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		end := s.do(http.MethodGet, "/v1/sites/demo/events?after=end", "", operator).text(t, "next")
		s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(w.text(t, "subject")))
		s.write(write{"id": id(2), "action": "reject_all"})
		read := func(after string, limit string) (types []string, next string) {
			for {
				a := s.do(http.MethodGet, "/v1/sites/demo/events?after="+after+"&limit="+limit, "", operator)
				var out struct {
					Events []struct{ Type, Cursor string }
					Next   string
				}
				if err := json.Unmarshal(a.body, &out); err != nil || a.status != http.StatusOK {
					t.Fatalf("%d %s", a.status, a.body)
				}
				for _, e := range out.Events {
					types = append(types, e.Type)
				}
				if after = out.Next; len(out.Events) == 0 {
					return types, after
				}
			}
		}
		for _, limit := range []string{"1", "2", "1000"} {
			if types, _ := read("", limit); strings.Count(strings.Join(types, " "), "consent.") != 3 || strings.Count(strings.Join(types, " "), "edition.published") != 1 {
				t.Errorf("by %s: %v", limit, types)
			}
		}
		types, next := read(end, "10")
		if strings.Join(types, " ") != "consent.erased consent.recorded" {
			t.Errorf("behind the end: %v", types)
		}
		if types, _ := read(next, "10"); len(types) != 0 {
			t.Errorf("nothing new, but %v", types)
		}
		for _, bad := range []string{"after=x", "after=IiI", "limit=0", "limit=1001"} {
			if a := s.do(http.MethodGet, "/v1/sites/demo/events?"+bad, "", operator); a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", bad, a.status)
			}
		}
	})
}

func TestAnExportGoesOnFromItsCursorAndSpreadsheetsRunNothingOfIt(t *testing.T) {
	t.Parallel()
	s := start(t)
	first := "-_-_-_-_-_-_-_-_-_-_-A"
	w := s.write(write{"id": first, "action": "accept_all", "levels": acceptAll})
	if w.status != http.StatusCreated {
		t.Fatalf("%s", w.body)
	}
	s.write(write{"id": id(2), "action": "reject_all"})
	_, out := s.command("ledger", "export", "--site", "demo")
	var line struct{ ID, Cursor string }
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &line); err != nil || line.ID != first {
		t.Fatalf("%v %s", err, out)
	}
	_, csv := s.command("ledger", "export", "--site", "demo", "--format", "csv", "--after", line.Cursor)
	rows := strings.Split(strings.TrimSpace(csv), "\n")
	if len(rows) != 2 || !strings.HasPrefix(rows[0], "id,site,subject,") || !strings.HasPrefix(rows[1], id(2)+",demo,") {
		t.Errorf("the rest as CSV:\n%s", csv)
	}
	if _, csv := s.command("ledger", "export", "--site", "demo", "--format", "csv"); !strings.Contains(csv, "\n'"+first+",") {
		t.Errorf("an id that begins like a formula:\n%s", csv)
	}
	if st, out := s.command("ledger", "export", "--site", "demo", "--after", "nonsense"); st != 1 || !strings.Contains(out, "cursor") {
		t.Errorf("%d %s", st, out)
	}
	st, out := s.command("ledger", "subjects", "--site", "demo", "--from", "2020-01-01")
	if st != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(w.text(t, "subject"), strings.Split(out, `"`)[3]) {
		t.Errorf("the subjects: %d %s", st, out)
	}
	if st, out := s.command("ledger", "subjects", "--site", "demo", "--to", "2020-01-01"); st != 0 || out != "" {
		t.Errorf("before all: %d %s", st, out)
	}
}
