package publish

import (
	"context"
	"sync"

	"github.com/leadiumx/consent/consent"
)

// maxPast bounds the past editions that are remembered.
const maxPast = 256

// past remembers editions that are no longer live: pages that were opened or
// kept before a publication go on sending decisions about them, and those must
// neither cost a look-up each nor wait for a store that is away. An edition never
// changes, and no other takes its place: a site's id is never given again.
type past struct {
	mu    sync.RWMutex
	known map[pastKey]*consent.Edition
}

type pastKey struct {
	site   string
	number int
}

func (p *past) get(site string, number int) *consent.Edition {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.known[pastKey{site, number}]
}

func (p *past) put(e *consent.Edition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= maxPast {
		p.known = map[pastKey]*consent.Edition{}
	}
	p.known[pastKey{e.Site.ID, e.Number}] = e
}

// Edition returns one edition of a site, live or past. It is shared: do not
// change it. Errors: UnknownSite, NotFound.
func (d *Desk) Edition(ctx context.Context, site string, number int) (*consent.Edition, error) {
	live, err := d.Newest(site)
	if err != nil {
		return nil, err
	}
	if live.Number == number {
		return live, nil
	}
	if e := d.past.get(site, number); e != nil {
		return e, nil
	}
	e, err := d.o.Store.Edition(ctx, site, number)
	if err != nil {
		return nil, err
	}
	d.past.put(&e)
	return &e, nil
}
