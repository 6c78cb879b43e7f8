package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestEvidenceIsFoundShownAsItWasAndErasedWithAReason(t *testing.T) {
	t.Parallel()
	for store, flags := range stores(t) {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			s := start(t, flags...)
			made := s.write(write{"id": id(1), "note": s.note("FR"), "action": "accept_all", "levels": acceptAll})
			token := made.text(t, "subject")
			subject := strings.Split(token, ".")[2]
			later := s.write(write{"id": id(2), "note": s.note("FR"), "action": "save", "levels": map[string]int{"analytics": 0}, "subject": token})
			s.write(write{"id": id(3), "action": "reject_all"})
			if later.status != http.StatusCreated {
				t.Fatalf("the second decision = %d %s", later.status, later.body)
			}
			find := func(query string, want ...string) {
				t.Helper()
				a := s.do(http.MethodGet, "/v1/sites/demo/evidence?"+query, "", operator)
				if a.status != http.StatusOK || strings.Count(string(a.body), `"decided_at"`) != len(want) {
					t.Fatalf("?%.60s = %d %s; want %d records", query, a.status, a.body, len(want))
				}
				for _, id := range want {
					if !strings.Contains(string(a.body), id) {
						t.Errorf("?%.60s lacks %s: %s", query, id, a.body)
					}
				}
			}
			find("", id(1), id(2), id(3))
			find("limit=2", id(1), id(2))
			find("action=reject_all", id(3))
			find("from=2020-01-01", id(1), id(2), id(3))
			find("to=2020-01-01")
			find("record="+id(2), id(2))
			find("record=" + id(9))
			find("record=x")
			find("subject="+subject, id(1), id(2))
			find("external_id=nobody")
			jws := made.field(t, "receipt").(map[string]any)["jws"].(string)
			find("receipt="+url.QueryEscape(jws), id(1))
			find("receipt="+url.QueryEscape(string(made.body)), id(1))
			if a := s.do(http.MethodGet, "/v1/sites/demo/evidence?receipt="+url.QueryEscape(jws[:len(jws)-9]+"AAAAAAAAA"), "", operator); a.status != http.StatusUnprocessableEntity {
				t.Errorf("a forged receipt = %d %s", a.status, a.body)
			}
			one := s.do(http.MethodGet, "/v1/sites/demo/evidence/"+id(1), "", operator)
			for _, want := range []string{`"words_match":true`, `"laws_match":true`, `"edition_match":true`, `"status":"sealed"`, `"banner.title":`, `"analytics":"opt-in"`, `{"code":"FR"`} {
				if !strings.Contains(string(one.body), want) {
					t.Errorf("the record lacks %s: %s", want, one.body)
				}
			}
			if n := len(one.field(t, "history").([]any)); n != 2 {
				t.Errorf("the history has %d records", n)
			}
			if a := s.do(http.MethodGet, "/v1/sites/demo/evidence/"+id(9), "", operator); a.status != http.StatusNotFound {
				t.Errorf("an unknown record = %d", a.status)
			}
			erase := func(body string) answer { return s.do(http.MethodPost, "/v1/sites/demo/erasures", body, operator) }
			if a := erase(`{"subject":"` + subject + `"}`); a.status != http.StatusUnprocessableEntity {
				t.Errorf("erasing without a reason = %d", a.status)
			}
			if a := erase(`{"subject":"` + subject + `","reason":"asked by letter"}`); a.status != http.StatusOK || a.field(t, "records") != 2.0 {
				t.Errorf("erasing = %d %s", a.status, a.body)
			}
			one = s.do(http.MethodGet, "/v1/sites/demo/evidence/"+id(1), "", operator)
			if strings.Contains(string(one.body), subject) || !strings.Contains(string(one.body), `"erased":true`) {
				t.Errorf("an erased record is shown: %s", one.body)
			}
			if log := s.do(http.MethodGet, "/v1/audit", "", operator); !strings.Contains(string(log.body), "asked by letter") || strings.Contains(string(log.body), subject) {
				t.Errorf("the audit log: %s", log.body)
			}
		})
	}
}
