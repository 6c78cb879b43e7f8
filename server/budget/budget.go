// Package budget limits how often something may be done in somebody's name. It
// needs neither a store nor a network: each server counts for itself, so that
// the limits hold while Redis is away.
package budget

import (
	"sync"
	"time"
)

// Limit is a token bucket: Burst at once, refilled with Rate tokens per Per.
// The zero Limit limits nothing.
type Limit struct {
	Rate  int
	Per   time.Duration
	Burst int
}

// Meter keeps one bucket per key. Its memory is bounded by the number of keys it may remember. It
// is safe for many goroutines.
type Meter[K comparable] struct {
	step, window time.Duration
	keys         int
	clock        func() time.Time

	mu sync.Mutex
	// full is when the bucket of a key will be full again, in nanoseconds since
	// 1970. A bucket that is full tells nothing and is forgotten.
	full map[K]int64
}

// New makes a meter that remembers at most so many keys.
func New[K comparable](l Limit, keys int, clock func() time.Time) *Meter[K] {
	m := &Meter[K]{keys: keys, clock: clock, full: map[K]int64{}}
	if l.Rate > 0 {
		m.step = l.Per / time.Duration(l.Rate)
		m.window = m.step * time.Duration(max(l.Burst, 1))
	}
	return m
}

// Spend takes one token of a key. When there is none it takes nothing and says
// how long to wait for one.
func (m *Meter[K]) Spend(k K) (wait time.Duration, ok bool) { return m.SpendMany(k, 1) }

// SpendMany is Spend for n tokens, or for a full bucket where that holds fewer.
func (m *Meter[K]) SpendMany(k K, n int) (wait time.Duration, ok bool) {
	if m.step == 0 {
		return 0, true
	}
	now := m.clock().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	full, seen := m.full[k]
	if full < now || full > now+int64(m.window) {
		// Full, or the clock was put back: nobody waits for that.
		full = now
	}
	next := full + min(int64(m.step)*int64(n), int64(m.window))
	if over := next - now - int64(m.window); over > 0 {
		return time.Duration(over), false
	}
	if !seen {
		m.makeRoom(now)
	}
	m.full[k] = next
	return 0, true
}

// makeRoom forgets what tells nothing, a few keys for each new one. When all
// keys are in use one of them is forgotten: whoever has that many networks is
// stopped by the limit of the site, and must not cost us memory.
func (m *Meter[K]) makeRoom(now int64) {
	looked := 0
	for k, full := range m.full {
		if full <= now || len(m.full) >= m.keys {
			delete(m.full, k)
		}
		if looked++; looked == 3 {
			return
		}
	}
}

// Keys is how many keys are remembered at this moment.
func (m *Meter[K]) Keys() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.full)
}
