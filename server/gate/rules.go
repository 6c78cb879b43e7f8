package gate

import (
	"strings"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// maxRules bounds the sets of rules that are remembered.
const maxRules = 4096

// rules remembers how an edition judges visitors: all who come from one place,
// and answered under one regime, are judged alike until the law changes.
type rules struct {
	mu    sync.RWMutex
	known map[rulesKey]*judged
}

type rulesKey struct {
	edition *consent.Edition
	place   consent.Place
	// answered is the id of the regime under which the visitor answered, empty
	// when nothing was.
	answered string
	// now and then are the periods of the law in which it is judged, and was
	// answered.
	now, then int
}

// judged are rules, in the order of the site's purposes: own judges what was
// answered, by the regime under which it was answered; here judges the rest, by
// where the visitor is now. Regime is the one that the answer names.
type judged struct {
	key       rulesKey
	regime    *law.Regime
	own, here []consent.Rule
}

// of finds the rules for an edition and a place at the second now. Of a choice
// that counts, answered and clock are the regime and the second. Last, which may
// be nil, is what was found before: often it is the same.
func (r *rules) of(laws *law.Table, e *consent.Edition, place consent.Place, now int64, answered string, clock int64, last *judged) *judged {
	k := rulesKey{edition: e, place: place, answered: answered, now: laws.Period(now)}
	if answered != "" {
		k.then = laws.Period(clock)
	}
	if last != nil && last.key == k {
		return last
	}
	r.mu.RLock()
	j := r.known[k]
	r.mu.RUnlock()
	if j != nil {
		return j
	}
	j = k.judged(laws, now, clock)
	// What is kept must not keep the request that it came with.
	k.answered = strings.Clone(k.answered)
	k.place = consent.Place{Country: strings.Clone(place.Country), Subdivision: strings.Clone(place.Subdivision)}
	j.key = k
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxRules {
		r.known = map[rulesKey]*judged{}
	}
	r.known[k] = j
	return j
}

func (k *rulesKey) judged(laws *law.Table, now, clock int64) *judged {
	site := &k.edition.Site
	established, _ := consent.ParsePlace(site.Establishment)
	place := laws.Canonical(k.place)
	j := &judged{regime: laws.Shared(place, established, time.Unix(now, 0))}
	j.here = k.edition.Rules(j.regime.Terms, place)
	j.own = j.here
	// A consent is judged by the regime under which it was given, on the
	// day it was given. Only what was never answered follows the place of
	// the caller, and an unknown caller place is no place.
	own, ok := laws.SharedByID(k.answered, time.Unix(clock, 0))
	if k.answered == "" || !ok {
		return j
	}
	j.regime = own
	// The regime does not tell the state, so the site's own strictness for
	// every place counts.
	j.own = k.edition.Rules(own.Terms, consent.Place{})
	if !place.Known() {
		j.here = j.own
	}
	j.here = consent.Elsewhere(j.here, j.own)
	return j
}
