package hooks_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/hooks"
)

// tallied runs the desk until its tally is as it should be.
func (b *bench) tallied(t *testing.T, want hooks.Tally) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.desk.Run(ctx, time.Millisecond)
	}()
	defer func() { stop(); <-ended }()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if b.desk.Tally() == want {
			return
		}
	}
	t.Errorf("%+v, want %+v", b.desk.Tally(), want)
}

func TestTheTallyFollowsHowWebhooksAre(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.tallied(t, hooks.Tally{Taking: 1})
	since := b.now
	b.answer = func(string) int { return http.StatusBadGateway }
	b.record(t, 1)
	b.tallied(t, hooks.Tally{Failing: 1, Since: since})
	for range 3 {
		b.now = b.now.Add(7 * time.Hour)
		b.serve(t)
	}
	b.tallied(t, hooks.Tally{Failing: 1, Since: since, GivenUp: 1})
	b.answer = func(string) int { return http.StatusOK }
	b.record(t, 2)
	b.tallied(t, hooks.Tally{Taking: 1, GivenUp: 1})
	if _, err := b.desk.Change(t.Context(), "shop", b.made.ID, func(e *hooks.Endpoint) { e.Disabled = true }); err != nil {
		t.Fatal(err)
	}
	b.tallied(t, hooks.Tally{Disabled: 1})
	if _, err := b.desk.Delete(t.Context(), "shop", b.made.ID); err != nil {
		t.Fatal(err)
	}
	b.tallied(t, hooks.Tally{})
}
