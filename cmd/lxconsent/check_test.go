package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestCheckAsksForAVisitorWhoseTokenItIsGiven(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := s.write(write{"id": id(1), "action": "save", "levels": map[string]int{"analytics": 1}}).text(t, "subject")
	for name, c := range map[string]struct {
		token, want string
		status      int
	}{
		"the operator's, who knows nobody": {apiToken, `"no-record"`, 0},
		"the visitor's own":                {token, `"granted"`, 0},
		"one that is cut":                  {token[:len(token)-1], `"bad-token"`, 0},
		"one that is nobody's":             {strings.Repeat("x", 40), "the API token is not valid", 1},
	} {
		var out bytes.Buffer
		status := run(t.Context(), []string{"check", "--site", "demo", "--purpose", "analytics", "--server", s.url, "--token", c.token}, streams{out: &out, err: &out})
		if status != c.status || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %d %s", name, status, &out)
		}
	}
}
