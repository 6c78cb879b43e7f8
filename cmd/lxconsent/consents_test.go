package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

var acceptAll = map[string]int{"functional": 1, "analytics": 1, "marketing": 1, "recording": 3}

func TestAConsentWriteKeepsItsContract(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		for title, test := range writeTests() {
			t.Run(title, func(t *testing.T) { test(t, &server{t: t, url: s.url}) })
		}
	})
}

// writeTests are the sentences of the contract about a consent write. Each
// uses ids of its own, so that their order does not matter.
func writeTests() map[string]func(t *testing.T, s *server) {
	return map[string]func(t *testing.T, s *server){
		"a first grant makes a subject and answers with id, consent, subject, stored and receipt": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
			if a.status != http.StatusCreated || a.text(t, "id") != id(1) || a.text(t, "subject") == "" || a.field(t, "receipt") == nil {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if stored := a.text(t, "stored"); stored != "local" && stored != "redis" {
				t.Errorf("stored is %q", stored)
			}
			if allow, why := s.decision("marketing", cookie("lx_consent", a.text(t, "consent"))); !allow || why != "granted" {
				t.Errorf("marketing: %v %s", allow, why)
			}
		},
		"a first refusal makes no subject": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(2), "action": "reject_all"})
			if a.status != http.StatusCreated || a.field(t, "subject") != nil || a.cookie["lx_subject"] != nil {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if allow, why := s.decision("marketing", cookie("lx_consent", a.text(t, "consent"))); allow || why != "denied" {
				t.Errorf("marketing: %v %s", allow, why)
			}
		},
		"the same id and content answer the same": func(t *testing.T, s *server) {
			w := write{"id": id(3), "action": "accept_all", "levels": acceptAll, "note": s.note("FR")}
			a := s.write(w)
			w["age"] = 5000
			b := s.write(w)
			if b.status != http.StatusCreated || a.text(t, "consent") != b.text(t, "consent") || a.text(t, "subject") != b.text(t, "subject") {
				t.Errorf("first %s\nthen %d %s", a.body, b.status, b.body)
			}
		},
		"the same id with other content is id-reused and changes nothing": func(t *testing.T, s *server) {
			note := s.note("FR")
			a := s.write(write{"id": id(4), "action": "reject_all", "note": note})
			b := s.write(write{"id": id(4), "action": "accept_all", "levels": acceptAll, "note": note})
			if b.status != http.StatusConflict || b.text(t, "code") != "id-reused" {
				t.Errorf("%d %s", b.status, b.body)
			}
			c := s.write(write{"id": id(4), "action": "reject_all", "note": note})
			if c.text(t, "consent") != a.text(t, "consent") {
				t.Errorf("the first answer changed: %s", c.body)
			}
		},
		"a missing purpose keeps its earlier choice": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(5), "action": "save", "levels": map[string]int{"analytics": 1}})
			token := a.text(t, "subject")
			b := s.write(write{"id": id(6), "action": "save", "levels": map[string]int{"marketing": 1}, "subject": token})
			for _, p := range []string{"analytics", "marketing"} {
				if allow, why := s.decision(p, cookie("lx_consent", b.text(t, "consent"))); !allow {
					t.Errorf("%s: %s", p, why)
				}
			}
			if allow, why := s.decision("functional", cookie("lx_consent", b.text(t, "consent"))); allow || why != "no-record" {
				t.Errorf("functional was never answered: %v %s", allow, why)
			}
		},
		"withdrawing sets every optional purpose to 0": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(7), "action": "accept_all", "levels": acceptAll})
			b := s.write(write{"id": id(8), "action": "withdraw"}, cookie("lx_subject", a.text(t, "subject")))
			if b.status != http.StatusCreated {
				t.Fatalf("%d %s", b.status, b.body)
			}
			// The old cookie was signed by us and is younger than its expiry;
			// the newer decision must beat it all the same.
			for _, value := range []string{a.text(t, "consent"), b.text(t, "consent")} {
				if allow, why := s.decision("analytics", cookie("lx_consent", value), cookie("lx_subject", a.text(t, "subject"))); allow || why != "denied" {
					t.Errorf("analytics: %v %s", allow, why)
				}
			}
		},
		"levels that contradict the action are 422": func(t *testing.T, s *server) {
			for i, w := range []write{
				{"action": "reject_all", "levels": map[string]int{"analytics": 1}},
				{"action": "withdraw", "levels": map[string]int{"analytics": 1}},
				{"action": "accept_all", "levels": map[string]int{"analytics": 0}},
				{"action": "dismiss", "levels": map[string]int{"analytics": 1}},
				{"action": "save", "levels": map[string]int{"necessary": 0}},
			} {
				w["id"] = id(byte(20 + i))
				if a := s.write(w); a.status != http.StatusUnprocessableEntity || a.text(t, "code") != "contradictory" {
					t.Errorf("%v: %d %s", w, a.status, a.body)
				}
			}
		},
		"the note outlives its edition, is recorded and flagged": func(t *testing.T, s *server) {
			if a := s.write(write{"id": id(9), "action": "reject_all", "note": s.note("FR")[1:]}); a.status != http.StatusUnprocessableEntity || a.text(t, "code") != "bad-note" {
				t.Errorf("a cut note: %d %s", a.status, a.body)
			}
			if a, b := s.note("FR"), s.note("FR"); a != b {
				t.Errorf("the note is not deterministic: %s and %s", a, b)
			}
		},
		"signals can only tighten": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(10), "action": "accept_all", "levels": acceptAll, "signals": map[string]bool{"gpc": true}})
			if allow, _ := s.decision("marketing", cookie("lx_consent", a.text(t, "consent"))); allow {
				t.Error("accept all beat the opt-out signal")
			}
			b := s.write(write{"id": id(11), "action": "accept_all", "levels": acceptAll, "signals": map[string]bool{"minor": true}})
			if allow, _ := s.decision("marketing", cookie("lx_consent", b.text(t, "consent"))); allow {
				t.Error("a minor was granted ads")
			}
			c := s.write(write{"id": id(12), "action": "save", "levels": map[string]int{"marketing": 1}, "signals": map[string]bool{"gpc": true}})
			if allow, why := s.decision("marketing", cookie("lx_consent", c.text(t, "consent")), header("Sec-GPC", "1")); !allow {
				t.Errorf("an explicit grant beside the notice must override the signal: %s", why)
			}
			d := s.write(write{"id": id(13), "action": "save", "levels": map[string]int{"marketing": 1}})
			if allow, why := s.decision("marketing", cookie("lx_consent", d.text(t, "consent")), header("Sec-GPC", "1")); allow || why != "gpc" {
				t.Errorf("the signal beats an earlier grant: %v %s", allow, why)
			}
		},
		"one exact 1 among several Sec-GPC values is the signal": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(18), "action": "save", "levels": map[string]int{"marketing": 1}})
			granted := cookie("lx_consent", a.text(t, "consent"))
			for on, sent := range map[bool][][]string{
				true:  {{"1"}, {"0", "1"}, {"1", "0"}, {"0, 1"}, {"1,1"}},
				false: {{}, {""}, {"0"}, {"true"}, {"1;a=b"}, {"11"}, {"0", "2"}, {"0,;1=1"}},
			} {
				for _, values := range sent {
					options := []option{granted}
					for _, v := range values {
						options = append(options, header("Sec-GPC", v))
					}
					if allow, why := s.decision("marketing", options...); allow == on {
						t.Errorf("%q: allow %v, %s", values, allow, why)
					}
				}
			}
		},
		"an invalid subject is 403 and changes nothing": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(14), "action": "accept_all", "levels": acceptAll})
			token := a.text(t, "subject")
			for _, bad := range []string{token[:len(token)-1], "x" + token, strings.Repeat("A", 60)} {
				if b := s.write(write{"id": id(15), "action": "withdraw", "subject": bad}); b.status != http.StatusForbidden || b.text(t, "code") != "bad-token" {
					t.Errorf("%d %s", b.status, b.body)
				}
			}
			if allow, why := s.decision("analytics", cookie("lx_subject", token)); !allow {
				t.Errorf("the choice changed: %s", why)
			}
		},
		"origins are checked": func(t *testing.T, s *server) {
			for origin, want := range map[string]int{"null": http.StatusForbidden, "https://evil.example": http.StatusForbidden, s.url: http.StatusCreated} {
				a := s.write(write{"id": id(byte(30 + len(origin)%20)), "action": "reject_all"}, fromPage(origin))
				if a.status != want {
					t.Errorf("%s: %d %s", origin, a.status, a.body)
				}
			}
		},
		"a page on our own host gets the subject as an HttpOnly cookie and not in the body": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(60), "action": "accept_all", "levels": acceptAll}, fromPage(s.url))
			k := a.cookie["lx_subject"]
			if k == nil || !k.HttpOnly || a.field(t, "subject") != nil || a.cookie["lx_consent"] == nil || a.cookie["lx_consent"].HttpOnly {
				t.Fatalf("%v %s", a.header["Set-Cookie"], a.body)
			}
			if a.cookie["lx_consent"].Value != a.text(t, "consent") {
				t.Error("the cookie is not the answer's consent, byte for byte")
			}
		},
		"an erased subject is denied until a new choice": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(61), "action": "accept_all", "levels": acceptAll})
			token, old := a.text(t, "subject"), a.text(t, "consent")
			if me := s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subjectToken(token)); me.status != http.StatusOK || !strings.Contains(string(me.body), id(61)) {
				t.Fatalf("access: %d %s", me.status, me.body)
			}
			e := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(token))
			if e.status != http.StatusOK {
				t.Fatalf("%d %s", e.status, e.body)
			}
			if allow, why := s.decision("analytics", cookie("lx_consent", old), cookie("lx_subject", token)); allow || why != "erased" {
				t.Errorf("after erasure: %v %s", allow, why)
			}
			if allow, why := s.decision("analytics", cookie("lx_consent", e.text(t, "consent"))); allow || why != "denied" {
				t.Errorf("the anonymous refusal: %v %s", allow, why)
			}
			if me := s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subjectToken(token)); me.status != http.StatusGone {
				t.Errorf("access after erasure: %d %s", me.status, me.body)
			}
			b := s.write(write{"id": id(62), "action": "accept_all", "levels": acceptAll, "subject": token})
			if b.status != http.StatusCreated {
				t.Fatalf("a new choice: %d %s", b.status, b.body)
			}
			if allow, why := s.decision("analytics", cookie("lx_consent", b.text(t, "consent")), cookie("lx_subject", b.text(t, "subject"))); !allow {
				t.Errorf("after a new choice: %s", why)
			}
		},
		"a decision that waited stands behind what its visitor held at the click, and no newer one": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(70), "action": "accept_all", "levels": acceptAll})
			token, first := a.text(t, "subject"), a.text(t, "consent")
			b := s.write(write{"id": id(71), "action": "reject_all", "subject": token})
			second := b.text(t, "consent")
			// Made when only the first was known, and delivered late.
			s.write(write{"id": id(72), "action": "accept_all", "levels": acceptAll, "subject": b.text(t, "subject"), "consent": first, "age": 60_000})
			if allow, why := s.decision("analytics", cookie("lx_subject", token)); allow {
				t.Errorf("a late grant undid a refusal: %s", why)
			}
			// Made in the sight of the refusal, by a clock that seems to run behind.
			s.write(write{"id": id(73), "action": "accept_all", "levels": acceptAll, "subject": b.text(t, "subject"), "consent": second, "age": 60_000})
			if allow, why := s.decision("analytics", cookie("lx_subject", token)); !allow {
				t.Errorf("a later grant was lost: %s", why)
			}
			var me struct{ Records []struct{ ID string } }
			if err := json.Unmarshal(s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subjectToken(token)).body, &me); err != nil || len(me.Records) != 4 || me.Records[0].ID != id(72) || me.Records[3].ID != id(73) {
				t.Errorf("the history is %+v, %v", me.Records, err)
			}
		},
		"a decision that waited in a queue does not undo a newer one": func(t *testing.T, s *server) {
			a := s.write(write{"id": id(63), "action": "accept_all", "levels": acceptAll, "age": 60_000})
			token := a.text(t, "subject")
			s.write(write{"id": id(64), "action": "reject_all", "subject": token})
			late := s.write(write{"id": id(65), "action": "accept_all", "levels": acceptAll, "subject": token, "age": 30_000})
			if late.status != http.StatusCreated {
				t.Fatalf("%d %s", late.status, late.body)
			}
			if allow, why := s.decision("analytics", cookie("lx_consent", late.text(t, "consent")), cookie("lx_subject", token)); allow || why != "denied" {
				t.Errorf("analytics: %v %s", allow, why)
			}
		},
	}
}

