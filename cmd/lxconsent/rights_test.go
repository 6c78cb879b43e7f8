package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// use does a right through the API.
func (s *server) use(body string, opts ...option) answer {
	s.t.Helper()
	return s.do(http.MethodPost, "/v1/consents/me?site=demo&place=FR", body, opts...)
}

func TestARestrictionHoldsUntilItIsLifted(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		w := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		me := subjectToken(w.text(t, "subject"))
		on := s.use(`{"act":"restrict"}`, me)
		if on.status != http.StatusCreated {
			t.Fatalf("%d %s", on.status, on.body)
		}
		for _, known := range [][]option{{me}, {cookie("lx_consent", on.text(t, "consent"))}} {
			if allow, why := s.decision("analytics", known...); allow || why != "denied" {
				t.Errorf("restricted: %v %s", allow, why)
			}
		}
		off := s.use(`{"act":"lift"}`, me)
		if off.status != http.StatusCreated {
			t.Fatalf("%d %s", off.status, off.body)
		}
		if allow, why := s.decision("analytics", me); !allow || why != "granted" {
			t.Errorf("lifted: %v %s", allow, why)
		}
		if again := s.use(`{"act":"lift"}`, me); again.status != http.StatusConflict {
			t.Errorf("nothing to lift: %d %s", again.status, again.body)
		}
		var out struct{ Records []struct{ Action string } }
		if err := json.Unmarshal(s.do(http.MethodGet, "/v1/consents/me?site=demo", "", me).body, &out); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(out.Records); got != "[{accept_all} {restrict} {lift}]" {
			t.Errorf("the acts are %s", got)
		}
	})
}

func TestRefusingNeedsNoProofAndLiftingDoes(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct {
		name, body string
		status     int
		opts       []option
	}{
		{"an objection of nobody in particular", `{"act":"object"}`, 201, nil},
		{"an objection to one purpose, by its other name", `{"act":"object","purposes":["statistics"]}`, 201, nil},
		{"a withdrawal with a token that is not ours", `{"act":"withdraw"}`, 201, []option{subjectToken("forged")}},
		{"a restriction by a cookie that is not ours", `{"act":"restrict"}`, 201, []option{cookie("lx_subject", "forged")}},
		{"a lifting of nobody", `{"act":"lift"}`, 401, nil},
		{"a lifting with a forged token", `{"act":"lift"}`, 403, []option{subjectToken("forged")}},
		{"an act that is none", `{"act":"accept_all"}`, 422, nil},
		{"an objection to what is necessary", `{"act":"object","purposes":["necessary"]}`, 422, nil},
		{"an objection to what is not there", `{"act":"object","purposes":["nothing"]}`, 422, nil},
		{"an act from another site's page", `{"act":"object"}`, 403, []option{fromPage("https://evil.example")}},
		{"an act from no page that can be named", `{"act":"object"}`, 403, []option{fromPage("null")}},
	} {
		if a := s.use(c.body, c.opts...); a.status != c.status {
			t.Errorf("%s: %d %s", c.name, a.status, a.body)
		}
	}
	a := s.use(`{"act":"object","purposes":["analytics"]}`)
	if allow, why := s.decision("analytics", cookie("lx_consent", a.text(t, "consent"))); allow || why != "denied" {
		t.Errorf("%v %s", allow, why)
	}
	if a.text(t, "subject") != "" || a.cookie["lx_subject"] != nil {
		t.Error("a refusal made a subject")
	}
}

func TestEachRightIsLoggedWithoutSayingWhose(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		w := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		token := w.text(t, "subject")
		me := subjectToken(token)
		s.use(`{"act":"restrict"}`, me)
		s.use(`{"act":"object"}`)
		s.use(`{"act":"object"}`)
		s.do(http.MethodGet, "/v1/consents/me?site=demo", "", me)
		s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", me)
		list := s.do(http.MethodGet, "/v1/sites/demo/requests", "", operator)
		var out struct {
			Requests []struct {
				ID, Kind, Status, Person, Regime string
				Count                            int
			}
		}
		if err := json.Unmarshal(list.body, &out); err != nil || list.status != http.StatusOK {
			t.Fatalf("%d %s", list.status, list.body)
		}
		got, persons := map[string]int{}, map[string]bool{}
		for _, r := range out.Requests {
			got[r.Kind+" "+r.Status] += r.Count
			persons[r.Person] = true
		}
		if fmt.Sprint(got) != "map[access done:1 erasure done:1 objection done:2 restriction done:1]" || len(persons) != 2 {
			t.Errorf("%v by %v", got, persons)
		}
		if subject := strings.Split(token, ".")[2]; strings.Contains(string(list.body), subject) {
			t.Error("the log names the subject")
		}
		if one := s.do(http.MethodGet, "/v1/sites/demo/requests?kind=erasure&limit=1", "", operator); strings.Count(string(one.body), `"kind"`) != 1 {
			t.Errorf("filtered: %s", one.body)
		}
		for _, bad := range []string{"kind=x", "status=x", "limit=0", "from=yesterday", "order=best"} {
			if a := s.do(http.MethodGet, "/v1/sites/demo/requests?"+bad, "", operator); a.status != http.StatusBadRequest {
				t.Errorf("%s: %d", bad, a.status)
			}
		}
		if a := s.do(http.MethodGet, "/v1/sites/demo/requests", ""); a.status != http.StatusUnauthorized {
			t.Errorf("without a token: %d", a.status)
		}
	})
}

func TestTheTableOfAVisitorsRecordsHoldsWhatTheJSONDoes(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := subjectToken(s.write(write{"id": id(1), "action": "save", "levels": map[string]int{"analytics": 1}, "vendors": map[string]int{"youtube": 1}, "signals": map[string]bool{"sensitive": true}}).text(t, "subject"))
	for how, a := range map[string]answer{
		"asked for": s.do(http.MethodGet, "/v1/consents/me?site=demo&format=csv", "", token),
		"accepted":  s.do(http.MethodGet, "/v1/consents/me?site=demo", "", token, header("Accept", "text/csv")),
	} {
		rows, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%s: %q, %v", how, a.body, err)
		}
		got := map[string]string{}
		for i, name := range rows[0] {
			got[name] = rows[1][i]
		}
		if got["id"] != id(1) || got["levels"] != `{"analytics":1}` || got["vendors"] != `{"youtube":1}` || got["signals"] != `{"sensitive":true}` || got["place_source"] == "" {
			t.Errorf("%s: %v", how, got)
		}
	}
	if a := s.do(http.MethodGet, "/v1/consents/me?site=demo&format=xml", "", token); a.status != http.StatusBadRequest {
		t.Errorf("an unknown format: %d", a.status)
	}
}
