package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestWhoTakesRecordsOutStandsInTheAuditLog(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		owner := ann(t, s)
		made := owner.must(http.StatusOK, http.MethodPost, "/v1/api-keys", `{"name":"warehouse","permissions":["records:read"],"expires":"`+inAYear()+`"}`)
		key := header("Authorization", "Bearer "+made.text(t, "secret"))
		s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		took := func() (list []string) {
			t.Helper()
			var out struct {
				Changes []struct{ By, Action, Object, Note string }
			}
			a := s.do(http.MethodGet, "/v1/audit?limit=200", "", operator)
			if err := json.Unmarshal(a.body, &out); err != nil {
				t.Fatalf("%d %s", a.status, a.body)
			}
			for _, c := range out.Changes {
				if c.Action == "records.export" || c.Action == "backup.take" {
					list = append(list, strings.Join([]string{c.By, c.Action, c.Object, c.Note}, " "))
				}
			}
			return list
		}
		records := s.do(http.MethodGet, "/v1/sites/demo/records", "", key)
		var line struct{ Cursor string }
		if err := json.Unmarshal([]byte(strings.TrimSpace(string(records.body))), &line); err != nil || line.Cursor == "" {
			t.Fatalf("%d %s", records.status, records.body)
		}
		s.do(http.MethodGet, "/v1/sites/demo/records?after="+line.Cursor, "", key)
		owner.must(http.StatusOK, http.MethodGet, "/v1/sites/demo/records?format=csv&after="+line.Cursor, "")
		owner.must(http.StatusOK, http.MethodGet, "/v1/sites/demo/proof", "")
		owner.must(http.StatusOK, http.MethodGet, "/v1/backup", "")
		s.do(http.MethodGet, "/v1/sites/demo/subjects", "", operator)
		s.do(http.MethodGet, "/v1/sites/demo/records", "")
		want := []string{
			"key warehouse records.export demo records",
			"ann@example.com records.export demo records", "ann@example.com records.export demo proof",
			"ann@example.com backup.take  ", "operator records.export demo subjects",
		}
		if got := took(); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}
