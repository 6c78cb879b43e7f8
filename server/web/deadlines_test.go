package web_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/leadiumx/consent/server/web"
)

func TestASharedDeadlineIsNeverEarlierThanAskedAndHardlyLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		next := web.SharedDeadlines()
		first := next()
		if next() != first {
			t.Error("two who come at once have two contexts")
		}
		for range 100 {
			ctx := next()
			at, _ := ctx.Deadline()
			if left := time.Until(at); left < web.Deadline || left > web.Deadline*21/20 {
				t.Fatalf("%s are left, want %s or a little more", left, web.Deadline)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if first.Err() == nil {
			t.Error("the first context has not ended")
		}
		time.Sleep(2 * web.Deadline)
	})
}
