package web

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
)

// client returns the address that a request is counted under: a whole /24 or
// /56, since one household or attacker holds many addresses.
func (s *Server) client(r *http.Request) netip.Prefix {
	_, addr, _ := s.o.Places.Locate(peer(r), r.Header)
	bits := 24
	if addr.Is6() {
		bits = 56
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// budget counts writes per network in windows of one minute. Its memory is
// bounded: when too many networks are seen in one minute, new ones pass.
type budget struct {
	limit int
	clock func() time.Time
	mu    sync.Mutex
	start time.Time
	spent map[netip.Prefix]int
}

const maxNetworks = 100_000

func newBudget(limit int, clock func() time.Time) *budget {
	return &budget{limit: limit, clock: clock, spent: map[netip.Prefix]int{}}
}

func (b *budget) spend(network netip.Prefix) error {
	if b.limit == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.clock(); now.Sub(b.start) >= time.Minute || now.Before(b.start) {
		b.start = now
		clear(b.spent)
	}
	n, seen := b.spent[network]
	if !seen && len(b.spent) >= maxNetworks {
		return nil
	}
	if n >= b.limit {
		return consent.Fail(tooMany, "there were too many consent writes from this network in one minute", "wait a minute; the script keeps the choice and sends it again")
	}
	b.spent[network] = n + 1
	return nil
}
