// Package reach says which addresses this server may call when somebody else has
// named them: the page that is checked, the receiver of a webhook. Without it,
// whoever may write an address could look into the network that the server
// stands in.
package reach

import (
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// Public reports whether an address belongs to a host of the public internet.
// The zero Addr does not.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	return a.Zone() == "" && a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(special(), func(p netip.Prefix) bool { return p.Contains(a) })
}

// special are networks that look public and are not, or that carry another
// address within; see the special-purpose registries of the IANA.
func special() []netip.Prefix {
	v4 := func(a, b, c, d byte, bits int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b, c, d}), bits)
	}
	v6 := func(a, b, c uint16, bits int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom16([16]byte{byte(a >> 8), byte(a), byte(b >> 8), byte(b), byte(c >> 8), byte(c)}), bits)
	}
	return []netip.Prefix{
		// This network, carriers' NAT, protocol assignments, documentation,
		// relays of 6to4, benchmarks, what is reserved.
		v4(0, 0, 0, 0, 8), v4(100, 64, 0, 0, 10), v4(192, 0, 0, 0, 24), v4(192, 0, 2, 0, 24), v4(192, 88, 99, 0, 24),
		v4(198, 18, 0, 0, 15), v4(198, 51, 100, 0, 24), v4(203, 0, 113, 0, 24), v4(240, 0, 0, 0, 4),
		// An IPv4 address within, NAT64 of the world and of one network, what is
		// thrown away, Teredo and other protocols, documentation, 6to4, segment
		// routing, what once was local to a site.
		v6(0, 0, 0, 96), v6(0x64, 0xff9b, 0, 96), v6(0x64, 0xff9b, 1, 48), v6(0x100, 0, 0, 64), v6(0x2001, 0, 0, 23),
		v6(0x2001, 0xdb8, 0, 32), v6(0x2002, 0, 0, 16), v6(0x3fff, 0, 0, 20), v6(0x5f00, 0, 0, 16), v6(0xfec0, 0, 0, 10),
	}
}

// Dialer makes a dialer that connects only where permits says so, and fails with
// refused elsewhere. It looks at the address that is connected to and not at a
// name that was resolved before: a second look-up could give another one.
func Dialer(wait time.Duration, permits func(netip.Addr) bool, refused error) *net.Dialer {
	return &net.Dialer{
		Timeout: wait,
		Control: func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !permits(ap.Addr()) {
				return refused
			}
			return nil
		},
	}
}
