package redisstore_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// persistently appends until it is done, as a node log does.
func persistently(t *testing.T, s *redisstore.Store, r consent.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		_, _, err := s.Append(ctx, r)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Errorf("Append(%s) = %v", r.ID, err)
			return
		}
	}
}

// replicated asks until a replica has it; one answer may be late on a busy machine.
func replicated(t *testing.T, s *redisstore.Store) {
	t.Helper()
	for range 100 {
		if held, err := s.Replicated(t.Context()); err == nil && held {
			return
		}
	}
	t.Error("no replica ever had it")
}

func simple(id string) consent.Record {
	return consent.Record{ID: id, Site: "shop", Subject: "sub-" + id, Content: "c", Levels: map[string]int{"a": 1}, Clock: 1, Time: time.UnixMilli(1).UTC()}
}

func TestAReplicaIsWaitedForAndItsAbsenceIsTold(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{primary.URL()}})
	persistently(t, s, simple("a"))
	if held, err := s.Replicated(t.Context()); err != nil || held {
		t.Fatalf("Replicated without a replica = %v, %v", held, err)
	}
	replica := redistest.StartReplica(t, primary)
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			persistently(t, s, simple(fmt.Sprint("b", i)))
			replicated(t, s)
		})
	}
	group.Wait()
	primary.Kill()
	replica.Promote()
	after := open(t, redisstore.Options{URLs: []string{replica.URL()}})
	if n := len(exported(t, after)); n != 51 {
		t.Fatalf("the replica holds %d records, want 51", n)
	}
}

func TestThroughASentinelWritesGoOnAtThePromotedReplica(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t)
	replica := redistest.StartReplica(t, primary)
	sentinel := redistest.StartSentinel(t, "consent", primary, 1)
	s := open(t, redisstore.Options{URLs: []string{"redis://" + sentinel + "?master_name=consent"}})
	for i := range 20 {
		persistently(t, s, simple(fmt.Sprint("before-", i)))
	}
	replicated(t, s)
	primary.Kill()
	for i := range 20 {
		persistently(t, s, simple(fmt.Sprint("after-", i)))
	}
	if role := replica.Role(); role != "master" {
		t.Fatalf("the replica is %s", role)
	}
	// A pool that could not connect for a while looks again each second.
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	count, err := 0, error(nil)
	for range 100 {
		count = 0
		if err = s.Export(t.Context(), "shop", func(consent.Record) error { count++; return nil }); err == nil {
			break
		}
		<-tick.C
	}
	if err != nil || count != 40 {
		t.Fatalf("%d records, want 40; %v", count, err)
	}
}

// pointer is an address that can be pointed to another server, as a service
// name can. Connections that stand stay where they are.
type pointer struct {
	net.Listener
	target atomic.Pointer[string]
}

func newPointer(t *testing.T, target string) *pointer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &pointer{Listener: l}
	p.target.Store(&target)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", *p.target.Load())
			if err != nil {
				_ = client.Close()
				continue
			}
			both := func(to, from net.Conn) {
				_, _ = io.Copy(to, from)
				_, _ = to.Close(), from.Close()
			}
			go both(server, client)
			go both(client, server)
		}
	}()
	return p
}

func TestAServerThatBecameReadOnlyIsLeft(t *testing.T) {
	t.Parallel()
	old := redistest.Start(t)
	next := redistest.StartReplica(t, old)
	service := newPointer(t, old.Addr)
	s := open(t, redisstore.Options{URLs: []string{"redis://" + service.Addr().String()}})
	persistently(t, s, simple("a"))
	replicated(t, s)
	next.Promote()
	old.Follow(next)
	service.target.Store(&next.Addr)
	persistently(t, s, simple("b"))
	if n := len(exported(t, s)); n != 2 {
		t.Fatalf("%d records, want 2", n)
	}
}
