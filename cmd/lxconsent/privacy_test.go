package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/bundle"
)

func TestTheVisitorsOwnPageWorksWithoutScripts(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	consent, subject := cookie("lx_consent", a.text(t, "consent")), cookie("lx_subject", a.text(t, "subject"))
	page := s.do(http.MethodGet, "/privacy/demo?lang=de", "", consent, subject)
	for _, want := range []string{`lang="de"`, "Alle ablehnen", "LeadiumX.ai", "Support@leadiumx.ai", "Meine Einträge löschen", `class="mark yes"`, `">Bis `} {
		if !strings.Contains(string(page.body), want) {
			t.Errorf("%q is missing on the page: %d", want, page.status)
		}
	}
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || page.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("headers %v", page.header)
	}

	no := s.do(http.MethodPost, "/privacy/demo/object", "", consent, subject)
	if no.status != http.StatusSeeOther || no.cookie["lx_consent"] == nil {
		t.Fatalf("%d %v", no.status, no.header)
	}
	if allow, why := s.decision("analytics", consent, subject); allow || why != "denied" {
		t.Errorf("after refusing: %v %s", allow, why)
	}
	gone := s.do(http.MethodPost, "/privacy/demo/erase", "", consent, subject)
	if gone.status != http.StatusSeeOther || gone.cookie["lx_subject"] == nil || gone.cookie["lx_subject"].MaxAge >= 0 {
		t.Fatalf("%d %v", gone.status, gone.header)
	}
	if me := s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subject); me.status != http.StatusGone {
		t.Errorf("after erasure: %d %s", me.status, me.body)
	}
}

func TestTheVisitorsOwnPageCannotBeUsedFromOutside(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	subject := cookie("lx_subject", a.text(t, "subject"))
	for _, act := range []string{"object", "erase"} {
		if x := s.do(http.MethodPost, "/privacy/demo/"+act, "", subject, fromPage("https://evil.example"), header("Sec-Fetch-Site", "cross-site")); x.status != http.StatusForbidden {
			t.Errorf("%s from another site: %d", act, x.status)
		}
	}
	if x := s.do(http.MethodPost, "/privacy/demo/object", "", cookie("lx_subject", "forged")); x.status != http.StatusSeeOther {
		t.Errorf("a refusal needs no valid token: %d", x.status)
	}
	if x := s.do(http.MethodPost, "/privacy/demo/erase", "", cookie("lx_subject", "forged")); x.status != http.StatusForbidden {
		t.Errorf("an erasure does: %d", x.status)
	}
	if x := s.do(http.MethodGet, "/privacy/nowhere", ""); x.status != http.StatusNotFound {
		t.Errorf("an unknown site: %d", x.status)
	}
	if x := s.do(http.MethodGet, "/privacy/demo?done=<b>&lang=<b>", ""); strings.Contains(string(x.body), "<b>") {
		t.Error("the address reached the page")
	}
}

func TestTheVisitorsOwnPageSpeaksEveryLanguage(t *testing.T) {
	t.Parallel()
	s := start(t)
	seen := map[string]string{}
	for _, locale := range bundle.Locales() {
		page := s.do(http.MethodGet, "/privacy/demo?lang="+locale, "")
		title := regexp.MustCompile(`<h1>(.*)</h1>`).FindStringSubmatch(string(page.body))
		if page.status != http.StatusOK || title == nil || !strings.Contains(string(page.body), `lang="`+locale+`" dir="`+bundle.Dir(locale)+`"`) {
			t.Errorf("%s: %d %v", locale, page.status, title)
			continue
		}
		if other := seen[title[1]]; other != "" {
			t.Errorf("%s has the title of %s", locale, other)
		}
		seen[title[1]] = locale
	}
	if page := s.do(http.MethodGet, "/privacy/demo", "", header("Accept-Language", "tlh, ar-EG;q=0.8")); !strings.Contains(string(page.body), `dir="rtl"`) {
		t.Error("Accept-Language is not heard")
	}
}

