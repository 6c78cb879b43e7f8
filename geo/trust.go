package geo

import (
	"net/netip"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// Trust says whose word about a visitor's address and place counts. The zero
// Trust trusts nobody, loopback included.
type Trust struct{ nets []netip.Prefix }

// hops is how many forwarded addresses are followed at most.
const hops = 50

// ParseTrust reads networks such as 10.0.0.0/8 or 2001:db8::/32, or single
// addresses. Errors: Invalid, with the entry that is malformed.
func ParseTrust(cidrs []string) (Trust, error) {
	var t Trust
	for _, s := range cidrs {
		p, err := prefix(strings.TrimSpace(s))
		if err != nil {
			return Trust{}, &consent.Error{
				Code: consent.Invalid, Cause: "the trusted proxy " + quoted(s) + " is not a network",
				Fix: "write a network such as 10.0.0.0/8, or one address", Err: err,
			}
		}
		t.nets = append(t.nets, p)
	}
	return t, nil
}

func prefix(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, err
		}
		a = plain(a)
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// plain gives the one form in which addresses are compared: IPv4 in IPv6 is
// IPv4, and the zone is off.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// Trusts reports whether an address is one of the trusted proxies.
func (t Trust) Trusts(a netip.Addr) bool {
	a = plain(a)
	for _, p := range t.nets {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// ClientAddr returns the address of the client behind the peer of a
// connection. While the last known hop is trusted, it goes one to the left in
// forwardedFor: the lines of the one forwarding header, in their order. A
// malformed entry ends the walk at the last good hop, as does the 50th one.
// What an untrusted hop has written is never read.
func (t Trust) ClientAddr(peer netip.Addr, forwardedFor []string) netip.Addr {
	client := plain(peer)
	left := hops
	for i := len(forwardedFor) - 1; i >= 0; i-- {
		for rest, more := forwardedFor[i], true; more; {
			if left == 0 || !t.Trusts(client) {
				return client
			}
			left--
			var last string
			rest, last, more = cutLast(rest)
			hop, ok := parseHop(last)
			if !ok {
				return client
			}
			client = hop
		}
	}
	return client
}

// cutLast takes the last entry off a list; more is false when it was the only one.
func cutLast(list string) (rest, last string, more bool) {
	i := strings.LastIndexByte(list, ',')
	if i < 0 {
		return "", list, false
	}
	return list[:i], list[i+1:], true
}

// parseHop reads an address as proxies write it: bare, in brackets, or either
// with a port.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.Trim(s, " \t")
	if len(s) > 64 {
		return netip.Addr{}, false
	}
	if inner, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(inner, "]") {
		a, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		return plain(a), err == nil && a.Is6()
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return plain(a), a.Zone() == ""
	}
	p, err := netip.ParseAddrPort(s)
	return plain(p.Addr()), err == nil && p.Addr().Zone() == ""
}
