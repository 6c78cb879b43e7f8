package hooks_test

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/hooks"
)

// hanging is a store that does not answer until it is back.
type hanging struct {
	consent.Cabinet
	back  atomic.Bool
	asked atomic.Int64
}

func (h *hanging) Documents(ctx context.Context, _, _ string, _ int) ([]consent.Document, error) {
	if !h.back.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	h.asked.Add(1)
	return nil, nil
}

func TestWebhooksGoOnSoonAfterAStoreThatHungIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &hanging{}
		desk := hooks.New(hooks.Options{Cabinet: store, Clock: time.Now, Random: rand.Reader, Node: "a"})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			desk.Run(ctx, time.Second)
		}()
		<-time.After(30 * time.Second)
		store.back.Store(true)
		// The call that hangs still may take its time.
		<-time.After(10 * time.Second)
		if store.asked.Load() == 0 {
			t.Error("nobody has looked for webhooks 10 s after the store was back")
		}
		cancel()
		<-ended
	})
}
