package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// evidenceIDs are the records that a search finds, in the order of the answer.
func (s *server) evidenceIDs(query string) []string {
	s.t.Helper()
	a := s.do(http.MethodGet, "/v1/sites/demo/evidence?"+query, "", operator)
	var found struct{ Records []struct{ ID string } }
	if err := json.Unmarshal(a.body, &found); err != nil || a.status != http.StatusOK {
		s.t.Fatalf("?%s = %d %s", query, a.status, a.body)
	}
	ids := []string{}
	for _, r := range found.Records {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestEvidenceIsFoundShownAsItWasAndErasedWithAReason(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
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
		for query, want := range map[string][]string{
			"order=desc": {id(3), id(2), id(1)}, "order=desc&limit=2": {id(3), id(2)}, "order=desc&action=accept_all": {id(1)},
			"order=desc&from=2020-01-01&to=2999-01-01": {id(3), id(2), id(1)}, "order=desc&to=2020-01-01": {}, "order=desc&from=2999-01-01": {}, "from=2999-01-01": {},
			"order=desc&subject=" + subject: {id(2), id(1)}, "order=asc": {id(1), id(2), id(3)},
		} {
			if got := s.evidenceIDs(query); !slices.Equal(got, want) {
				t.Errorf("?%s = %v; want %v", query, got, want)
			}
		}
		newest := s.do(http.MethodGet, "/v1/sites/demo/evidence?order=desc&limit=1", "", operator)
		if got := s.evidenceIDs("order=desc&after=" + newest.text(t, "next")); !slices.Equal(got, []string{id(2), id(1)}) {
			t.Errorf("behind the newest: %v", got)
		}
		if a := s.do(http.MethodGet, "/v1/sites/demo/evidence?order=best", "", operator); a.status != http.StatusBadRequest {
			t.Errorf("an order that there is not = %d", a.status)
		}
		find("from=2020-01-01", id(1), id(2), id(3))
		find("to=2020-01-01")
		find("record="+id(2), id(2))
		find("record=" + id(9))
		find("record=x")
		find("subject="+subject, id(1), id(2))
		// A server of the site has the token, and a visitor may hand over the cookie.
		find("subject="+url.QueryEscape(token), id(1), id(2))
		forged := token[:len(token)-4] + "AAAA"
		find("subject=" + url.QueryEscape(forged))
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
		if a := erase(`{"subject":"` + forged + `","reason":"asked by letter"}`); a.status != http.StatusNotFound {
			t.Errorf("erasing by a forged token = %d %s", a.status, a.body)
		}
		if a := erase(`{"subject":"` + token + `","reason":"asked by letter"}`); a.status != http.StatusOK || a.field(t, "records") != 2.0 {
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

func TestAnExportHoldsWhatASearchOfTheEvidenceFinds(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		made := s.write(write{"id": id(1), "note": s.note("FR"), "action": "accept_all", "levels": acceptAll})
		token := made.text(t, "subject")
		s.write(write{"id": id(2), "note": s.note("FR"), "action": "save", "levels": map[string]int{"analytics": 0}, "subject": token})
		s.write(write{"id": id(3), "action": "reject_all"})
		jws := made.field(t, "receipt").(map[string]any)["jws"].(string)
		for query, want := range map[string][]string{
			"":                              {id(1), id(2), id(3)},
			"action=reject_all":             {id(3)},
			"action=dismiss":                {},
			"from=2020-01-01&to=2999-01-01": {id(1), id(2), id(3)},
			"from=2020-01-01&action=save":   {id(2)},
			"to=2020-01-01":                 {},
			"from=2999-01-01":               {},
			"record=" + id(2):               {id(2)},
			"record=" + id(9):               {},
			"subject=" + strings.Split(token, ".")[2]: {id(1), id(2)},
			"external_id=nobody":                      {},
			"receipt=" + url.QueryEscape(jws):         {id(1)},
		} {
			for format, head := range map[string]int{"ndjson": 0, "csv": 1} {
				a := s.do(http.MethodGet, "/v1/sites/demo/records?format="+format+"&"+query, "", operator)
				lines := slices.Collect(strings.Lines(string(a.body)))
				if a.status != http.StatusOK || len(lines) != len(want)+head {
					t.Errorf("?%.60s = %d %s; want %d records", query, a.status, a.body, len(want))
					continue
				}
				for i, id := range want {
					if !strings.Contains(lines[i+head], id) {
						t.Errorf("?%.60s: line %d is %s; want %s", query, i+head, lines[i+head], id)
					}
				}
			}
		}
		for _, wrong := range []string{"from=yesterday", "record=a&subject=b", "receipt=" + url.QueryEscape(jws[:len(jws)-9]+"AAAAAAAAA")} {
			if a := s.do(http.MethodGet, "/v1/sites/demo/records?"+wrong, "", operator); a.status < 400 || a.status >= 500 {
				t.Errorf("?%.60s = %d", wrong, a.status)
			}
		}
	})
}

func TestManyDecisionsOfOneSubjectAreAllListed(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, append(flags, "--limits", "off")...)
		note := s.note("FR")
		token := s.write(write{"id": id(1), "note": note, "action": "accept_all", "levels": acceptAll}).text(t, "subject")
		for n := range 80 {
			s.write(write{"id": id(byte(2 + n)), "note": note, "action": "save", "levels": map[string]int{"analytics": n % 2}, "subject": token})
		}
		for _, order := range []string{"asc", "desc"} {
			if got := s.evidenceIDs("limit=1000&order=" + order); len(got) != 81 {
				t.Errorf("%s: %d records", order, len(got))
			}
		}
	})
}
