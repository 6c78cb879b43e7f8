package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func scrape(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", res.StatusCode, err)
	}
	return string(b)
}

func TestMetricsCountWhatHappensAndTellNothingOfAnybody(t *testing.T) {
	t.Parallel()
	address := redistest.FreeAddr(t)
	s := limitedServer(t, "--metrics-listen", address)
	const canary = "canary-7f3a"
	a := s.write(write{"id": id(7), "action": "accept_all", "levels": acceptAll}, from("198.51.100.7"), header("User-Agent", canary))
	token, choice := a.text(t, "subject"), a.text(t, "consent")
	s.decision("marketing", cookie("lx_consent", choice), cookie("lx_subject", token))
	s.do(http.MethodGet, "/v1/check?site="+canary+"&purpose="+canary+"&cookie="+canary, "")
	s.do(http.MethodGet, "/s/"+canary+".js", "")
	s.do(http.MethodGet, "/"+canary+"/"+canary, "")
	s.do(http.MethodGet, "/v1/sites/"+canary, "", operator)
	s.do("CANARY", "/demo/", "")
	s.flood(write{"action": "save", "levels": map[string]int{"analytics": 1}, "subject": token}, "198.51.100.7", 1)
	s.do(http.MethodGet, "/s/demo.js", "")
	text := scrape(t, address)

	for _, want := range []string{
		`lxconsent_http_requests_total{method="POST",route="/v1/consents",status="2xx"} 3`,
		`lxconsent_http_requests_total{method="POST",route="/v1/consents",status="4xx"} 1`,
		`lxconsent_http_requests_total{method="GET",route="/s/{site}.js",status="2xx"} 1`,
		`lxconsent_http_requests_total{method="other",route="other",status="4xx"} 2`,
		`lxconsent_http_request_seconds_count{route="/v1/check"} 2`,
		`lxconsent_consent_writes_total{action="accept_all"} 1`,
		`lxconsent_budget_refused_total{budget="subject"} 1`,
		`lxconsent_decisions_total{allow="true",reason="granted"} 1`,
		`lxconsent_outbox_entries `, `lxconsent_outbox_bytes `, `lxconsent_outbox_waiting `, `lxconsent_outbox_lag_seconds `,
		`lxconsent_store_down 0`, `lxconsent_store_degraded 0`, `lxconsent_clock_ahead_seconds 0`, `lxconsent_disk_free_bytes `, `lxconsent_webhook_failing_seconds 0`, `lxconsent_webhook_given_up_events 0`,
		`lxconsent_webhooks{state="taking"} 0`, `lxconsent_webhooks{state="failing"} 0`, `lxconsent_webhooks{state="disabled"} 0`, `lxconsent_outbox_fenced 0`, `lxconsent_geo_source{source="none"} 1`,
		`lxconsent_scripts_compiled_total `, `lxconsent_sites 1`, `lxconsent_signing_keys 1`, `lxconsent_build_info{version=`,
		`go_goroutines `, `process_open_fds `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	for _, never := range []string{`status="0xx"`, `status="1xx"`} {
		if line := lineWith(text, never); line != "" {
			t.Errorf("no answer has such a status: %s", line)
		}
	}
	subject := strings.Split(token, ".")[2]
	for _, secret := range []string{canary, "CANARY", "198.51.100", "127.0.0.1", "demo", id(7), subject, choice, token, apiToken} {
		if line := lineWith(text, secret); line != "" && !strings.Contains(line, `route="/demo`) {
			t.Errorf("%q stands in %s", secret, line)
		}
	}
	if a := s.do(http.MethodGet, "/metrics", ""); a.status != http.StatusNotFound {
		t.Errorf("the visitors' listener answers /metrics with %d", a.status)
	}
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return ""
}
