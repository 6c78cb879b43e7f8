package main

import (
	"net/http"
	"strings"
	"testing"
)

// live changes the demo's document and publishes it.
func (s *server) live(change func(doc string) string) {
	s.t.Helper()
	a := s.do(http.MethodGet, "/v1/sites/demo", "", operator)
	draft := string(a.body)
	i := strings.Index(draft, `"draft":`) + len(`"draft":`)
	draft = draft[i:]
	draft = draft[:strings.LastIndex(draft, `,"locales":`)]
	if b := s.do(http.MethodPut, "/v1/sites/demo", change(draft), operator); b.status != http.StatusOK {
		s.t.Fatalf("publish: %d %s", b.status, b.body)
	}
}

func TestAChangedEditionAsksOnlyForWhatIsNew(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "save", "levels": map[string]int{"analytics": 1, "marketing": 1, "recording": 0, "functional": 0}})
	old := cookie("lx_consent", a.text(t, "consent"))
	s.live(func(doc string) string {
		return strings.Replace(doc, `"purposes":[{"id":"necessary"`, `"purposes":[{"id":"surveys","classes":["functional"],"basis":"consent"},{"id":"necessary"`, 1)
	})
	for purpose, want := range map[string]string{"analytics": "granted", "marketing": "granted", "recording": "denied", "surveys": "no-record"} {
		if _, why := s.decision(purpose, old); why != want {
			t.Errorf("after a new purpose %s is %s, want %s", purpose, why, want)
		}
	}
	s.live(func(doc string) string {
		return strings.Replace(doc, `"vendors":[{"id":"youtube"`, `"vendors":[{"id":"stats","name":"Stats","purposes":["analytics","recording"]},{"id":"youtube"`, 1)
	})
	for purpose, want := range map[string]string{"analytics": "edition-changed", "marketing": "granted", "recording": "denied"} {
		if _, why := s.decision(purpose, old); why != want {
			t.Errorf("after a new vendor %s is %s, want %s", purpose, why, want)
		}
	}
	// Answering something else does not renew what has changed.
	b := s.write(write{"id": id(2), "action": "save", "levels": map[string]int{"surveys": 1}, "subject": a.text(t, "subject"), "consent": a.text(t, "consent"), "note": s.note("FR")})
	if got := b.text(t, "consent"); !strings.Contains(got, ".functional:0~marketing:1~recording:0~surveys:1.") {
		t.Errorf("the new choice is %s", got)
	}
	s.live(func(doc string) string {
		return strings.Replace(doc, `"name":"LeadiumX demo"`, `"name":"Other words"`, 1)
	})
	if _, why := s.decision("surveys", cookie("lx_consent", b.text(t, "consent"))); why != "granted" {
		t.Errorf("after other words surveys is %s", why)
	}
}

func TestARollbackAsksNobodyAgainForWhatTheyHaveGranted(t *testing.T) {
	t.Parallel()
	s := start(t)
	granted := cookie("lx_consent", s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "consent"))
	s.live(func(doc string) string {
		return strings.Replace(doc, `"vendors":[{"id":"youtube"`, `"vendors":[{"id":"stats","name":"Stats","purposes":["analytics"]},{"id":"youtube"`, 1)
	})
	if _, why := s.decision("analytics", granted); why != "edition-changed" {
		t.Errorf("with a vendor more analytics is %s", why)
	}
	refused := cookie("lx_consent", s.write(write{"id": id(2), "action": "save", "levels": map[string]int{"analytics": 0}, "note": s.note("FR")}).text(t, "consent"))
	if st, out := s.command("site", "rollback", "demo", "1"); st != 0 || !strings.Contains(out, "edition 3 is live") {
		t.Fatalf("rollback: %d %s", st, out)
	}
	if _, why := s.decision("analytics", granted); why != "granted" {
		t.Errorf("who granted it before: %s", why)
	}
	if _, why := s.decision("analytics", refused); why != "denied" {
		t.Errorf("who refused it in between: %s", why)
	}
}

func TestAGrantFromWhereTheLawAskedLessDoesNotCountWhereItAsksMore(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll, "note": s.note("US-WA")})
	here := cookie("lx_consent", a.text(t, "consent"))
	for ask, want := range map[string]string{
		"analytics&place=US-WA": "granted", "analytics&place=unknown": "granted", "analytics": "granted",
		"analytics&place=FR": "no-record",
		// It waited for a grant there too.
		"recording&place=FR": "granted", "marketing&place=FR": "granted",
	} {
		if _, why := s.decision(ask, here); why != want {
			t.Errorf("%s is %s, want %s", ask, why, want)
		}
	}
	inline := func(place string) string {
		return string(s.do(http.MethodGet, "/v1/inline/demo?place="+place, "", here).body)
	}
	if len(inline("FR")) < 3*len(inline("US-WA")) {
		t.Error("a visitor who travels must be asked again in the page")
	}
	// An answer about one thing here does not make the rest count.
	b := s.write(write{"id": id(2), "action": "embed", "vendors": map[string]int{"youtube": 1}, "subject": a.text(t, "subject"), "consent": a.text(t, "consent")})
	if _, why := s.decision("analytics&place=FR", cookie("lx_consent", b.text(t, "consent"))); why != "no-record" {
		t.Errorf("after another answer analytics is %s", why)
	}
	script := string(s.do(http.MethodGet, "/s/demo.js?place=FR", "").body)
	if !strings.Contains(script, `|us)\b/`) {
		t.Error("the script does not know where less is asked")
	}
	if script := string(s.do(http.MethodGet, "/s/demo.js?place=US-WA", "").body); strings.Contains(script, `)\b/`) {
		t.Error("where no law asks less the script carries no list")
	}
}
