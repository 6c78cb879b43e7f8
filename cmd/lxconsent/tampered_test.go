package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestWhatIsRemovedFromRedisByHandIsAFindingAndNoOutage(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	erased := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "subject")
	s.do("DELETE", "/v1/consents/me?site=demo", "", subjectToken(erased))
	for n := range byte(4) {
		s.write(write{"id": id(40 * (n + 1)), "action": "accept_all", "levels": acceptAll})
	}
	c, ctx := redis.Client(), t.Context()
	await(t, "Redis has all, and a checkpoint of it", func() bool {
		docs, err := c.HGetAll(ctx, "lx:docs{ledger:demo}").Result()
		_, out := s.command("ledger", "export", "--site", "demo")
		return err == nil && len(docs) == 2 && strings.Count(out, "\n") == 5
	})
	s.stop()
	names, err := c.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]string{}
	for _, name := range names {
		if kept[name], err = c.Dump(ctx, name).Result(); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(pattern string) {
		for name := range kept {
			if ok, _ := filepath.Match(pattern, strings.ReplaceAll(name, "/", "|")); ok {
				c.Del(ctx, name)
			}
		}
	}
	// All is old when somebody verifies.
	by := streams{patience: 4 * time.Second, now: func() time.Time { return time.Now().Add(5 * time.Minute) }}
	for _, tamper := range []struct {
		name, pattern string
		status        int
		says          []string
	}{
		{"nothing", "none", 0, []string{"5 records, 1 of them erased", "intact"}},
		{"the signed statements", "lx:docs{ledger:demo}", 1, []string{"removed: record number 2 of node", "every checkpoint of node"}},
		{"their list", "lx:ids{ledger:demo}", 1, []string{"removed: record number 2 of node", "every checkpoint of node"}},
		{"the contexts", "lx:d:{demo|*", 1, []string{"removed: the context ", "5 records refer to it, one of them"}},
		{"the editions", "lx:ed{catalog}:demo", 1, []string{"removed: edition 1 is missing: what was shown for 5 records"}},
		{"one partition", "lx:?:{demo|05}*", 1, []string{"removed: record number 3 of node"}},
		{"all partitions", "lx:?:{demo|*", 1, []string{"truncated: the chain of node", "its numbers 3 to 6 are missing"}},
	} {
		t.Run(tamper.name, func(t *testing.T) {
			for name, v := range kept {
				c.RestoreReplace(ctx, name, 0, v)
			}
			remove(tamper.pattern)
			// Another node than the one that took them: its memory and its log give
			// nothing back.
			other := startBy(t, by, t.TempDir(), "--redis", redis.URL(), "--key-file", filepath.Join(s.dir, "keys"), "--listen", strings.TrimPrefix(s.url, "http://"))
			defer other.stop()
			status, out := other.command("ledger", "verify")
			if status != tamper.status {
				t.Errorf("status %d; want %d", status, tamper.status)
			}
			for _, want := range tamper.says {
				if !strings.Contains(out, want) {
					t.Errorf("it does not say %q", want)
				}
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
}

func TestTheListOfWhatIsLiveIsMadeAgainWhenSomebodyRemovesIt(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	dir := t.TempDir()
	s := startIn(t, dir, "--redis", redis.URL())
	kept := filepath.Join(dir, "log", "editions", "demo", "1.json")
	await(t, "the node has a copy of the edition", func() bool {
		_, err := os.Stat(kept)
		return err == nil
	})
	listen := strings.TrimPrefix(s.url, "http://")
	s.stop()
	if err := redis.Client().Del(t.Context(), "lx:live{catalog}").Err(); err != nil {
		t.Fatal(err)
	}
	s = startIn(t, dir, "--redis", redis.URL(), "--listen", listen)
	if a := s.do("GET", "/s/demo.js", ""); a.status != 200 || a.header.Get("Consent-Edition") != "1" {
		t.Errorf("the script: %d, edition %q", a.status, a.header.Get("Consent-Edition"))
	}
}
