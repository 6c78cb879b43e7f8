package hooks

import (
	"net/netip"
	"testing"
)

func TestOnlyPublicAddressesOverTLSAreReached(t *testing.T) {
	t.Parallel()
	g := &guard{special: special(), allowed: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for _, c := range []struct {
		addr     string
		tls, may bool
	}{
		{"93.184.216.34", true, true}, {"93.184.216.34", false, false}, {"2606:4700::1111", true, true},
		{"127.0.0.1", true, false}, {"::1", true, false}, {"::ffff:127.0.0.1", true, false}, {"0.0.0.0", true, false}, {"::", true, false},
		{"10.0.0.1", true, false}, {"10.1.2.3", true, true}, {"10.1.2.3", false, true}, {"::ffff:10.1.2.3", false, true},
		{"172.16.0.1", true, false}, {"192.168.1.1", true, false}, {"169.254.169.254", true, false}, {"100.64.0.1", true, false},
		{"fe80::1%eth0", true, false}, {"fd00::1", true, false}, {"224.0.0.1", true, false}, {"ff02::1", true, false},
		{"255.255.255.255", true, false}, {"240.0.0.1", true, false}, {"198.18.0.1", true, false},
		{"64:ff9b::a00:1", true, false}, {"2002:7f00:1::", true, false}, {"2001:db8::1", true, false},
	} {
		if got := g.permits(netip.MustParseAddr(c.addr), c.tls); got != c.may {
			t.Errorf("%s, TLS %v: %v", c.addr, c.tls, got)
		}
	}
}
