package main

import (
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestConsentsAreTakenWhileRedisIsAwayAndReachItLater(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	note := s.note("FR")
	first := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll, "note": note})
	redis.Kill()

	a := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll, "note": note})
	if a.status != http.StatusCreated || a.text(t, "stored") != "local" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	b := s.write(write{"id": id(3), "action": "withdraw", "note": note}, cookie("lx_subject", first.text(t, "subject")), cookie("lx_consent", first.text(t, "consent")))
	if b.status != http.StatusCreated {
		t.Fatalf("a known subject: %d %s", b.status, b.body)
	}
	if allow, why := s.decision("analytics", cookie("lx_consent", a.text(t, "consent")), cookie("lx_subject", a.text(t, "subject"))); !allow {
		t.Errorf("a signed cookie must still answer: %s", why)
	}
	if allow, why := s.decision("analytics", cookie("lx_consent", first.text(t, "consent")), cookie("lx_subject", first.text(t, "subject"))); allow || why != "denied" {
		t.Errorf("the withdrawal must count at once: %v %s", allow, why)
	}
	await(t, "the store is shown as degraded", func() bool {
		ready := s.do(http.MethodGet, "/readyz", "")
		return ready.status == http.StatusOK && ready.text(t, "store") == "degraded"
	})
	// What would be lost with this server's disk now.
	waiting := func() (decisions, seconds float64) {
		a := s.do(http.MethodGet, "/v1/health/details", "", operator)
		decisions, _ = a.field(t, "waiting").(float64)
		seconds, _ = a.field(t, "oldest_seconds").(float64)
		return decisions, seconds
	}
	if decisions, seconds := waiting(); decisions < 2 || seconds <= 0 {
		t.Errorf("%v decisions wait for the store, the first for %v s", decisions, seconds)
	}
	redis.Restart()
	await(t, "both decisions are in the export", func() bool {
		st, out := s.command("ledger", "export", "--site", "demo")
		return st == 0 && strings.Contains(out, id(2)) && strings.Contains(out, id(3))
	})
	await(t, "no decision waits", func() bool {
		decisions, seconds := waiting()
		return decisions == 0 && seconds == 0
	})
}

func TestAWipedRedisIsFilledAgain(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendonly", "no")
	s := start(t, "--redis", redis.URL())
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	redis.Kill()
	redis.Restart()
	s.write(write{"id": id(2), "action": "reject_all", "note": s.note("FR")})
	await(t, "the record of before the wipe is back", func() bool {
		allow, _ := s.decision("analytics", cookie("lx_subject", a.text(t, "subject")))
		return allow
	})
}

func TestWithoutRedisSignedCookiesStillAnswerAndAllElseDeniesAtOnce(t *testing.T) {
	t.Parallel()
	// Below, a busy machine has its way; this is what all of it may take.
	if checkPatience > 100*time.Millisecond || writePatience > 500*time.Millisecond {
		t.Errorf("a check waits for %v, who writes for %v", checkPatience, writePatience)
	}
	for name, breaks := range map[string]func(*redistest.Server){
		"killed": (*redistest.Server).Kill, "stopped by a signal": (*redistest.Server).Pause,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t)
			// These are as patient as they are with visitors.
			s := startBy(t, streams{}, t.TempDir(), "--redis", redis.URL())
			// Decided on another node, so that this one's log knows nothing of it.
			other := start(t, "--redis", redis.URL(), "--key-file", filepath.Join(s.dir, "keys"))
			a := other.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
			signed := []option{cookie("lx_consent", a.text(t, "consent"))}
			both := append(signed, cookie("lx_subject", a.text(t, "subject")))
			alone := []option{cookie("lx_subject", a.text(t, "subject"))}
			subject := strings.Split(a.text(t, "subject"), ".")[2]
			await(t, "the decision is in Redis", func() bool {
				allow, _ := s.decision("marketing", alone...)
				return allow
			})
			breaks(redis)
			t.Cleanup(redis.Resume)

			for what, with := range map[string][]option{"the signed cookie": signed, "the signed cookie with its subject": both} {
				if allow, why := s.decision("marketing", with...); !allow || why != "granted" {
					t.Errorf("%s: %v %s", what, allow, why)
				}
			}
			var asks []string
			for n := range 1000 {
				asks = append(asks, `{"site":"demo","purpose":"marketing","subject":"`+numbered(n)+`"}`)
			}
			began := time.Now()
			many := s.do(http.MethodPost, "/v1/check", `{"asks":[`+strings.Join(asks, ",")+`]}`, operator)
			// One after the other they would take 90 s.
			if took := time.Since(began); strings.Count(string(many.body), `"unavailable"`) != 1000 || took > 30*time.Second {
				t.Errorf("1,000 asks at once: %d, %d of them unavailable, %v", many.status, strings.Count(string(many.body), `"unavailable"`), took)
			}
			paths := map[string]struct {
				path string
				with []option
				want string
			}{
				"a subject alone":      {"/v1/check?site=demo&purpose=marketing", alone, `"unavailable"`},
				"a subject by key":     {"/v1/check?site=demo&purpose=marketing&subject=" + subject, []option{operator}, `"unavailable"`},
				"an account by key":    {"/v1/check?site=demo&purpose=marketing&external_id=ann", []option{operator}, `"unavailable"`},
				"a cookie's name":      {"/v1/check?site=demo&cookie=_ga", alone, `"unavailable"`},
				"what needs no choice": {"/v1/check?site=demo&purpose=necessary", alone, `"necessary"`},
				"the gate":             {"/v1/gate?site=demo&purpose=marketing", alone, ""},
			}
			for what, p := range paths {
				// The client library alone would take 250 ms each time; a busy machine takes as long now and then.
				const most = 150 * time.Millisecond
				fastest := time.Hour
				for i := 0; i < 5 || i < 50 && fastest > most; i++ {
					began := time.Now()
					a := s.do(http.MethodGet, p.path, "", p.with...)
					fastest = min(fastest, time.Since(began))
					if p.want != "" && (a.status != http.StatusOK || !strings.Contains(string(a.body), p.want)) {
						t.Errorf("%s: %d %s", what, a.status, a.body)
					}
					if p.want == "" && (a.status != http.StatusForbidden || !strings.Contains(a.header.Get("Consent-Decision"), "reason=unavailable")) {
						t.Errorf("%s: %d %s", what, a.status, a.header.Get("Consent-Decision"))
					}
				}
				if fastest > most {
					t.Errorf("%s took %v", what, fastest)
				}
			}
			await(t, "the outage is known", func() bool {
				return s.do(http.MethodGet, "/readyz", "").text(t, "store") == "degraded"
			})
			quickly := time.Hour
			for i := 0; i < 5 || i < 50 && quickly > 60*time.Millisecond; i++ {
				began := time.Now()
				if allow, why := s.decision("marketing", both...); !allow || why != "granted" {
					t.Errorf("the signed cookie with its subject, in an outage that is known: %v %s", allow, why)
				}
				quickly = min(quickly, time.Since(began))
			}
			if quickly > 60*time.Millisecond {
				t.Errorf("in an outage that is known, a signed cookie waited for %v", quickly)
			}
		})
	}
}

