package main

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// The id of a draft that was deleted is free for everybody.
func TestNothingOfADeletedDraftIsToldToWhoTakesItsID(t *testing.T) {
	t.Parallel()
	s := start(t)
	acme, zeta := keyOf(t, s, "acme"), keyOf(t, s, "zeta")
	must := func(status int, method, path, body string, as option) answer {
		t.Helper()
		a := s.do(method, path, body, as)
		if a.status != status {
			t.Fatalf("%s %s = %d %s", method, path, a.status, a.body)
		}
		return a
	}
	must(http.StatusOK, http.MethodPut, "/v1/sites/shop/draft", siteDocument(t, "shop"), acme)
	link := must(http.StatusOK, http.MethodPost, "/v1/sites/shop/shares", `{"days":7,"note":"for counsel"}`, acme).text(t, "url")
	must(http.StatusNoContent, http.MethodDelete, "/v1/sites/shop", "", operator)
	if a := s.do(http.MethodGet, strings.TrimPrefix(link, s.url), ""); a.status != http.StatusNotFound {
		t.Errorf("a link to the deleted draft = %d", a.status)
	}
	must(http.StatusOK, http.MethodPut, "/v1/sites/shop/draft", siteDocument(t, "shop"), zeta)
	if a := must(http.StatusOK, http.MethodGet, "/v1/sites/shop/shares", "", zeta); strings.Contains(string(a.body), "counsel") {
		t.Errorf("the next owner of the id reads %s", a.body)
	}
	if a := must(http.StatusOK, http.MethodGet, "/v1/audit", "", acme); !strings.Contains(string(a.body), "site.delete") {
		t.Errorf("its organisation does not read who deleted it: %s", a.body)
	}
}

func TestASiteThatMovesIsNotToldOfToItsFormerOrganisation(t *testing.T) {
	t.Parallel()
	s := start(t)
	acme := keyOf(t, s, "acme")
	must := func(status int, method, path, body string, as ...option) answer {
		t.Helper()
		a := s.do(method, path, body, as...)
		if a.status != status {
			t.Fatalf("%s %s = %d %s", method, path, a.status, a.body)
		}
		return a
	}
	must(http.StatusOK, http.MethodPut, "/v1/sites/shop", siteDocument(t, "shop"), acme)
	link := must(http.StatusOK, http.MethodPost, "/v1/sites/shop/shares", `{"days":7,"note":"for counsel"}`, acme).text(t, "url")
	must(http.StatusCreated, http.MethodPost, "/v1/sites/shop/webhooks", `{"url":"https://192.88.98.1"}`, operator)
	moved, err := os.ReadFile(edit(t, example("leadiumx.json"), func(m map[string]any) { m["id"], m["tenant"] = "shop", "zeta" }))
	if err != nil {
		t.Fatal(err)
	}
	must(http.StatusOK, http.MethodPut, "/v1/sites/shop", string(moved), operator)
	for _, path := range []string{"/v1/sites/shop/shares", "/v1/sites/shop/webhooks"} {
		if a := must(http.StatusOK, http.MethodGet, path, "", operator); strings.Contains(string(a.body), "counsel") || strings.Contains(string(a.body), "192.88.98.1") {
			t.Errorf("%s holds what the former organisation put there: %s", path, a.body)
		}
	}
	if a := s.do(http.MethodGet, strings.TrimPrefix(link, s.url), ""); a.status != http.StatusNotFound {
		t.Errorf("a link of the former organisation = %d", a.status)
	}
}
