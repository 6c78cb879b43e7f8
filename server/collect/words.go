package collect

import (
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// maxWords bounds the hashes that are remembered.
const maxWords = 4096

// words remembers the hashes of what notices showed: thousands of visitors see
// the same one. Law may change with a day, and with it what a notice says.
type words struct {
	mu    sync.RWMutex
	known map[wordsKey]string
}

type wordsKey struct {
	edition, regime, locale string
	day                     int64
}

func (w *words) hash(of func(*consent.Site, law.Regime, string) string, s shown, now time.Time) string {
	key := wordsKey{s.edition.Hash, s.regime.ID, s.locale, now.Unix() / 86_400}
	w.mu.RLock()
	hash, ok := w.known[key]
	w.mu.RUnlock()
	if ok {
		return hash
	}
	hash = of(&s.edition.Site, s.regime, s.locale)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil || len(w.known) >= maxWords {
		w.known = map[wordsKey]string{}
	}
	w.known[key] = hash
	return hash
}