// await looks again and again until something has come true.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("waited too long: %s", what)
		}
	}
}

func TestServersThatStartAtOneMomentOnAnEmptyRedisAllServeTheDemo(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	for i := range 4 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			start(t, "--redis", redis.URL()).note("FR")
		})
	}
}

func TestWhatAVisitorWritesIsTakenWhileRedisIsAwayAndOutlivesBoth(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendonly", "no")
	dir := t.TempDir()
	s := startIn(t, dir, "--redis", redis.URL())
	ask := func(words string) {
		t.Helper()
		a := s.do(http.MethodPost, "/privacy/demo/request?place=DE", "kind=question&message="+words, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})
		if a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", words, a.status, a.body)
		}
	}
	asked := func(words ...string) func() bool {
		return func() bool {
			list := s.do(http.MethodGet, "/v1/sites/demo/requests?status=open", "", operator)
			events := s.do(http.MethodGet, "/v1/sites/demo/events", "", operator)
			for _, w := range words {
				if strings.Count(string(list.body), `"text":"`+w+`"`) != 1 {
					return false
				}
			}
			return list.status == http.StatusOK && strings.Count(string(events.body), "request.opened") >= len(words)
		}
	}
	ask("before")
	await(t, "it is there at once", asked("before"))
	redis.Kill()
	ask("meanwhile")
	s.stop()
	s = startIn(t, dir, "--redis", redis.URL())
	// Whatever Redis had is lost, too.
	redis.Restart()
	await(t, "both are listed", asked("before", "meanwhile"))
}

func TestOnlyWhoManagesTheServerLearnsWhyRedisTakesNothing(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	note := s.note("FR")
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll, "note": note})
	redis.Set("maxmemory", "1")
	s.write(write{"id": id(2), "action": "reject_all", "note": note})
	await(t, "the node knows that Redis takes nothing", func() bool {
		return s.do(http.MethodGet, "/readyz", "").text(t, "store") == "degraded"
	})
	details := s.do(http.MethodGet, "/v1/health/details", "", operator)
	if !strings.Contains(details.text(t, "store_cause"), "maxmemory") || !strings.Contains(details.text(t, "store_fix"), "CONFIG SET") {
		t.Errorf("%s", details.body)
	}
	known := s.do(http.MethodGet, "/v1/sites/demo/evidence", "", operator)
	if known.status != http.StatusServiceUnavailable || !strings.Contains(known.text(t, "detail"), "maxmemory") || known.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", known.status, known.body)
	}
	redis.Kill()
	for what, a := range map[string]answer{
		"a visitor":          s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subjectToken(a.text(t, "subject"))),
		"whoever claims one": s.do(http.MethodGet, "/v1/sites/demo/evidence", "", header("Authorization", "Bearer lxk_"+strings.Repeat("a", 40))),
	} {
		if a.status != http.StatusServiceUnavailable || !strings.Contains(a.text(t, "detail"), "the store did not answer") || strings.Contains(string(a.body), "Redis") || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
}

func TestAFormThatCannotBeDoneNowIsAnsweredByThePage(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	own := []option{cookie("lx_subject", a.text(t, "subject")), fromPage(s.url), header("Content-Type", "application/x-www-form-urlencoded")}
	if paused := s.do(http.MethodPost, "/privacy/demo/restrict", "", own...); paused.status != http.StatusSeeOther {
		t.Fatalf("%d %s", paused.status, paused.body)
	}
	await(t, "Redis has the pause", func() bool {
		st, out := s.command("ledger", "export", "--site", "demo")
		return st == 0 && strings.Contains(out, `"restrict"`)
	})
	redis.Kill()
	lifted := s.do(http.MethodPost, "/privacy/demo/lift", "", append(own, header("Accept-Language", "de"))...)
	if lifted.status != http.StatusServiceUnavailable || !strings.HasPrefix(lifted.header.Get("Content-Type"), "text/html") ||
		!strings.Contains(string(lifted.body), "Das geht gerade nicht.") || lifted.header.Get("Retry-After") == "" {
		t.Errorf("%d %s\n%s", lifted.status, lifted.header, lifted.body)
	}
	redis.Restart()
	await(t, "the pause is lifted", func() bool {
		return s.do(http.MethodPost, "/privacy/demo/lift", "", own...).status == http.StatusSeeOther
	})
}
