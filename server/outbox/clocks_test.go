package outbox_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// dated is a store that has a clock.
type dated struct {
	consent.Store
	now time.Time
}

func (d dated) Time(context.Context) (time.Time, error) { return d.now, nil }

func TestANodeWhoseClockIsNotThatOfTheStoreSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ store, want time.Duration }{
		"five minutes ahead":  {-5 * time.Minute, 5 * time.Minute},
		"five minutes behind": {5 * time.Minute, -5 * time.Minute},
		"a second ahead":      {-time.Second, 0},
		"a second behind":     {time.Second, 0},
	} {
		var log bytes.Buffer
		o := small(filepath.Join(t.TempDir(), "log"), dated{bolt(t, filepath.Join(t.TempDir(), "store.db")), early().Add(c.store)})
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		s := open(t, o)
		put(t, s, record("a", "sub", 0))
		handedOver(t, s)
		if got := s.Status().Ahead; got != c.want {
			t.Errorf("%s: it is %v ahead, want %v", name, got, c.want)
		}
		// It closes before the log of this program is read.
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if told := strings.Count(log.String(), "the clocks of this machine and of the store are apart"); told != map[bool]int{true: 1}[c.want != 0] {
			t.Errorf("%s: it is told %d times: %s", name, told, log.String())
		}
	}
	var _ outbox.Clocked = dated{}
}
