package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

// account is an account of the site and the proof that the site's server made.
type account struct{ name, proof string }

func (s *server) account(name string) account {
	s.t.Helper()
	status, out := s.command("site", "identify-secret", "demo")
	if status != 0 {
		s.t.Fatal(out)
	}
	return account{name, consent.ProveAccount(strings.TrimSpace(out), name, time.Now())}
}

// device is a browser as its cookies tell.
type device struct {
	*server
	consent, subject string
}

func (d *device) take(a answer) answer {
	d.t.Helper()
	if v := a.text(d.t, "consent"); v != "" {
		d.consent = v
	}
	if v := a.text(d.t, "subject"); v != "" {
		d.subject = v
	}
	return a
}

func (d *device) chooses(id string, w write) answer {
	d.t.Helper()
	w["id"], w["consent"], w["subject"] = id, d.consent, d.subject
	a := d.take(d.write(w))
	if a.status != http.StatusCreated {
		d.t.Fatalf("%d %s", a.status, a.body)
	}
	return a
}

func (d *device) identifies(as account) answer {
	d.t.Helper()
	b, err := json.Marshal(map[string]string{"site": "demo", "external_id": as.name, "proof": as.proof, "consent": d.consent, "subject": d.subject})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.take(d.do(http.MethodPost, "/v1/identify", string(b), header("Content-Type", "text/plain")))
}

// may asks with the cookies that the device holds.
func (d *device) may(purpose string) string {
	d.t.Helper()
	var with []option
	if d.consent != "" {
		with = append(with, cookie("lx_consent", d.consent))
	}
	if d.subject != "" {
		with = append(with, cookie("lx_subject", d.subject))
	}
	_, why := d.decision(purpose, with...)
	return why
}

// byName asks as the site's server does, and in a batch too.
func (s *server) byName(as account, purpose string) string {
	s.t.Helper()
	a := s.do(http.MethodGet, "/v1/check?site=demo&purpose="+purpose+"&external_id="+as.name, "", operator)
	b := s.do(http.MethodPost, "/v1/check", `{"asks":[{"site":"demo","purpose":"`+purpose+`","external_id":"`+as.name+`"}]}`, operator)
	var one, many struct{ Decisions []struct{ Reason string } }
	if json.Unmarshal(a.body, &one) != nil || json.Unmarshal(b.body, &many) != nil || len(one.Decisions) != 1 || len(many.Decisions) != 1 {
		s.t.Fatalf("%s\n%s", a.body, b.body)
	}
	if one.Decisions[0] != many.Decisions[0] {
		s.t.Errorf("alone %v, in a batch %v", one, many)
	}
	return one.Decisions[0].Reason
}

func TestDevicesOfAnAccountDecideTogether(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		n := 0
		for title, test := range identifyTests() {
			n++
			as := s.account("account-" + strconv.Itoa(n))
			ids := n * 100
			t.Run(title, func(t *testing.T) {
				at := &server{t: t, url: s.url}
				next := func() string { ids++; return numbered(ids) }
				test(t, at, as, next)
			})
		}
	})
}

