package web_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leadiumx/consent/server/web"
)

func TestASharedDeadlineIsHardlyOffWhatWasAskedAndOnlyToOneSide(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of          func(time.Duration) func() context.Context
		asked       time.Duration
		least, most time.Duration
	}{
		"a write may have a little longer": {web.WritesEnd, 5 * time.Second, 5 * time.Second, 5250 * time.Millisecond},
		"a check is denied in time":        {web.ChecksEnd, 100 * time.Millisecond, 95 * time.Millisecond, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				next := c.of(c.asked)
				first := next()
				if next() != first {
					t.Error("two who come at once have two contexts")
				}
				for range 100 {
					at, _ := next().Deadline()
					if left := time.Until(at); left < c.least || left > c.most {
						t.Fatalf("%s are left, want %s to %s", left, c.least, c.most)
					}
					time.Sleep(c.asked / 50)
				}
				if first.Err() == nil {
					t.Error("the first context has not ended")
				}
				time.Sleep(2 * c.asked)
			})
		})
	}
}
