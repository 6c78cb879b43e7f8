package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"
)

func TestNothingIsSweptByAClockThatLeaptUntilADayWentBy(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	c := &serveCmd{DataDir: t.TempDir()}
	swept := func(at time.Time) bool {
		done := false
		c.sweep(t.Context(), at, func(context.Context) { done = true }, slog.New(slog.DiscardHandler))
		return done
	}
	// hours looks each hour and returns how many looks it took to be believed.
	hours := func(from time.Time) (n int, at time.Time) {
		for at = from; !swept(at) && n < 100; n++ {
			at = at.Add(time.Hour)
		}
		return n, at
	}
	n, at := hours(begin)
	if n != 24 {
		t.Errorf("a new directory is swept after %d hours", n)
	}
	for _, c := range []struct {
		name string
		leap time.Duration
		want int
	}{
		{"an hour later", time.Hour, 0},
		{"a step back of some minutes", -10 * time.Minute, 0},
		{"a night later", 12 * time.Hour, 0},
		{"a server that was away for two days", 48 * time.Hour, 24},
		{"a clock ten years ahead", 10 * 365 * 24 * time.Hour, 24},
		{"and back again", -10 * 365 * 24 * time.Hour, 24},
	} {
		if n, at = hours(at.Add(c.leap)); n != c.want {
			t.Errorf("%s: swept after %d hours, want %d", c.name, n, c.want)
		}
	}
	// A clock that is mended meanwhile is not held against the record.
	if wrong := at.Add(10 * 365 * 24 * time.Hour); swept(wrong) || swept(wrong.Add(time.Hour)) {
		t.Error("the clock was believed at once")
	}
	if n, _ = hours(at.Add(3 * time.Hour)); n != 24 {
		t.Errorf("a clock that was mended: swept after %d hours", n)
	}
}

func TestAServerThatIsStartedOftenSweepsAllTheSame(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	looked := func(ago time.Duration) []byte { return []byte(`{"seen":"` + now.Add(-ago).Format(time.RFC3339) + `"}`) }
	for name, tt := range map[string]struct {
		file []byte
		want time.Duration
	}{
		"a new directory":                 {nil, time.Minute},
		"it looked a moment ago":          {looked(0), time.Hour},
		"it looked twenty minutes ago":    {looked(20 * time.Minute), 40 * time.Minute},
		"it looked nearly an hour ago":    {looked(time.Hour - time.Second), time.Minute},
		"it looked yesterday":             {looked(24 * time.Hour), time.Minute},
		"its clock has gone back by days": {looked(-72 * time.Hour), time.Minute},
		"a file that cannot be read":      {[]byte("{"), time.Minute},
	} {
		c := &serveCmd{DataDir: t.TempDir()}
		if tt.file != nil {
			if err := replaceSynced(filepath.Join(c.DataDir, "clock.json"), tt.file); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.untilSweep(now); got != tt.want {
			t.Errorf("%s: it looks after %v, want %v", name, got, tt.want)
		}
	}
}
