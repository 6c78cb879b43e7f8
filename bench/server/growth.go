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

const growing = "The store alone, with one caller and with 8 at a time, a Redis for each size; rounds in turn, medians"

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
	// Reads of a crowd share a call to Redis, so each waits for the work of all.
	crowds := []int{1, 8}
	type figures struct{ check, tail, read, write []float64 }
	found := make([][]figures, len(all))
	for range 2*b.rounds + 1 {
		for i, s := range all {
			if found[i] == nil {
				found[i] = make([]figures, len(crowds))
			}
			for k, callers := range crowds {
				check, read, write, err := s.round(ctx, callers)
				if err != nil {
					return "", err
				}
				f := &found[i][k]
				f.check = append(f.check, micros(check[len(check)/2]))
				f.tail = append(f.tail, micros(check[len(check)*99/100]))
				f.read = append(f.read, micros(read[len(read)/2]))
				f.write = append(f.write, micros(write[len(write)/2]))
			}
		}
	}
	lines := [][]string{{
		"callers", "visitors", "check, p50, µs", "p99, µs", "whole record, p50, µs", "decision, p50, µs",
		"check, × the first", "record, × the first", "decision, × the first", "aim",
	}}
	for k, callers := range crowds {
		for i, s := range all {
			f, first := found[i][k], found[0][k]
			aim := "≤ 1.3"
			if i == 0 {
				aim = ""
			}
			lines = append(lines, []string{
				fmt.Sprint(callers), thousands(s.visitors), num(median(f.check)), num(median(f.tail)), num(median(f.read)), num(median(f.write)),
				times(f.check, first.check), times(f.read, first.read), times(f.write, first.write), aim,
			})
		}
	}
	return table(lines...), nil
}

// times is the median of the ratios within rounds.
func times(some, first []float64) string {
	var ratios []float64
	for k := range some {
		ratios = append(ratios, some[k]/first[k])
	}
	return fmt.Sprintf("%.2f", median(ratios))
}

// round checks, reads and then writes for a while; what each call took, sorted.
func (s *size) round(ctx context.Context, callers int) (check, read, write []time.Duration, err error) {
	who := func(k int) string { return s.subjects[k*7919%len(s.subjects)] }
	check, err = s.times(ctx, callers, func(k int) error {
		var what consent.Standing
		return s.store.Standing(ctx, "demo", who(k), &what)
	})
	if err != nil {
		return nil, nil, nil, err
	}
	read, err = s.times(ctx, callers, func(k int) error {
		_, err := s.store.Latest(ctx, "demo", who(k))
		return err
	})
	if err != nil {
		return nil, nil, nil, err
	}
	m := newMaker()
	var mu sync.Mutex
	write, err = s.times(ctx, callers, func(int) error {
		mu.Lock()
		r, err := m.next()
		mu.Unlock()
		if err == nil {
			_, _, err = s.store.Append(ctx, r)
		}
		return err
	})
	return check, read, write, err
}

// times calls from several goroutines for a while and returns how long each took.
func (s *size) times(ctx context.Context, callers int, call func(int) error) ([]time.Duration, error) {
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
