package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestSomebodyWhoSignedInMayAskOnlySoMuch(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	owner := ann(t, s)
	owner.must(http.StatusNoContent, http.MethodPost, "/v1/members", encoded(t, map[string]string{"email": "bob@example.com", "role": "owner", "name": "Bob", "password": bobsWords}))
	bob := &person{s: s}
	bob.must(http.StatusNoContent, http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": "bob@example.com", "password": bobsWords}))

	limited := func(what string, a answer) {
		t.Helper()
		wait, err := strconv.Atoi(a.header.Get("Retry-After"))
		if a.status != http.StatusTooManyRequests || a.header.Get("Content-Type") != "application/problem+json" || a.text(t, "code") != "too-many-requests" || a.text(t, "fix") == "" || err != nil || wait < 1 {
			t.Errorf("%s: %d %v %s", what, a.status, a.header, a.body)
		}
	}
	for range 5 {
		owner.must(http.StatusOK, http.MethodGet, "/v1/sites/demo/records?format=csv", "")
	}
	sixth := owner.do(http.MethodGet, "/v1/sites/demo/proof", "")
	limited("a sixth download within an hour", sixth)
	for _, part := range []string{"5 files in 60 minutes", "wait 12m0s", "`after=`", "API key"} {
		if said := sixth.text(t, "detail") + " " + sixth.text(t, "fix"); !strings.Contains(said, part) || sixth.header.Get("Retry-After") != "720" {
			t.Errorf("the sixth is told %q, and to come again after %q: %q is missing", said, sixth.header.Get("Retry-After"), part)
		}
	}
	owner.must(http.StatusOK, http.MethodGet, "/v1/sites", "")
	bob.must(http.StatusOK, http.MethodGet, "/v1/sites/demo/records", "")

	// Only records have a cursor to go on behind, and nobody is cut at each turn.
	limited("a download that cannot go on behind a cursor", owner.do(http.MethodGet, "/v1/sites/demo/proof?after=1", ""))
	s.write(write{"id": id(1), "action": "reject_all"})
	on := "/v1/sites/demo/records?after=" + url.QueryEscape(s.do(http.MethodGet, "/v1/sites/demo/records", "", operator).text(t, "cursor"))
	for range 30 {
		owner.must(http.StatusOK, http.MethodGet, on, "")
	}
	limited("a file that was cut for the 31st time", owner.do(http.MethodGet, on, ""))
	bob.must(http.StatusOK, http.MethodGet, on, "")

	var last answer
	taken := 0
	for ; taken < 400; taken++ {
		if last = bob.do(http.MethodGet, "/v1/sites", ""); last.status != http.StatusOK {
			break
		}
	}
	limited("too many requests within a minute", last)
	if taken < 290 || taken > 300 {
		t.Errorf("%d requests were taken", taken)
	}
	owner.must(http.StatusOK, http.MethodGet, "/v1/sites", "")
	for range 310 {
		if a := s.do(http.MethodGet, "/v1/sites", "", operator); a.status != http.StatusOK {
			t.Fatalf("a program: %d %s", a.status, a.body)
		}
	}
}

func TestWhoGuessesPasswordsIsToldOneTimeToWait(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	ann(t, s)
	stranger, guess := &person{s: s}, encoded(t, map[string]string{"email": "ann@example.com", "password": "some guess or other"})
	for range 5 {
		stranger.must(http.StatusUnauthorized, http.MethodPost, "/v1/session", guess)
	}
	a := stranger.must(http.StatusTooManyRequests, http.MethodPost, "/v1/session", guess)
	if a.header.Get("Retry-After") != "60" || !strings.Contains(a.text(t, "fix"), "wait 1m0s ") {
		t.Errorf("%v %s", a.header, a.body)
	}
}