func identifyTests() map[string]func(t *testing.T, s *server, as account, id func() string) {
	grant := func() write { return write{"action": "accept_all", "levels": acceptAll} }
	return map[string]func(t *testing.T, s *server, as account, id func() string){
		"an opt-out of a logged-in visitor follows to the next device, and to the site's server": func(t *testing.T, s *server, as account, id func() string) {
			phone, desk := &device{server: s}, &device{server: s}
			phone.chooses(id(), grant())
			phone.identifies(as)
			desk.chooses(id(), grant())
			desk.identifies(as)
			if why := s.byName(as, "marketing"); why != "granted" {
				t.Fatalf("both granted: %s", why)
			}
			phone.chooses(id(), write{"action": "withdraw"})
			if why := s.byName(as, "marketing"); why != "denied" {
				t.Errorf("by name: %s", why)
			}
			if why := desk.may("marketing"); why != "denied" {
				t.Errorf("the other device's cookies: %s", why)
			}
			before := desk.consent
			desk.identifies(as)
			if desk.consent == before || !strings.Contains(desk.consent, "marketing:0") {
				t.Errorf("the other device is told %s", desk.consent)
			}
			// Afterwards the latest decision counts, wherever it is made.
			desk.chooses(id(), grant())
			if why := s.byName(as, "marketing"); why != "granted" {
				t.Errorf("after a new grant: %s", why)
			}
			if why := phone.may("marketing"); why != "granted" {
				t.Errorf("on the first device: %s", why)
			}
		},
		"at linking a refusal of either wins": func(t *testing.T, s *server, as account, id func() string) {
			phone, desk, third := &device{server: s}, &device{server: s}, &device{server: s}
			phone.chooses(id(), grant())
			phone.identifies(as)
			desk.chooses(id(), write{"action": "save", "levels": map[string]int{"analytics": 1, "marketing": 0, "functional": 1}})
			desk.identifies(as)
			for purpose, want := range map[string]string{"marketing": "denied", "analytics": "granted"} {
				for where, why := range map[string]string{"by name": s.byName(as, purpose), "desk": desk.may(purpose), "phone": phone.may(purpose)} {
					if why != want {
						t.Errorf("%s, %s: %s", purpose, where, why)
					}
				}
			}
			third.chooses(id(), write{"action": "reject_all"})
			if third.subject != "" {
				t.Fatal("a refusal made a subject")
			}
			third.identifies(as)
			if why := s.byName(as, "analytics"); why != "denied" {
				t.Errorf("after an anonymous refusal was linked: %s", why)
			}
		},
		"a device without a choice gets the account's and changes nothing": func(t *testing.T, s *server, as account, id func() string) {
			phone, fresh := &device{server: s}, &device{server: s}
			phone.chooses(id(), grant())
			phone.identifies(as)
			fresh.identifies(as)
			if why := fresh.may("marketing"); why != "granted" {
				t.Error(why)
			}
			if fresh.consent != phone.consent {
				t.Errorf("%s\n%s", fresh.consent, phone.consent)
			}
		},
		"where nobody decided nothing is stored, and the first choice is the account's": func(t *testing.T, s *server, as account, id func() string) {
			d := &device{server: s}
			a := d.identifies(as)
			if a.status != http.StatusOK || len(a.cookie) != 0 || d.consent != "" || d.subject == "" {
				t.Fatalf("%d %s, cookies %v", a.status, a.body, a.cookie)
			}
			if why := s.byName(as, "marketing"); why != "no-record" {
				t.Errorf("before: %s", why)
			}
			d.chooses(id(), write{"action": "reject_all"})
			if why := s.byName(as, "marketing"); why != "denied" {
				t.Errorf("after: %s", why)
			}
		},
		"linking again changes nothing": func(t *testing.T, s *server, as account, id func() string) {
			d := &device{server: s}
			d.chooses(id(), grant())
			old := d.subject
			d.identifies(as)
			first := d.consent
			for range 3 {
				d.identifies(as)
			}
			// An answer that got lost leaves the device with its old token.
			again := &device{server: s, consent: d.consent, subject: old}
			again.identifies(as)
			if d.consent != first || again.consent != first {
				t.Errorf("%s, then %s and %s", first, d.consent, again.consent)
			}
		},
		"a token from before the linking speaks for the account": func(t *testing.T, s *server, as account, id func() string) {
			phone, desk := &device{server: s}, &device{server: s}
			phone.chooses(id(), grant())
			old := *phone
			phone.identifies(as)
			desk.identifies(as)
			desk.chooses(id(), write{"action": "withdraw"})
			if why := old.may("marketing"); why != "denied" {
				t.Errorf("the old token: %s", why)
			}
			subject := strings.Split(old.subject, ".")[2]
			a := s.do(http.MethodGet, "/v1/check?site=demo&purpose=marketing&subject="+subject, "", operator)
			if !strings.Contains(string(a.body), `"reason":"denied"`) {
				t.Errorf("the old subject: %s", a.body)
			}
			old.chooses(id(), grant())
			if why := s.byName(as, "marketing"); why != "granted" {
				t.Errorf("after a choice with the old token: %s", why)
			}
		},
		"who logs in on another's device takes nothing of theirs along": func(t *testing.T, s *server, as account, id func() string) {
			d := &device{server: s}
			d.chooses(id(), grant())
			d.identifies(as)
			other := s.accountOf(as, "-other")
			d.identifies(other)
			if why := s.byName(other, "marketing"); why != "no-record" {
				t.Errorf("the second account: %s", why)
			}
			d.chooses(id(), write{"action": "reject_all"})
			if a, b := s.byName(as, "marketing"), s.byName(other, "marketing"); a != "granted" || b != "denied" {
				t.Errorf("the first %s, the second %s", a, b)
			}
		},
		"an erasure reaches the account and every device": func(t *testing.T, s *server, as account, id func() string) {
			phone, desk := &device{server: s}, &device{server: s}
			phone.chooses(id(), grant())
			first := strings.Split(phone.subject, ".")[2]
			old := phone.subject
			phone.identifies(as)
			desk.chooses(id(), grant())
			desk.identifies(as)
			if a := s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subjectToken(desk.subject)); strings.Count(string(a.body), `"accept_all"`) != 2 {
				t.Errorf("the records: %s", a.body)
			}
			if a := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(desk.subject)); a.status != http.StatusOK {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if why := s.byName(as, "marketing"); why != "erased" {
				t.Errorf("by name: %s", why)
			}
			if a := s.do(http.MethodGet, "/v1/check?site=demo&purpose=marketing&subject="+first, "", operator); !strings.Contains(string(a.body), `"reason":"erased"`) {
				t.Errorf("the first device's subject: %s", a.body)
			}
			late := &device{server: s, subject: old}
			late.identifies(as)
			if why := late.may("marketing"); why == "granted" {
				t.Error("linking brought back what was erased")
			}
			late.chooses(id(), grant())
			if why := s.byName(as, "marketing"); why != "granted" {
				t.Errorf("after a new choice: %s", why)
			}
		},
		"without a proof nothing is linked": func(t *testing.T, s *server, as account, id func() string) {
			d := &device{server: s}
			d.chooses(id(), write{"action": "save", "levels": map[string]int{"marketing": 1}})
			before := *d
			for _, proof := range []string{"", "1795478400.00", forged(as.proof), "x"} {
				if a := d.identifies(account{as.name, proof}); a.status != http.StatusForbidden || a.text(t, "code") != "bad-token" {
					t.Errorf("%q: %d %s", proof, a.status, a.body)
				}
			}
			if a := d.identifies(account{as.name + "x", as.proof}); a.status != http.StatusForbidden {
				t.Errorf("another's name: %d", a.status)
			}
			forged := &device{server: s, subject: d.subject[:len(d.subject)-3] + "AAA"}
			if a := forged.identifies(as); a.status != http.StatusForbidden {
				t.Errorf("a forged token: %d", a.status)
			}
			if *d != before {
				t.Error("something changed")
			}
			if why := s.byName(as, "marketing"); why != "no-record" {
				t.Error(why)
			}
		},
	}
}

