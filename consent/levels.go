package consent

import (
	"maps"
	"sync/atomic"
)

// maxSharedLevels bounds how many choices of a context are remembered. Most
// visitors make one of a few.
const maxSharedLevels = 64

// sharedLevels remembers the levels of records, by how they are packed: to make
// a table of them costs a check as much as to decrypt them.
type sharedLevels struct {
	known atomic.Pointer[map[string]map[string]int]
}

func (s *sharedLevels) of(packed []byte) map[string]int {
	if known := s.known.Load(); known != nil {
		return (*known)[string(packed)]
	}
	return nil
}

// keep is told levels that nobody changes any more.
func (s *sharedLevels) keep(packed []byte, levels map[string]int) {
	old := s.known.Load()
	next := map[string]map[string]int{}
	if old != nil {
		if len(*old) >= maxSharedLevels {
			return
		}
		next = maps.Clone(*old)
	}
	next[string(packed)] = levels
	// Where another was faster, it is for next time.
	s.known.CompareAndSwap(old, &next)
}