func TestAVisitorAsksWhatAPersonAnswers(t *testing.T) {
	t.Parallel()
	s := start(t)
	form := func(body string, opts ...option) answer {
		return s.do(http.MethodPost, "/privacy/demo/request?place=DE", body, append(opts, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})...)
	}
	if a := form("kind=correction&message=My+name+is+Ann&email=ann%40example.com"); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for _, bad := range []string{"kind=correction&message=", "kind=erasure&message=x", "kind=question&message=x&email=no", "kind=question&message=" + strings.Repeat("x", 2001)} {
		if a := form(bad); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%.40s: %d", bad, a.status)
		}
	}
	if a := form("kind=question&message=x", header("Sec-Fetch-Site", "cross-site")); a.status != http.StatusForbidden {
		t.Errorf("from another site: %d", a.status)
	}
	var out struct {
		Requests []struct {
			ID, Kind, Status string
			OpenedAt         time.Time `json:"opened_at"`
			DueAt            time.Time `json:"due_at"`
			Message          *struct{ Text, Email string }
		}
	}
	list := s.do(http.MethodGet, "/v1/sites/demo/requests?status=open", "", operator)
	if err := json.Unmarshal(list.body, &out); err != nil || len(out.Requests) != 1 {
		t.Fatalf("%s", list.body)
	}
	r := out.Requests[0]
	if r.Kind != "correction" || r.Message == nil || r.Message.Text != "My name is Ann" || r.Message.Email != "ann@example.com" || r.DueAt.Sub(r.OpenedAt) != 30*24*time.Hour {
		t.Errorf("%+v", r)
	}
	done := s.do(http.MethodPatch, "/v1/sites/demo/requests/"+r.ID, `{"status":"done","note":"corrected"}`, operator)
	if done.status != http.StatusOK || done.text(t, "note") != "corrected" || done.text(t, "handled_by") == "" {
		t.Errorf("%d %s", done.status, done.body)
	}
	if audit := s.do(http.MethodGet, "/v1/audit", "", operator); !strings.Contains(string(audit.body), "request.done") || strings.Contains(string(audit.body), "Ann") {
		t.Errorf("%s", audit.body)
	}
	if events := s.do(http.MethodGet, "/v1/sites/demo/events", "", operator); !strings.Contains(string(events.body), "request.opened") || strings.Contains(string(events.body), "Ann") {
		t.Errorf("%s", events.body)
	}
}

func TestAnErasureTakesTheSubjectsCookieAwayAndKeepsARefusal(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	held := []option{fromPage(s.url), cookie("lx_consent", a.text(t, "consent")), cookie("lx_subject", a.text(t, "subject"))}
	e := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", held...)
	if k := e.cookie["lx_subject"]; e.status != http.StatusOK || k == nil || k.MaxAge >= 0 || k.Value != "" {
		t.Errorf("%d %v", e.status, e.header["Set-Cookie"])
	}
	if k := e.cookie["lx_consent"]; k == nil || k.Value != e.text(t, "consent") || strings.Contains(k.Value, ":1") {
		t.Errorf("the refusal that stays: %v", e.header["Set-Cookie"])
	}
}

// Whoever could choose a place for themselves would choose the laxest law.
func TestOnlyVisitorsOfTheDemoSaySoWhereTheyAre(t *testing.T) {
	t.Parallel()
	s := start(t)
	if a := s.do(http.MethodPut, "/v1/sites/shop", siteDocument(t, "shop"), operator); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	const lax = "place=US-WY&gpc=1"
	tag := func(path string) string { return s.do(http.MethodGet, path, "").header.Get("ETag") }
	for path, lie := range map[string]string{"/s/demo.js": "/s/demo.js?" + lax, "/s/shop.js": "/s/shop.js?" + lax} {
		if same := tag(path) == tag(lie); same == strings.Contains(path, "demo") {
			t.Errorf("%s is the same for a visitor who says so: %v", path, same)
		}
	}
	for _, path := range []string{"/v1/notice?site=%s&", "/v1/check?site=%s&purpose=analytics&purpose=marketing&", "/v1/inline/%s?", "/privacy/%s?"} {
		for site, want := range map[string]bool{"demo": false, "shop": true} {
			at := strings.Replace(path, "%s", site, 1)
			plain, said := s.do(http.MethodGet, at, ""), s.do(http.MethodGet, at+"place=US-WY", "")
			if same := string(plain.body) == string(said.body); plain.status != http.StatusOK || same != want {
				t.Errorf("%s: %d, the same for a visitor who says so: %v", at, plain.status, same)
			}
		}
	}
}
