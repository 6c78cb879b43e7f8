package redisstore_test

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// wire stands between a store and Redis and cuts all connections for good at
// the n-th script call: before Redis hears of it, or after Redis has done it
// but before the store hears of that.
type wire struct {
	target string
	listen net.Listener

	mu    sync.Mutex
	left  int // calls until the cut; negative means never
	after bool
	cut   bool
	conns []net.Conn
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{target: target, listen: l, left: -1}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { w.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		w.stop()
		running.Wait()
	})
	return w
}

func (w *wire) url() string { return "redis://" + w.listen.Addr().String() }

func (w *wire) cutAt(call int, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left, w.after = call, after
}

// stop closes everything; connections that come later are closed at once.
func (w *wire) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for _, c := range w.conns {
		_ = c.Close()
	}
}

func (w *wire) isCut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut
}

// reached counts a script call and reports whether it is the one to cut.
func (w *wire) reached(request []byte) (now, after bool) {
	if !bytes.Contains(bytes.ToLower(request), []byte("\r\neval")) {
		return false, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left--
	return w.left == 0, w.after
}

// serve passes on what either side sends, in whatever pieces it comes.
func (w *wire) serve(client net.Conn) {
	server, err := net.Dial("tcp", w.target)
	if err != nil {
		_ = client.Close()
		return
	}
	w.mu.Lock()
	w.conns = append(w.conns, client, server)
	w.mu.Unlock()
	if w.isCut() {
		w.stop()
		return
	}
	// The call whose answers are kept back until Redis has given all of them.
	held := make(chan struct{})
	go w.answers(client, server, held)
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if err != nil {
			_ = server.Close()
			return
		}
		now, after := w.reached(buf[:n])
		if now && !after {
			w.stop()
			return
		}
		request := buf[:n]
		if now {
			close(held)
			request = append(slices.Clone(request), "ECHO "+mark+"\r\n"...)
		}
		if _, err := server.Write(request); err != nil {
			return
		}
	}
}

// mark is what Redis says once it has done all of a call that is to be cut.
const mark = "all-of-it-is-done"

