package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// limitedServer serves with the budgets on; the addresses of visitors are
// named by a trusted proxy. Its time stands still, so that no token comes back
// while a slow machine spends the others.
func limitedServer(t *testing.T, flags ...string) *server {
	t.Helper()
	now := time.Now()
	by := streams{patience: 4 * time.Second, now: func() time.Time { return now }}
	return startBy(t, by, t.TempDir(), append([]string{"--limits", "on", "--trusted-proxies", "127.0.0.0/8"}, flags...)...)
}

func from(address string) option { return header("X-Forwarded-For", address) }

// flood writes decisions from an address until one is refused, and returns it.
func (s *server) flood(w write, address string, first int) answer {
	s.t.Helper()
	w["note"] = s.note("FR")
	for n := first; n < first+3000; n++ {
		w["id"] = numbered(n)
		if a := s.write(w, from(address)); a.status != http.StatusCreated {
			return a
		}
	}
	s.t.Fatal("3,000 writes of one network were all taken")
	return answer{}
}

// taken counts the grants of an address that are taken before one is refused.
func (s *server) taken(address string, first int) int {
	s.t.Helper()
	note := s.note("FR")
	for n := range 600 {
		if a := s.write(write{"id": numbered(first + n), "action": "accept_all", "levels": acceptAll, "note": note}, from(address)); a.status == http.StatusTooManyRequests {
			return n
		}
	}
	return 600
}

// numbered makes a record id from a number.
func numbered(n int) string { return fmt.Sprintf("%021dA", n) }

func TestAFloodOfGrantsIsStoppedAndStopsNobodyFromRefusing(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	a := s.flood(write{"action": "accept_all", "levels": acceptAll}, "198.51.100.7", 1)
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != http.StatusTooManyRequests || a.text(t, "code") != "too-many-requests" || err != nil || wait < 1 || a.text(t, "fix") == "" {
		t.Fatalf("%d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
	}
	if n := s.taken("198.51.100.200", 5000); n > 0 {
		t.Errorf("a neighbour in the same /24 granted %d times more", n)
	}
	cases := []struct {
		name, from string
		w          write
		want       int
	}{
		{"a neighbour may refuse", "198.51.100.200", write{"id": id(102), "action": "reject_all"}, http.StatusCreated},
		{"a neighbour may withdraw", "198.51.100.7", write{"id": id(103), "action": "withdraw"}, http.StatusCreated},
		{"a save that grants nothing is a refusal", "198.51.100.7", write{"id": id(104), "action": "save", "levels": map[string]int{"analytics": 0}}, http.StatusCreated},
		{"another network may grant", "203.0.113.9", write{"id": id(105), "action": "accept_all", "levels": acceptAll}, http.StatusCreated},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if a := s.write(c.w, from(c.from)); a.status != c.want {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestOneAddressBlockOfIPv6IsOneNetwork(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	s.flood(write{"action": "accept_all", "levels": acceptAll}, "2001:db8:7:1::1", 1)
	if n := s.taken("2001:db8:7:ffff::2", 5000); n > 0 {
		t.Errorf("the same /48 granted %d times more", n)
	}
	if a := s.write(write{"id": id(102), "action": "accept_all", "levels": acceptAll}, from("2001:db8:8::1")); a.status != http.StatusCreated {
		t.Errorf("another /48: %d %s", a.status, a.body)
	}
}

func TestAVisitorWhoWritesTooOftenIsStoppedAloneAndMayStillWithdraw(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	address := "198.51.100.7"
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}, from(address))
	token := a.text(t, "subject")
	if token == "" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	a = s.flood(write{"action": "save", "levels": map[string]int{"analytics": 1}, "subject": token}, address, 1000)
	if a.status != http.StatusTooManyRequests {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a = s.write(write{"id": id(2), "action": "withdraw", "subject": token}, from(address)); a.status != http.StatusCreated {
		t.Errorf("the withdrawal: %d %s", a.status, a.body)
	}
	if a = s.write(write{"id": id(3), "action": "accept_all", "levels": acceptAll}, from(address)); a.status != http.StatusCreated {
		t.Errorf("somebody else beside: %d %s", a.status, a.body)
	}
}

func TestAForgedSubjectIsRefusedAndCostsItsOwnerNothing(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	token := a.text(t, "subject")
	forged := token[:len(token)-4] + "AAAA"
	for n := range 40 {
		if a := s.write(write{"id": numbered(n), "action": "reject_all", "subject": forged}); a.status != http.StatusForbidden || a.text(t, "code") != "bad-token" {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if a := s.write(write{"id": id(2), "action": "save", "levels": map[string]int{"analytics": 0}, "subject": token}); a.status != http.StatusCreated {
		t.Errorf("the owner: %d %s", a.status, a.body)
	}
	if allow, why := s.decision("marketing", cookie("lx_consent", a.text(t, "consent")), cookie("lx_subject", token)); !allow {
		t.Errorf("marketing was refused by a stranger: %s", why)
	}
}

func TestASignalAloneIsNotRecorded(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "gpc", "signals": map[string]bool{"gpc": true}}, header("Sec-GPC", "1"))
	if a.status != http.StatusUnprocessableEntity || a.text(t, "code") != "contradictory" || len(a.cookie) != 0 {
		t.Errorf("%d %s, cookies %v", a.status, a.body, a.cookie)
	}
	if status, out := s.command("ledger", "export", "--site", "demo"); status != 0 || out != "" {
		t.Errorf("the export holds %s", out)
	}
	if a := s.write(write{"id": id(2), "action": "gpc", "levels": map[string]int{"marketing": 0}}); a.status != http.StatusCreated {
		t.Errorf("a refusal made because of the signal: %d %s", a.status, a.body)
	}
}

func TestTheRoutesListWhatBrowsersGetBesideTheAPI(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if status := run(t.Context(), []string{"routes", "--json"}, streams{out: &b, err: &b}); status != 0 {
		t.Fatal(b.String())
	}
	var routes []struct{ Method, Path, Permission string }
	if err := json.Unmarshal(b.Bytes(), &routes); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"/": true, "/dashboard/*": true, "/demo/": true, "/demo/sink.json": true, "/demo/{file}": true}
	for _, r := range routes {
		if delete(want, r.Path); r.Permission == "" {
			t.Errorf("%s %s has no permission", r.Method, r.Path)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestWhatAProgramDecidesIsKeptAndNotCounted(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}, header("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"))
	b := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll}, header("User-Agent", "Mozilla/5.0 (X11) Chrome/140.0.0.0"))
	if a.status != http.StatusCreated || b.status != http.StatusCreated {
		t.Fatalf("%s\n%s", a.body, b.body)
	}
	_, out := s.command("ledger", "export", "--site", "demo")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 2 {
		t.Fatal(out)
	}
}