// forged changes the last letter.
func forged(proof string) string {
	if strings.HasSuffix(proof, "0") {
		return proof[:len(proof)-1] + "1"
	}
	return proof[:len(proof)-1] + "0"
}

// accountOf makes another account with a proof of its own.
func (s *server) accountOf(as account, suffix string) account {
	s.t.Helper()
	return s.account(as.name + suffix)
}

func TestAnAccountCannotBeAskedForWithoutAKey(t *testing.T) {
	t.Parallel()
	s := start(t)
	phone, as := &device{server: s}, s.account("ann")
	phone.chooses(id(1), write{"action": "accept_all", "levels": acceptAll})
	phone.identifies(as)
	if a := s.do(http.MethodGet, "/v1/check?site=demo&purpose=marketing&external_id=ann", ""); !strings.Contains(string(a.body), `"no-record"`) {
		t.Errorf("%s", a.body)
	}
	if status, out := s.command("check", "--site", "demo", "--purpose", "marketing", "--external-id", "ann"); status != 0 || !strings.Contains(out, `"granted"`) {
		t.Errorf("by the command: %d %s", status, out)
	}
	if a := s.do(http.MethodGet, "/v1/sites/demo/identify-secret", ""); a.status != http.StatusUnauthorized {
		t.Errorf("the secret: %d", a.status)
	}
	if a := s.do(http.MethodPost, "/v1/identify", `{"site":"demo","external_id":"ann","proof":"x"}`, fromPage("https://evil.example")); a.status != http.StatusForbidden || a.text(t, "code") != "bad-origin" {
		t.Errorf("from another site's page: %d %s", a.status, a.body)
	}
}

func TestALinkingSurvivesAStopOfTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startIn(t, dir)
	as := s.account("ann")
	phone := &device{server: s}
	phone.chooses(id(1), write{"action": "accept_all", "levels": acceptAll})
	old := phone.subject
	phone.identifies(as)
	phone.chooses(id(2), write{"action": "withdraw"})
	s.stop()
	s = startIn(t, dir)
	if why := s.byName(as, "marketing"); why != "denied" {
		t.Error(why)
	}
	if why := (&device{server: s, subject: old}).may("marketing"); why != "denied" {
		t.Errorf("the old token: %s", why)
	}
}