// answers passes on answers until they are held; then it cuts as soon as Redis
// has given all of them.
func (w *wire) answers(client, server net.Conn, held <-chan struct{}) {
	buf := make([]byte, 1<<16)
	var kept []byte
	for {
		n, err := server.Read(buf)
		if err != nil {
			_ = client.Close()
			return
		}
		select {
		case <-held:
			if kept = append(kept, buf[:n]...); bytes.Contains(kept, []byte(mark)) {
				w.stop()
				return
			}
		default:
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	}
}

// cuts runs try for every place at which a call can be cut, until one is past
// the end of the call.
func cuts(t *testing.T, try func(t *testing.T, w *wire, cutStore, goodStore *redisstore.Store)) {
	server := redistest.Start(t)
	for _, after := range []bool{false, true} {
		for call, whole := 1, false; !whole; call++ {
			if call > 50 {
				t.Fatal("the call never ends")
			}
			name := fmt.Sprintf("cut at script call %d, after Redis did it: %v", call, after)
			t.Run(name, func(t *testing.T) {
				w := newWire(t, server.Addr)
				prefix := fmt.Sprintf("%d%v:", call, after)
				cutStore := open(t, redisstore.Options{URLs: []string{w.url()}, Prefix: prefix})
				goodStore := open(t, redisstore.Options{URLs: []string{server.URL()}, Prefix: prefix})
				w.cutAt(call, after)
				try(t, w, cutStore, goodStore)
				whole = !w.isCut()
			})
			if t.Failed() {
				return
			}
		}
	}
}

func exported(t *testing.T, s *redisstore.Store) []consent.Record {
	t.Helper()
	var all []consent.Record
	if err := s.Export(t.Context(), "shop", func(r consent.Record) error { all = append(all, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestARecordWhoseWriteWasCutShortIsStoredOnceByItsRetry(t *testing.T) {
	t.Parallel()
	for _, subjects := range [][2]string{{"sub", "sub"}, {"sub", "made-anew"}, {"", ""}} {
		t.Run(fmt.Sprintf("subjects %q and %q", subjects[0], subjects[1]), func(t *testing.T) {
			t.Parallel()
			cuts(t, func(t *testing.T, w *wire, cutStore, goodStore *redisstore.Store) {
				r := consent.Record{ID: "a", Site: "shop", Subject: subjects[0], Content: "c", Levels: map[string]int{"x": 1}, Clock: 5}
				_, _, err := cutStore.Append(t.Context(), r)
				if w.isCut() && consent.CodeOf(err) != consent.Unavailable || !w.isCut() && err != nil {
					t.Fatalf("Append = %v", err)
				}
				again := r
				again.Subject = subjects[1]
				stored, _, err := goodStore.Append(t.Context(), again)
				if err != nil {
					t.Fatalf("the retry: %v", err)
				}
				all := exported(t, goodStore)
				if len(all) != 1 || all[0].Subject != stored.Subject {
					t.Fatalf("the export is %+v, the answer was %+v", all, stored)
				}
				if stored.Subject == "" {
					return
				}
				if got, err := goodStore.Latest(t.Context(), "shop", stored.Subject); err != nil || got.ID != "a" {
					t.Fatalf("Latest = %+v, %v", got, err)
				}
			})
		})
	}
}

func TestAnIDThatIsUsedAgainWhileItsFirstWriterIsUnderWayStaysTheFirstOnes(t *testing.T) {
	t.Parallel()
	sealed := func(node, subject, content string) consent.Record {
		r := consent.Record{ID: "a", Site: "shop", Subject: subject, Node: node, Content: content, Levels: map[string]int{"x": 1}, Clock: 5}
		if _, err := r.Chain(consent.Head{}); err != nil {
			t.Fatal(err)
		}
		return r
	}
	for name, comes := range map[string]bool{"who comes again": true, "who never comes again": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			w := newWire(t, server.Addr)
			cutStore, goodStore := open(t, redisstore.Options{URLs: []string{w.url()}}), open(t, redisstore.Options{URLs: []string{server.URL()}})
			// The first call of the script is refused as unknown, the second claims.
			w.cutAt(3, false)
			mine, others := sealed("n", "sub", "c"), sealed("m", "else", "d")
			if _, _, err := cutStore.Append(t.Context(), mine); consent.CodeOf(err) != consent.Unavailable {
				t.Fatalf("the first writer was not cut: %v", err)
			}
			var second sync.WaitGroup
			second.Go(func() {
				got, _, err := goodStore.Append(t.Context(), others)
				if consent.CodeOf(err) != consent.IDReused || got.Node == "m" {
					t.Errorf("the second writer = %+v, %v", got, err)
				}
			})
			if !comes {
				second.Wait()
				if all := exported(t, goodStore); len(all) != 0 {
					t.Fatalf("the export is %+v", all)
				}
			}
			if _, fresh, err := goodStore.Append(t.Context(), mine); err != nil || !fresh {
				t.Fatalf("the first writer, again: %v, %v", fresh, err)
			}
			second.Wait()
			all := exported(t, goodStore)
			if len(all) != 1 || all[0].Node != "n" || consent.Leaf("a", *all[0].Sealed) != consent.Leaf("a", *mine.Sealed) {
				t.Fatalf("the export is %+v, want %+v", all, mine)
			}
		})
	}
}

func TestARecordWhoseWriteWasCutShortBeforeAnErasureKeepsItsEvidence(t *testing.T) {
	t.Parallel()
	cuts(t, func(t *testing.T, w *wire, cutStore, goodStore *redisstore.Store) {
		r := consent.Record{ID: "a", Site: "shop", Subject: "sub", Node: "n", Content: "c", Levels: map[string]int{"x": 1}, Clock: 5}
		if _, err := r.Chain(consent.Head{}); err != nil {
			t.Fatal(err)
		}
		_, _, _ = cutStore.Append(t.Context(), r)
		// The node was killed meanwhile, and its log knows of an erasure now.
		_, _, err := goodStore.Append(t.Context(), r.Stripped())
		if code := consent.CodeOf(err); err != nil && code != consent.IDReused {
			t.Fatal(err)
		}
		if err := goodStore.Erase(t.Context(), "shop", "sub", time.UnixMilli(9)); err != nil {
			t.Fatal(err)
		}
		all := exported(t, goodStore)
		if len(all) != 1 || all[0].Subject != "" || all[0].Levels != nil || consent.Leaf("a", *all[0].Sealed) != consent.Leaf("a", *r.Sealed) {
			t.Fatalf("the export is %+v, want the evidence of %+v", all, r)
		}
	})
}

func TestAnErasureThatWasCutShortIsCompletedByItsRetryAndHidesAtOnce(t *testing.T) {
	t.Parallel()
	cuts(t, func(t *testing.T, w *wire, cutStore, goodStore *redisstore.Store) {
		for _, id := range []string{"a", "b", "c"} {
			r := consent.Record{ID: id, Site: "shop", Subject: "sub", Content: "c", Levels: map[string]int{"x": 1}, Clock: 5}
			if _, _, err := goodStore.Append(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		err := cutStore.Erase(t.Context(), "shop", "sub", time.UnixMilli(9))
		if w.isCut() && consent.CodeOf(err) != consent.Unavailable || !w.isCut() && err != nil {
			t.Fatalf("Erase = %v", err)
		}
		// The erasure either counts whole to every reader or not at all.
		_, err = goodStore.Latest(t.Context(), "shop", "sub")
		hidden := consent.CodeOf(err) == consent.Erased
		for _, r := range exported(t, goodStore) {
			if (r.Subject == "") != hidden || (len(r.Levels) == 0) != hidden {
				t.Fatalf("hidden is %v, but the export holds %+v", hidden, r)
			}
		}
		if err := goodStore.Erase(t.Context(), "shop", "sub", time.UnixMilli(9)); err != nil {
			t.Fatal(err)
		}
		all := exported(t, goodStore)
		if len(all) != 3 {
			t.Fatalf("the export holds %d records, want 3", len(all))
		}
		for _, r := range all {
			if r.Subject != "" || r.Content != "" || len(r.Levels) != 0 {
				t.Fatalf("record %s still tells about the subject", r.ID)
			}
		}
		if _, _, err := goodStore.Append(t.Context(), consent.Record{ID: "a", Site: "shop", Subject: "sub", Content: "c", Clock: 20}); consent.CodeOf(err) != consent.Erased {
			t.Fatalf("Append of an erased id = %v", err)
		}
	})
}
