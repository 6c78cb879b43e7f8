package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestAnErasureWhileRedisIsAwayIsAcknowledgedAndReachesTheAccountsDevicesLater(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*redistest.Server){
		"killed": (*redistest.Server).Kill, "stopped by a signal": (*redistest.Server).Pause,
	} {
		for _, ack := range []string{"local", "redis"} {
			t.Run(name+", promised "+ack, func(t *testing.T) {
				t.Parallel()
				redis := redistest.Start(t)
				s := start(t, "--redis", redis.URL(), "--ack", ack)
				ann := s.account("ann")
				one, two := &device{server: s}, &device{server: s}
				one.chooses(id(1), write{"action": "accept_all", "levels": acceptAll})
				firstOfOne := one.subject
				two.chooses(id(2), write{"action": "accept_all", "levels": acceptAll})
				firstOfTwo := two.subject
				for _, d := range []*device{one, two} {
					if a := d.identifies(ann); a.status != http.StatusOK {
						t.Fatalf("%d %s", a.status, a.body)
					}
				}
				alone := &device{server: s}
				alone.chooses(id(3), write{"action": "accept_all", "levels": acceptAll})
				await(t, "all is in Redis", func() bool {
					st, out := s.command("ledger", "export", "--site", "demo")
					return st == 0 && strings.Contains(out, id(1)) && strings.Contains(out, id(2)) && strings.Contains(out, id(3)) && strings.Count(out, `"joined"`) == 2
				})
				breaks(redis)
				t.Cleanup(redis.Resume)
				for what, token := range map[string]string{"an account": one.subject, "a lone device": alone.subject} {
					a := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(token))
					if a.status != http.StatusOK || a.text(t, "stored") != "local" {
						t.Errorf("the erasure of %s: %d %s", what, a.status, a.body)
					}
				}
				if allow, why := s.decision("analytics", cookie("lx_subject", alone.subject)); allow || why != "erased" {
					t.Errorf("an erased subject: %v %s", allow, why)
				}
				if strings.HasPrefix(name, "killed") {
					redis.Restart()
				} else {
					redis.Resume()
				}
				for what, token := range map[string]string{"one device": firstOfOne, "the other device": firstOfTwo, "the account": two.subject, "the lone device": alone.subject} {
					await(t, what+" is forgotten", func() bool {
						return s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subjectToken(token)).status == http.StatusGone
					})
				}
				await(t, "the export names none of them", func() bool {
					st, out := s.command("ledger", "export", "--site", "demo")
					for _, token := range []string{firstOfOne, firstOfTwo, alone.subject, one.subject} {
						if strings.Contains(out, strings.Split(token, ".")[2]) {
							return false
						}
					}
					return st == 0
				})
				if st, out := s.command("ledger", "verify", "--site", "demo"); st != 0 {
					t.Errorf("the chain: %s", out)
				}
			})
		}
	}
}
