package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestAPreviewIsOfTheSiteOfItsAddress(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, tenant := range []string{"acme", "zeta"} {
		if a := s.do(http.MethodPut, "/v1/sites/"+tenant+"-shop", siteDocument(t, tenant+"-shop"), operator, header("Consent-Tenant", tenant)); a.status != http.StatusOK {
			t.Fatalf("apply = %d %s", a.status, a.body)
		}
	}
	preview := func(document string) answer {
		return s.do(http.MethodPost, "/v1/sites/acme-shop/preview", `{"site":`+document+`,"place":"FR","locale":"en","gpc":false}`, operator, header("Consent-Tenant", "acme"))
	}
	if a := preview(siteDocument(t, "zeta-shop")); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a preview of another organisation's site = %d %s", a.status, a.body)
	}
	a := preview(siteDocument(t, "acme-shop"))
	if a.status != http.StatusOK {
		t.Fatalf("a preview of the own site = %d %s", a.status, a.body)
	}
	if page := s.do(http.MethodGet, a.text(t, "url"), ""); page.status != http.StatusOK {
		t.Errorf("the preview = %d %s", page.status, page.body)
	}
}

func TestWhoMayOnlyLookAtASiteIsShownTheDraftThatIsSaved(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	owner.must(http.StatusOK, http.MethodPut, "/v1/sites/shop", siteDocument(t, "shop"))
	var draft map[string]any
	if err := json.Unmarshal([]byte(siteDocument(t, "shop")), &draft); err != nil {
		t.Fatal(err)
	}
	draft["name"] = "Draft of the shop"
	owner.must(http.StatusOK, http.MethodPut, "/v1/sites/shop/draft", encoded(t, draft))
	analyst := joined(t, owner, "bob@example.com", "analyst", bobsWords)
	look := `"place":"FR","locale":"en","gpc":false}`
	analyst.must(http.StatusForbidden, http.MethodPost, "/v1/sites/shop/preview", `{"site":`+siteDocument(t, "shop")+`,`+look)
	a := analyst.must(http.StatusOK, http.MethodPost, "/v1/sites/shop/draft/preview", `{`+look)
	page := s.do(http.MethodGet, a.text(t, "url"), "")
	if page.status != http.StatusOK || !strings.Contains(string(page.body), "Draft of the shop") {
		t.Errorf("the preview of the draft = %d %s", page.status, page.body)
	}
}
