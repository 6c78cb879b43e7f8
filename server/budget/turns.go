package budget

import "sync"

// Turns bound how many things one key does at the same time. It is safe for
// many goroutines.
type Turns[K comparable] struct {
	most  int
	mu    sync.Mutex
	under map[K]int
}

// NewTurns lets each key do so many things at a time; 0 bounds nothing.
func NewTurns[K comparable](most int) *Turns[K] {
	return &Turns[K]{most: most, under: map[K]int{}}
}

// Enter takes a turn, to be left once; ok is false when a key has none left.
func (t *Turns[K]) Enter(k K) (leave func(), ok bool) {
	if t.most == 0 {
		return func() {}, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.under[k] >= t.most {
		return nil, false
	}
	t.under[k]++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.under[k]--; t.under[k] == 0 {
			delete(t.under, k)
		}
	}, true
}
