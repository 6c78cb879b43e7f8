package geo

import (
	"fmt"
	"net/netip"
)

// probes are addresses, spread evenly over a file, with their countries.
type probes struct {
	list   []probe
	seen   int
	stride int
}

type probe struct {
	addr    netip.Addr
	country string
}

// enough is how many probes are kept at most.
const enough = 1024

// add keeps every stride-th network. Whenever that is too many, every second
// one is dropped and the stride doubles.
func (p *probes) add(addr netip.Addr, country string) {
	p.stride = max(p.stride, 1)
	if p.seen%p.stride == 0 {
		p.list = append(p.list, probe{addr, country})
	}
	p.seen++
	if len(p.list) < enough {
		return
	}
	half := p.list[:0]
	for i := 0; i < len(p.list); i += 2 {
		half = append(half, p.list[i])
	}
	p.list = half
	p.stride *= 2
}

// succeeds reports what makes t a doubtful successor of old: a new release of
// a file never loses half of its networks, and half of the world never moves
// to another country. A file can be wrong in both ways and yet be well formed.
// Small files are made by hand and may change as a whole.
func (t *table) succeeds(old *table) error {
	if 2*t.known < old.known {
		return fmt.Errorf("it knows %d networks, and the file in use %d", t.known, old.known)
	}
	if 2*t.hidden < old.hidden {
		return fmt.Errorf("it marks %d networks as anonymous, and the file in use %d", t.hidden, old.hidden)
	}
	if old.known < enough {
		return nil
	}
	moved := 0
	for _, p := range old.probes.list {
		if now, _ := t.locate(p.addr); now.Country != p.country {
			moved++
		}
	}
	if 2*moved > len(old.probes.list) {
		return fmt.Errorf("%d of %d addresses would be in another country", moved, len(old.probes.list))
	}
	return nil
}
