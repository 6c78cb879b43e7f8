package consent

import (
	"maps"
	"sync/atomic"
)

// Most visitors make one of a few choices: these bound how many of a context, and
// how many that one key signed, are remembered.
const maxLevelsOfContext, maxLevelsOfKey = 64, 1024

// Memory remembers a few values, each by what it was worked out from, for many who
// ask and few who tell. Its zero value remembers nothing. It is safe for many
// goroutines.
type Memory[K comparable, V any] struct {
	all atomic.Pointer[map[K]V]
}

// Known is a value that is remembered, the zero value if none is. Nobody may
// change what it leads to.
func (m *Memory[K, V]) Known(by K) (v V, ok bool) {
	if all := m.all.Load(); all != nil {
		v, ok = (*all)[by]
	}
	return v, ok
}

// Keep is told a value that nobody changes any more, unless limit are remembered.
// It keeps what by leads to.
func (m *Memory[K, V]) Keep(by K, v V, limit int) {
	old := m.all.Load()
	next := map[K]V{}
	if old != nil {
		if len(*old) >= limit {
			return
		}
		next = maps.Clone(*old)
	}
	next[by] = v
	// Where another was faster, it is for next time.
	m.all.CompareAndSwap(old, &next)
}

// sharedLevels remembers levels by how they were written: to make a table of
// them costs a check as much as to prove or to decrypt them.
type sharedLevels = Memory[string, map[string]int]
