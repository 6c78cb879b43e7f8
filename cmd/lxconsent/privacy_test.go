package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheVisitorsOwnPageWorksWithoutScripts(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	consent, subject := cookie("lx_consent", a.text(t, "consent")), cookie("lx_subject", a.text(t, "subject"))
	page := s.do(http.MethodGet, "/privacy/demo?lang=de", "", consent, subject)
	for _, want := range []string{`lang="de"`, "Alles ablehnen", "LeadiumX.ai", "Support@leadiumx.ai", "Meine Einträge löschen", `class="yes"`} {
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
	if x := s.do(http.MethodGet, "/privacy/demo?done=<b>", ""); strings.Contains(string(x.body), "<b>") {
		t.Error("the address reached the page")
	}
}
