package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// doctor runs the check and returns the verdicts by what they are about.
func doctor(t *testing.T, want int, args ...string) map[string][]verdict {
	t.Helper()
	status, out := lx(t, append([]string{"doctor", "--json"}, args...)...)
	var report struct {
		OK     bool
		Checks []verdict
	}
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&report); err != nil {
		t.Fatalf("%d %s", status, out)
	}
	if status != want || report.OK != (want == 0) {
		t.Errorf("status %d, want %d:\n%s", status, want, out)
	}
	all := map[string][]verdict{}
	for _, v := range report.Checks {
		all[v.Check] = append(all[v.Check], v)
		if v.Cause == "" || v.Status != fine && v.Fix == "" {
			t.Errorf("%+v has no cause or no fix", v)
		}
	}
	return all
}

func worst(list []verdict) string {
	for _, s := range []string{failing, warning} {
		for _, v := range list {
			if v.Status == s {
				return s
			}
		}
	}
	return fine
}

func TestDoctorFindsNothingWrongWithARunningServer(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	listen := strings.TrimPrefix(s.url, "http://")
	all := doctor(t, 0, "--redis", redis.URL(), "--data-dir", s.dir, "--listen", listen, "--public-url", s.url, "--api-token", apiToken)
	for check, want := range map[string]string{"server": fine, "signing keys": fine, "API token": fine, "Redis": fine, "clock": fine, "trusted proxies": fine, "places": warning, "public URL": warning} {
		if got := worst(all[check]); got != want || len(all[check]) == 0 {
			t.Errorf("%s is %s: %+v", check, got, all[check])
		}
	}
}

func TestDoctorSaysWhatIsWrongAndHowToMendIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startIn(t, dir).stop()
	keys := filepath.Join(dir, "keys")
	open := filepath.Join(t.TempDir(), "keys")
	b, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, b, 0o644); err != nil {
		t.Fatal(err)
	}
	future := t.TempDir()
	startIn(t, future).stop()
	segments, err := filepath.Glob(filepath.Join(future, "log", "*.wal"))
	if err != nil || len(segments) == 0 {
		t.Fatal(segments, err)
	}
	// What a node with Redis writes last is its log.
	if err := os.Chtimes(segments[0], time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	lost := t.TempDir()
	startIn(t, lost).stop()
	if err := os.Remove(filepath.Join(lost, "keys")); err != nil {
		t.Fatal(err)
	}
	evicting := redistest.Start(t, "--maxmemory-policy", "allkeys-lru")
	weak := redistest.Start(t, "--appendonly", "no")
	cases := map[string]struct {
		args         []string
		status       int
		check, level string
		says         string
	}{
		"a new directory":          {[]string{"--data-dir", filepath.Join(dir, "none")}, 0, "data directory", warning, "does not exist yet"},
		"one that cannot be made":  {[]string{"--data-dir", "/proc/none/data"}, 1, "data directory", failing, "cannot make it"},
		"a file for a directory":   {[]string{"--data-dir", keys}, 1, "data directory", failing, "no directory"},
		"a key file for everybody": {[]string{"--data-dir", dir, "--key-file", open}, 1, "signing keys", failing, "chmod 600"},
		"a missing key file":       {[]string{"--data-dir", dir, "--key-file", open + "x"}, 1, "signing keys", failing, "every cookie would be void"},
		"a key file that was lost": {[]string{"--data-dir", lost}, 1, "signing keys", failing, "from its backup"},
		"a short token":            {[]string{"--data-dir", dir, "--api-token", "short"}, 1, "API token", failing, "openssl rand"},
		"a Redis that evicts":      {[]string{"--data-dir", dir, "--redis", evicting.URL()}, 1, "Redis", failing, "noeviction"},
		"a Redis that forgets":     {[]string{"--data-dir", dir, "--redis", weak.URL()}, 0, "Redis", warning, "appendonly"},
		"no Redis":                 {[]string{"--data-dir", dir, "--redis", "redis://127.0.0.1:1"}, 1, "Redis", failing, "cannot be reached"},
		"headers nobody may send":  {[]string{"--data-dir", dir, "--geo-headers", "cloudflare"}, 1, "places", failing, "--trusted-proxies"},
		"a bad database":           {[]string{"--data-dir", dir, "--geoip", keys}, 1, "places", failing, "MaxMind"},
		"a plain public address":   {[]string{"--data-dir", dir, "--public-url", "http://127.0.0.2:1"}, 1, "public URL", failing, "https"},
		"a path in the address":    {[]string{"--data-dir", dir, "--public-url", "https://c.example/x"}, 1, "public URL", failing, "without a path"},
		"everybody is a proxy":     {[]string{"--data-dir", dir, "--trusted-proxies", "0.0.0.0/0"}, 1, "trusted proxies", failing, "any address"},
		"a proxy that is none":     {[]string{"--data-dir", dir, "--trusted-proxies", "proxy"}, 1, "trusted proxies", failing, "10.0.0.0/8"},
		"a clock that is behind":   {[]string{"--data-dir", future}, 1, "clock", failing, "NTP"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := doctor(t, c.status, c.args...)[c.check]
			if worst(list) != c.level {
				t.Errorf("%s is %s: %+v", c.check, worst(list), list)
			}
			if text, _ := json.Marshal(list); !strings.Contains(string(text), c.says) {
				t.Errorf("%q is missing: %s", c.says, text)
			}
		})
	}
}

