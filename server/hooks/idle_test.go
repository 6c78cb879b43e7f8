package hooks_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/hooks"
)

// Many receivers close a connection that was idle for five seconds, which is when a
// first failure is tried again.
func TestAConnectionThatTheReceiverClosesWhileItIsSentToIsNoFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	type ofConnection struct{}
	var cut atomic.Int64
	receiver := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Idempotency-Key") != "" {
			t.Error("the receiver is told of our way to send again")
		}
		if r.Context().Value(ofConnection{}).(*atomic.Int64).Add(1) == 1 {
			return
		}
		cut.Add(1)
		panic(http.ErrAbortHandler)
	}))
	receiver.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, ofConnection{}, new(atomic.Int64))
	}
	receiver.Start()
	t.Cleanup(receiver.Close)
	var err error
	begin := ""
	if b.made, _, err = b.desk.Create(t.Context(), hooks.Endpoint{Site: "shop", URL: receiver.URL}, &begin); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		b.record(t, i)
		b.now = b.now.Add(time.Millisecond)
		if st := b.serve(t); st.Delivered != int64(i+1) || st.FailingSince != nil || len(st.Retrying) > 0 {
			t.Fatalf("event %d: %+v", i, st)
		}
	}
	if cut.Load() == 0 {
		t.Error("no connection was used again, so that none was cut")
	}
}
