package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// stopped asserts that a budget refused, and said for how long.
func stopped(t *testing.T, what string, a answer) {
	t.Helper()
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != http.StatusTooManyRequests || a.text(t, "code") != "too-many-requests" || a.text(t, "fix") == "" || err != nil || wait < 1 {
		t.Errorf("%s: %d %v %s", what, a.status, a.header, a.body)
	}
}

// repeated repeats a request until it is answered otherwise, and counts.
func repeated(most int, ask func() answer) (taken int, last answer) {
	for ; taken < most; taken++ {
		if last = ask(); last.status != http.StatusOK {
			break
		}
	}
	return taken, last
}

func TestAProgramThatGoesRoundInCirclesIsStoppedWithItsOrganisationAlone(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	acme, rival := newSide(t, s, "acme"), newSide(t, s, "zeta")
	made := s.do(http.MethodPost, "/v1/api-keys", encoded(t, map[string]any{
		"name": "loop", "permissions": []string{"site:read", "site:write", "site:publish", "check"}, "expires": inAYear(),
	}), operator, header("Consent-Tenant", "acme"))
	key := header("Authorization", "Bearer "+made.text(t, "secret"))

	// The edition that newSide published by the operator's token is paid by nobody.
	doc := s.do(http.MethodGet, "/v1/sites/acme-site/document", "", key)
	taken, last := repeated(100, func() answer { return s.do(http.MethodPut, "/v1/sites/acme-site", string(doc.body), key) })
	stopped(t, "publications of one site", last)
	if taken != 60 {
		t.Errorf("%d publications of one site were taken", taken)
	}
	look := `{"site":` + string(doc.body) + `,"place":"FR","locale":"en"}`
	taken, last = repeated(400, func() answer { return s.do(http.MethodPost, "/v1/sites/acme-site/preview", look, key) })
	stopped(t, "previews", last)
	if taken != 300-61 {
		t.Errorf("%d previews were taken behind the publications", taken)
	}
	group := strings.Repeat(`{"place":"FR"},`, 49) + `{"place":"DE"}`
	ask := `{"site":"acme-site","purpose":"analytics","group":[` + group + `]}`
	batch := `{"asks":[` + strings.Repeat(ask+",", 199) + ask + `]}`
	taken, last = repeated(40, func() answer { return s.do(http.MethodPost, "/v1/check", batch, key) })
	stopped(t, "batches", last)
	if taken != 10 {
		t.Errorf("%d batches of 20,000 checks were taken", taken)
	}
	taken, last = repeated(1500, func() answer { return s.do(http.MethodGet, "/v1/sites", "", key) })
	stopped(t, "requests", last)
	if taken != 1200-1-61-240 {
		t.Errorf("%d requests were taken behind the others", taken)
	}
	stopped(t, "another key of the organisation", s.do(http.MethodGet, "/v1/sites", "", acme.program))

	for what, a := range map[string]answer{
		"a check by the key":            s.do(http.MethodGet, "/v1/check?site=acme-site&purpose=analytics", "", key),
		"a person of the organisation":  acme.people["editor"].do(http.MethodGet, "/v1/sites", ""),
		"a key of another organisation": s.do(http.MethodGet, "/v1/sites", "", rival.program),
		"a batch of that":               s.do(http.MethodPost, "/v1/check", `{"asks":[{"site":"zeta-site","purpose":"analytics"}]}`, rival.program),
		"the operator's publication":    s.do(http.MethodPut, "/v1/sites/acme-site", string(doc.body), operator),
	} {
		if a.status != http.StatusOK {
			t.Errorf("%s = %d %s", what, a.status, a.body)
		}
	}
}

func TestAPreviewIsPaidByTheSizeOfWhatItKeeps(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	newSide(t, s, "acme")
	made := s.do(http.MethodPost, "/v1/api-keys", encoded(t, map[string]any{
		"name": "big", "permissions": []string{"site:read", "site:write"}, "expires": inAYear(),
	}), operator, header("Consent-Tenant", "acme"))
	key := header("Authorization", "Bearer "+made.text(t, "secret"))
	var doc map[string]any
	if err := json.Unmarshal(s.do(http.MethodGet, "/v1/sites/acme-site/document", "", key).body, &doc); err != nil {
		t.Fatal(err)
	}
	vendors, _ := doc["vendors"].([]any)
	for i := range 180 {
		vendors = append(vendors, map[string]any{"id": fmt.Sprintf("v-%d", i), "name": "V", "purposes": []string{"analytics"}, "policy_url": "https://example.com/" + strings.Repeat("x", 400)})
	}
	doc["vendors"] = vendors
	look := encoded(t, map[string]any{"site": doc, "place": "FR", "locale": "en"})
	taken, last := repeated(100, func() answer { return s.do(http.MethodPost, "/v1/sites/acme-site/preview", look, key) })
	stopped(t, "previews of a large site", last)
	if taken < 30 || taken > 60 {
		t.Errorf("%d previews of %d bytes were taken", taken, len(look))
	}
}

func TestWhatANetworkWritesToASiteIsBoundedAndSaidOnThePage(t *testing.T) {
	t.Parallel()
	s := limitedServer(t)
	form := func(address string) answer {
		return s.do(http.MethodPost, "/privacy/demo/request", "kind=question&message=x", from(address), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})
	}
	taken, last := 0, answer{}
	for ; taken < 100; taken++ {
		if last = form("198.51.100.7"); last.status != http.StatusSeeOther {
			break
		}
	}
	if taken != 60 || last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" || !strings.Contains(string(last.body), "<form") {
		t.Errorf("%d were taken, then %d %v", taken, last.status, last.header)
	}
	if a := form("203.0.113.9"); a.status != http.StatusSeeOther {
		t.Errorf("another network = %d", a.status)
	}
	if a := s.write(write{"id": id(1), "action": "reject_all"}, from("198.51.100.7")); a.status != http.StatusCreated {
		t.Errorf("a refusal beside = %d %s", a.status, a.body)
	}
}
