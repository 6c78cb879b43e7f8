package collect

import (
	"sync"

	"github.com/leadiumx/consent/consent"
)

// maxCompiled bounds the rules that are remembered.
const maxCompiled = 4096

// compiled remembers the rules of notices. What they follow from is their key.
type compiled struct {
	mu    sync.RWMutex
	known map[compiledKey][]consent.Rule
}

type compiledKey struct {
	site, hash string
	edition    int
	terms      consent.Terms
}

// rules are for reading only.
func (c *compiled) rules(e *consent.Edition, terms consent.Terms) []consent.Rule {
	key := compiledKey{e.Site.ID, e.Hash, e.Number, terms}
	c.mu.RLock()
	rules, ok := c.known[key]
	c.mu.RUnlock()
	if ok {
		return rules
	}
	rules = e.Rules(terms, consent.Place{})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxCompiled {
		c.known = map[compiledKey][]consent.Rule{}
	}
	c.known[key] = rules
	return rules
}
