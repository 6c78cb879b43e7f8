package collect

import (
	"sync"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// maxNotices bounds the notices that are remembered.
const maxNotices = 4096

// notices remembers what the notes say that were found to be ours: thousands of
// visitors send the same one. What else a notice follows from is compared each
// time: the edition, the regime and the day.
type notices struct {
	mu    sync.RWMutex
	known map[noticeKey]*notice
}

// noticeKey is all that a note is verified with. A keyring that was replaced is
// another one.
type noticeKey struct {
	keys         *consent.Keyring
	tenant, note string
}

func (n *notices) get(key noticeKey) *notice {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.known[key]
}

func (n *notices) put(key noticeKey, s *notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= maxNotices {
		n.known = map[noticeKey]*notice{}
	}
	n.known[key] = s
}

// notice is what writes with the same note share, so nothing of it may be changed.
type notice struct {
	note   consent.Note
	regime *law.Regime
	// hash is that of the edition. It does not hold the edition itself, so that
	// old ones may go.
	hash string
	day  int64
	// rules, laws and words follow from these.
	rules []consent.Rule
	laws  []string
	words string
	// judged are first acts that were made beside it.
	judged consent.Memory[act, *judged]
}