func TestDoctorSaysWhatTheServerBesideItSuffersFrom(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		beside
		level, says string
	}{
		"all is well":              {beside{Status: "ok", Store: "ok"}, fine, "no decision waits"},
		"only places are missing":  {beside{Status: "degraded", Store: "ok"}, fine, "no decision waits"},
		"some wait for a moment":   {beside{Status: "ok", Store: "ok", Waiting: 3, Oldest: 2}, fine, "3 decisions wait"},
		"the log is far behind":    {beside{Status: "degraded", Store: "degraded", Waiting: 9000, Oldest: 3700, StoreCause: "Redis is away", StoreFix: "start Redis"}, failing, "9000 decisions have waited 1h1m40s for the store: Redis is away"},
		"the store just went away": {beside{Status: "degraded", Store: "degraded", Waiting: 1, Oldest: 2, StoreCause: "Redis is away", StoreFix: "start Redis"}, warning, "Redis is away"},
		"the disk is full":         {beside{Status: "down", Log: "down", Store: "ok", LogCause: "the disk is full", LogFix: "free some space"}, failing, "it takes no decision: the disk is full"},
		"that, and no token":       {beside{Status: "down", Log: "down", Store: "ok"}, failing, "it takes no decision: its log"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &patient{}
			p.hears(c.beside)
			if got := worst(p.list); got != c.level || !strings.Contains(p.list[0].Cause, c.says) {
				t.Errorf("%+v", p.list)
			}
		})
	}
}

func TestDoctorTellsAServerFromWhatIsNone(t *testing.T) {
	t.Parallel()
	s := start(t)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	for name, c := range map[string]struct {
		listen, token string
		level, says   string
	}{
		"nothing listens":            {redistest.FreeAddr(t), apiToken, warning, "does not answer"},
		"something else listens":     {strings.TrimPrefix(other.URL, "http://"), apiToken, warning, "is not this program"},
		"a token of another server":  {strings.TrimPrefix(s.url, "http://"), strings.Repeat("x", 40), warning, "API token"},
		"no token, so the open page": {strings.TrimPrefix(s.url, "http://"), "", fine, "runs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := doctor(t, 0, "--data-dir", s.dir, "--listen", c.listen, "--api-token", c.token)["server"]
			if text, _ := json.Marshal(list); worst(list) != c.level || !strings.Contains(string(text), c.says) {
				t.Errorf("%s", text)
			}
		})
	}
}

func TestADiskThatIsNearlyFullIsAnErrorAndASmallOneAWarning(t *testing.T) {
	t.Parallel()
	for free, want := range map[uint64]string{0: failing, 60 << 20: failing, 65 << 20: warning, 1023 << 20: warning, 1 << 30: fine} {
		p := &patient{}
		p.room("/data", free)
		if got := worst(p.list); got != want {
			t.Errorf("%d MiB: %s, want %s", free>>20, got, want)
		}
	}
}

func TestAServerSaysThatItMadeNewKeysBesideRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startIn(t, dir)
	s.stop()
	const words = "every cookie that was given out is void"
	if strings.Contains(s.log.String(), words) {
		t.Errorf("said at the first start: %s", s.log)
	}
	if err := os.Remove(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	if s := startIn(t, dir); !strings.Contains(s.log.String(), words) {
		t.Errorf("not said: %s", s.log)
	}
}
