package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func TestOnlyASubjectThatNoKeyProvesIsTakenAway(t *testing.T) {
	t.Parallel()
	s := start(t)
	as, phone := s.account("ann"), &device{server: s}
	phone.chooses(id(1), write{"action": "accept_all", "levels": acceptAll})
	for name, c := range map[string]struct {
		subject, proof string
		taken          bool
	}{
		"a page that was kept with a proof of yesterday": {phone.subject, consent.ProveAccount("secret", as.name, time.Now().Add(-24*time.Hour)), false},
		"a proof that somebody else made":                {phone.subject, forged(as.proof), false},
		"a subject of another key":                       {forged(phone.subject), as.proof, true},
	} {
		a := s.do(http.MethodPost, "/v1/identify", `{"site":"demo","external_id":"`+as.name+`","proof":"`+c.proof+`"}`, fromPage(s.url), cookie("lx_subject", c.subject))
		if _, taken := a.cookie["lx_subject"]; a.status != http.StatusForbidden || taken != c.taken {
			t.Errorf("%s: %d, its cookies: %v", name, a.status, a.header["Set-Cookie"])
		}
	}
}
