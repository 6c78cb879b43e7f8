package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/redisstore"
)

// size is a Redis with a number of visitors in it.
type size struct {
	visitors int
	server   *redisServer
	store    *redisstore.Store
	subjects []string
}

// growth measures whether more visitors make reads and writes slower.
func growth(ctx context.Context, b *bench) (string, error) {
	lines, err := grown(ctx, b, 10_000, b.visitors)
	return "## Growth\n\n" + growing + ".\n\n" + lines, err
}

// large does the same for ten million, in a section of its own: it is measured
// less often, and stays when the others are measured again.
func large(ctx context.Context, b *bench) (string, error) {
	lines, err := grown(ctx, b, 10_000, 10_000_000)
	return "## Growth to ten million\n\n" + growing + "; measured by `go run ./bench/server -only large`.\n\n" + lines, err
}

const growing = "The store alone, 8 callers at a time, a Redis for each size; rounds in turn, medians"

func grown(ctx context.Context, b *bench, counts ...int) (string, error) {
	var all []*size
	defer func() {
		for _, s := range all {
			_ = s.store.Close()
			s.server.stop()
		}
	}()
	for _, n := range counts {
		server, err := startRedis(ctx, b, "")
		if err != nil {
			return "", err
		}
		store, err := redisstore.Open(ctx, redisstore.Options{URLs: []string{server.url()}})
		if err != nil {
			server.stop()
			return "", err
		}
		s := &size{visitors: n, server: server, store: store}
		all = append(all, s)
		if s.subjects, err = fill(ctx, store, n); err != nil {
			return "", err
		}
	}
	type figures struct{ read, readTail, write []float64 }
	found := make([]figures, len(all))
	for range 2*b.rounds + 1 {
		for i, s := range all {
			read, err := s.times(ctx, func(k int) error {
				_, err := s.store.Latest(ctx, "demo", s.subjects[k*7919%len(s.subjects)])
				return err
			})
			if err != nil {
				return "", err
			}
			m := newMaker()
			var mu sync.Mutex
			write, err := s.times(ctx, func(int) error {
				mu.Lock()
				r, err := m.next()
				mu.Unlock()
				if err == nil {
					_, _, err = s.store.Append(ctx, r)
				}
				return err
			})
			if err != nil {
				return "", err
			}
			f := &found[i]
			f.read = append(f.read, micros(read[len(read)/2]))
			f.readTail = append(f.readTail, micros(read[len(read)*99/100]))
			f.write = append(f.write, micros(write[len(write)/2]))
		}
	}
	lines := [][]string{{"visitors", "current record, p50, µs", "p99, µs", "decision, p50, µs", "read, × the first", "write, × the first", "aim"}}
	for i, s := range all {
		f := found[i]
		var read, write []float64
		for k := range f.read {
			read = append(read, f.read[k]/found[0].read[k])
			write = append(write, f.write[k]/found[0].write[k])
		}
		aim := "≤ 1.3"
		if i == 0 {
			aim = ""
		}
		lines = append(lines, []string{
			thousands(s.visitors), num(median(f.read)), num(median(f.readTail)), num(median(f.write)),
			fmt.Sprintf("%.2f", median(read)), fmt.Sprintf("%.2f", median(write)), aim,
		})
	}
	return table(lines...), nil
}

// times calls from several goroutines for a while and returns how long each took.
func (s *size) times(ctx context.Context, call func(int) error) ([]time.Duration, error) {
	const callers = 8
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var group sync.WaitGroup
	end := time.Now().Add(500 * time.Millisecond)
	for w := range callers {
		group.Go(func() {
			var mine []time.Duration
			for k := w; time.Now().Before(end) && ctx.Err() == nil; k += callers {
				began := time.Now()
				if err := call(k); err != nil && consent.CodeOf(err) != consent.Unavailable {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				mine = append(mine, time.Since(began))
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		})
	}
	group.Wait()
	slices.Sort(all)
	if failed == nil && len(all) == 0 {
		failed = fmt.Errorf("nothing was measured")
	}
	return all, failed
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
