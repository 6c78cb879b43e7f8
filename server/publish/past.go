package publish

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/leadiumx/consent/consent"
)

// maxPast bounds the past editions that are remembered, maxPastBytes what they take
// as JSON.
const maxPast, maxPastBytes = 256, 8 << 20

// past remembers editions that are no longer live: pages that were opened or
// kept before a publication go on sending decisions about them, and those must
// neither cost a look-up each nor wait for a store that is away. An edition never
// changes, and no other takes its place: a site's id is never given again.
type past struct {
	mu    sync.RWMutex
	known map[pastKey]*consent.Edition
	bytes int
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
	// What was stored as JSON is written as such again.
	b, _ := json.Marshal(e)
	key := pastKey{e.Site.ID, e.Number}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[key] != nil {
		return
	}
	if p.known == nil || len(p.known) >= maxPast || p.bytes+len(b) > maxPastBytes {
		p.known, p.bytes = map[pastKey]*consent.Edition{}, 0
	}
	p.known[key] = e
	p.bytes += len(b)
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