func TestConsentWriteRefusesBadInputWithAProblem(t *testing.T) {
	t.Parallel()
	s := start(t)
	note := s.note("FR")
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	body := func(extra string) string {
		return `{"site":"demo","id":"` + id(1) + `","note":"` + note + `","levels":{},"action":"reject_all","age":0` + extra + `}`
	}
	for name, c := range map[string]struct {
		body   string
		status int
		code   consent.Code
	}{
		"a body of 9 KiB":         {body(`,"consent":"` + strings.Repeat("x", 9<<10) + `"`), 413, "too-large"},
		"a text of 3 KiB":         {body(`,"consent":"` + strings.Repeat("x", 3<<10) + `"`), 400, "bad-json"},
		"no JSON":                 {`{"site":`, 400, "bad-json"},
		"an empty body":           {" ", 400, "bad-json"},
		"null":                    {"null", 400, "bad-json"},
		"two values":              {body("") + "{}", 400, "bad-json"},
		"a doubled member":        {body(`,"site":"demo"`), 400, "bad-json"},
		"an unknown member":       {body(`,"colour":1`), 400, "bad-json"},
		"deep nesting":            {deep, 400, "bad-json"},
		"a wrong type":            {body(`,"vendors":[]`), 400, "bad-json"},
		"bytes that are no text":  {body(",\"consent\":\"\xff\""), 400, "bad-json"},
		"an unknown site":         {strings.Replace(body(""), `"demo"`, `"nowhere"`, 1), 404, "unknown-site"},
		"an unknown purpose":      {strings.Replace(body(""), `{}`, `{"spying":0}`, 1), 422, "unknown-purpose"},
		"a level out of range":    {strings.Replace(body(""), `{}`, `{"analytics":7}`, 1), 422, "invalid"},
		"an unknown action":       {strings.Replace(body(""), "reject_all", "shrug", 1), 422, "invalid"},
		"a short id":              {strings.Replace(body(""), id(1), "AAAA", 1), 422, "invalid"},
		"a negative age":          {strings.Replace(body(""), `"age":0`, `"age":-1`, 1), 422, "invalid"},
		"an age beyond any clock": {strings.Replace(body(""), `"age":0`, `"age":9223372036854775807`, 1), 422, "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &server{t: t, url: s.url}
			a := s.do(http.MethodPost, "/v1/consents", c.body)
			if a.status != c.status || consent.Code(a.text(t, "code")) != c.code {
				t.Errorf("got %d %s", a.status, a.body)
			}
			if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("Content-Type %q", ct)
			}
			if a.text(t, "detail") == "" || a.text(t, "fix") == "" {
				t.Errorf("cause or fix is missing: %s", a.body)
			}
		})
	}
}
