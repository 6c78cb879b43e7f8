package gate

import (
	"sync"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// maxRules bounds the sets of rules that are remembered.
const maxRules = 4096

// rules remembers how an edition judges visitors under given terms: all
// visitors of a place and a regime are judged alike.
type rules struct {
	mu    sync.RWMutex
	known map[rulesKey]judged
}

type rulesKey struct {
	edition *consent.Edition
	// own is nil when the visitor has answered nothing. Regimes are shared, so
	// that equal ones are one.
	own, here *law.Regime
	place     consent.Place
}

// judged are rules: own judges what was answered, by the regime under which it
// was answered; here judges the rest, by where the visitor is now.
type judged struct{ own, here []consent.Rule }

func (r *rules) of(k rulesKey) judged {
	r.mu.RLock()
	j, ok := r.known[k]
	r.mu.RUnlock()
	if ok {
		return j
	}
	j = k.judged()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxRules {
		r.known = map[rulesKey]judged{}
	}
	r.known[k] = j
	return j
}

func (k rulesKey) judged() (j judged) {
	j.here = k.edition.Rules(k.here.Terms, k.place)
	j.own = j.here
	if k.own == nil {
		return j
	}
	// The regime does not tell the state, so the site's own strictness for
	// every place counts.
	j.own = k.edition.Rules(k.own.Terms, consent.Place{})
	if !k.place.Known() {
		j.here = j.own
	}
	j.here = consent.Elsewhere(j.here, j.own)
	return j
}
