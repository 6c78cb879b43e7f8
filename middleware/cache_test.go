package middleware_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/middleware"
	"github.com/leadiumx/consent/tests/proxy/live"
)

// hand is a clock that the test moves.
type hand struct{ ns atomic.Int64 }

func (h *hand) now() time.Time          { return time.Unix(1_800_000_000, h.ns.Load()) }
func (h *hand) forward(d time.Duration) { h.ns.Add(int64(d)) }

// counting answers every question with a grant and counts them.
func counting(t *testing.T, until string) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n.Add(1)
		io.WriteString(w, `{"site":"demo","decisions":[{"purpose":"analytics","allow":true,"level":1,"reason":"granted","until":`+until+`}]}`)
	}))
	t.Cleanup(s.Close)
	return s, &n
}

func TestAnAnswerIsKeptForItsTimeAndNoLonger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keep  time.Duration
		until string
		step  time.Duration
		want  int64
	}{
		"two seconds unless the caller says otherwise":    {0, "null", 2*time.Second - 1, 1},
		"and not two seconds and a moment":                {0, "null", 2 * time.Second, 2},
		"for as long as the caller says":                  {time.Minute, "null", time.Minute - 1, 1},
		"and no longer":                                   {time.Minute, "null", time.Minute, 2},
		"not at all":                                      {-1, "null", 0, 2},
		"not beyond the end of the grant":                 {time.Minute, `"` + time.Unix(1_800_000_010, 0).UTC().Format(time.RFC3339) + `"`, 10 * time.Second, 2},
		"until the end of the grant":                      {time.Minute, `"` + time.Unix(1_800_000_010, 0).UTC().Format(time.RFC3339) + `"`, 9 * time.Second, 1},
		"no longer when the clock was set back meanwhile": {0, "null", -time.Second, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, n := counting(t, c.until)
			var clock hand
			g := gate(t, s.URL, func(o *middleware.Options) { o.CacheFor, o.Clock = c.keep, clock.now })
			r := request(t, live.Visitor{Consent: "a"})
			first := g.Allowed(r, "analytics")
			clock.forward(c.step)
			if second := g.Allowed(r, "analytics"); !first || !second || n.Load() != c.want {
				t.Errorf("allowed %v, %v with %d questions, want %d", first, second, n.Load(), c.want)
			}
		})
	}
}

func TestAnAnswerIsForOneVisitorAndOneQuestion(t *testing.T) {
	t.Parallel()
	a := live.Visitor{Consent: "a"}
	for name, other := range map[string]struct {
		visitor live.Visitor
		headers []string
		purpose string
		want    int64
	}{
		"the same visitor":               {a, nil, "analytics", 1},
		"a cookie that is not about it":  {a, []string{"Cookie", "x=1"}, "analytics", 1},
		"another consent":                {live.Visitor{Consent: "b"}, nil, "analytics", 2},
		"no consent":                     {live.Visitor{}, nil, "analytics", 2},
		"a subject beside":               {live.Visitor{Consent: "a", Subject: "s"}, nil, "analytics", 2},
		"the same value as a subject":    {live.Visitor{Subject: "a"}, nil, "analytics", 2},
		"a second consent":               {a, []string{"Cookie", "lx_consent=b"}, "analytics", 2},
		"the signal":                     {a, []string{"Sec-GPC", "1"}, "analytics", 2},
		"another purpose":                {a, nil, "marketing", 2},
		"a purpose that holds two names": {a, nil, "analytics\x00marketing", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, n := counting(t, "null")
			g := gate(t, s.URL, func(o *middleware.Options) { o.CacheFor = time.Minute })
			g.Allowed(request(t, a), "analytics")
			g.Allowed(request(t, other.visitor, other.headers...), other.purpose)
			if n.Load() != other.want {
				t.Errorf("%d questions, want %d", n.Load(), other.want)
			}
		})
	}
}

func TestTheCacheForgetsWhatWasNotUsedForLongest(t *testing.T) {
	t.Parallel()
	s, n := counting(t, "null")
	g := gate(t, s.URL, func(o *middleware.Options) { o.CacheFor, o.CacheSize = time.Minute, 2 })
	for i, c := range []struct {
		who  string
		want int64
	}{{"a", 1}, {"b", 2}, {"a", 2}, {"c", 3}, {"a", 3}, {"b", 4}, {"c", 5}} {
		g.Allowed(request(t, live.Visitor{Consent: c.who}), "analytics")
		if n.Load() != c.want {
			t.Fatalf("step %d, %s: %d questions, want %d", i, c.who, n.Load(), c.want)
		}
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	s, _ := counting(t, "null")
	g := gate(t, s.URL, func(o *middleware.Options) { o.CacheFor, o.CacheSize = time.Millisecond, 3 })
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for j := range 50 {
				r := request(t, live.Visitor{Consent: strconv.Itoa((i + j) % 5)})
				if !g.Allowed(r, "analytics") {
					t.Error("denied")
				}
			}
		})
	}
	all.Wait()
}

func TestAWithdrawalElsewhereIsSeenWhenTheAnswerHasAged(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	v := s.AcceptAll()
	clock := hand{}
	g := gate(t, s.URL, func(o *middleware.Options) { o.CacheFor, o.Clock = 0, clock.now })
	r := request(t, v)
	if !g.Allowed(r, "analytics") {
		t.Fatal("denied after the grant")
	}
	now := s.Withdraw(v)
	if g.Allowed(request(t, now), "analytics") {
		t.Error("allowed with the cookies of the withdrawal")
	}
	clock.forward(middleware.DefaultCacheFor)
	if g.Allowed(r, "analytics") {
		t.Error("allowed with the old cookies")
	}
}
