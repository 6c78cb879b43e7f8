package consent

import (
	"maps"
	"sync/atomic"
)

// Most visitors make one of a few choices: these bound how many of a context, and
// how many that one key signed, are remembered.
const maxLevelsOfContext, maxLevelsOfKey = 64, 1024

// sharedLevels remembers levels by how they were written: to make a table of
// them costs a check as much as to prove or to decrypt them.
type sharedLevels struct {
	all atomic.Pointer[map[string]map[string]int]
}

// known are all that are remembered.
func (s *sharedLevels) known() map[string]map[string]int {
	if all := s.all.Load(); all != nil {
		return *all
	}
	return nil
}

// keep is told levels that nobody changes any more, unless limit are remembered.
func (s *sharedLevels) keep(written string, levels map[string]int, limit int) {
	old := s.all.Load()
	next := map[string]map[string]int{}
	if old != nil {
		if len(*old) >= limit {
			return
		}
		next = maps.Clone(*old)
	}
	next[written] = levels
	// Where another was faster, it is for next time.
	s.all.CompareAndSwap(old, &next)
}
