package main

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// keyOf makes an API key of an organisation that may do whatever a key may.
func keyOf(t *testing.T, s *server, tenant string) option {
	t.Helper()
	made := s.do(http.MethodPost, "/v1/api-keys", encoded(t, map[string]any{
		"name": "program", "permissions": []string{"site:read", "site:write", "site:publish", "site:delete", "audit:read"}, "expires": inAYear(),
	}), operator, header("Consent-Tenant", tenant))
	return header("Authorization", "Bearer "+made.text(t, "secret"))
}

// A body that takes its time is read long after its sender was let in.
func TestNobodyTakesASiteThatWasMadeWhileTheirRequestWasOnItsWay(t *testing.T) {
	t.Parallel()
	s := start(t)
	acme, zeta := keyOf(t, s, "acme"), keyOf(t, s, "zeta")
	doc := siteDocument(t, "shop")
	body, late := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+"/v1/sites/shop", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	// The server sends 100 when the handler asks for the body: it has been let in.
	r.Header.Set("Expect", "100-continue")
	zeta(r)
	status := make(chan int, 1)
	go func() {
		a, err := (&http.Transport{ExpectContinueTimeout: time.Minute}).RoundTrip(r)
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		a.Body.Close()
		status <- a.StatusCode
	}()
	if _, err := io.WriteString(late, doc[:100]); err != nil {
		t.Fatal(err)
	}
	if a := s.do(http.MethodPut, "/v1/sites/shop", doc, acme); a.status != http.StatusOK {
		t.Fatalf("its owner publishes it: %d %s", a.status, a.body)
	}
	if _, err := io.WriteString(late, doc[100:]); err != nil {
		t.Fatal(err)
	}
	late.Close()
	if got := <-status; got != http.StatusNotFound {
		t.Errorf("whoever began before it was there is answered %d; want 404", got)
	}
	if a := s.do(http.MethodGet, "/v1/sites/shop", "", acme); a.status != http.StatusOK {
		t.Errorf("its owner is answered %d %s", a.status, a.body)
	}
}
