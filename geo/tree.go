package geo

import (
	"encoding/binary"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"
)

// tree is the search tree of a verified file, with the answers at its leaves.
// It takes one read for each bit of an address, and holds on to nothing of
// the file.
type tree struct {
	// next are the two ways on from every node: to a node, or to an answer
	// when the leaf bit is set.
	next    [][2]uint32
	answers []answer
	// four is where the first sixteen bits of an IPv4 address lead; six says
	// whether there are other addresses.
	four []uint32
	six  bool
}

const (
	leaf = 1 << 31
	// nothing leads to the first answer, which is the unknown place.
	nothing = leaf
	// gap lies between the tree and the data of a file.
	gap = 16
)

// branch is a node that is yet to be visited, with the address that leads to it.
type branch struct {
	node, depth uint32
	addr        [16]byte
}

// grow copies the tree of a file whose verification has passed. Every node is
// visited once, however many ways lead to it: in a damaged file these can be
// more than anybody can walk. leaves hears of every leaf with data.
func grow(file *maxminddb.Reader, raw []byte, decode layout, leaves func(netip.Addr, answer)) (*tree, error) {
	nodes := uint32(file.Metadata.NodeCount)
	t := &tree{next: make([][2]uint32, nodes), answers: []answer{{}}, six: file.Metadata.IPVersion == 6}
	found := map[uint32]uint32{}
	visited := make([]bool, nodes)
	for open := []branch{{}}; len(open) > 0; {
		b := open[len(open)-1]
		open = open[:len(open)-1]
		if visited[b.node] {
			continue
		}
		visited[b.node] = true
		left, right := pair(raw, b.node, file.Metadata.RecordSize)
		// The left side is taken last, to be visited first: there the IPv4
		// addresses have their own form.
		for bit, to := range [2]uint32{right, left} {
			bit = 1 - bit
			way := b
			way.depth++
			way.addr[b.depth/8] |= byte(bit << (7 - b.depth%8))
			switch {
			case to < nodes:
				t.next[b.node][bit] = to
				way.node = to
				open = append(open, way)
			case to == nodes:
				t.next[b.node][bit] = nothing
			default:
				at, decoded := found[to]
				if !decoded {
					a, err := decode(file.LookupOffset(uintptr(to - nodes - gap)))
					if err != nil {
						return nil, err
					}
					at = leaf | uint32(len(t.answers))
					t.answers = append(t.answers, a)
					found[to] = at
				}
				t.next[b.node][bit] = at
				leaves(t.address(way.addr), t.answers[at&^leaf])
			}
		}
	}
	start := uint32(0)
	for i := 0; t.six && i < 96 && start < leaf; i++ {
		start = t.next[start][0]
	}
	t.four = make([]uint32, 1<<16)
	t.shorten(start, t.four)
	return t, nil
}

// shorten writes down where all addresses below a node lead, in their order.
func (t *tree) shorten(node uint32, to []uint32) {
	if len(to) > 1 && node < leaf {
		t.shorten(t.next[node][0], to[:len(to)/2])
		t.shorten(t.next[node][1], to[len(to)/2:])
		return
	}
	for i := range to {
		to[i] = node
	}
}

// pair reads the two records of a node.
func pair(raw []byte, node uint32, bits uint) (left, right uint32) {
	size := uint64(bits / 4)
	b := raw[uint64(node)*size:][:size]
	three := func(b []byte) uint32 { return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]) }
	switch bits {
	case 24:
		return three(b), three(b[3:])
	case 28:
		return uint32(b[3]>>4)<<24 | three(b), uint32(b[3]&15)<<24 | three(b[4:])
	default:
		return binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	}
}

// address gives the form that look-ups use.
func (t *tree) address(b [16]byte) netip.Addr {
	if !t.six {
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	if [12]byte(b[:12]) == ([12]byte{}) {
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return netip.AddrFrom16(b)
}

// find returns the zero answer for an address that the file does not know.
func (t *tree) find(addr netip.Addr) answer {
	at := uint32(0)
	switch {
	case addr.Is4():
		b := addr.As4()
		bits := binary.BigEndian.Uint32(b[:])
		at = t.four[bits>>16]
		for i := 15; i >= 0 && at < leaf; i-- {
			at = t.next[at][bits>>i&1]
		}
	case t.six:
		b := addr.As16()
		for i := 0; i < 128 && at < leaf; i++ {
			at = t.next[at][b[i/8]>>(7-i%8)&1]
		}
	}
	if at < leaf {
		return answer{}
	}
	return t.answers[at&^leaf]
}
