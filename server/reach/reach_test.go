package reach_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/reach"
)

func TestOnlyHostsOfThePublicInternetArePublic(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"93.184.215.14": true, "2606:2800:21f:cb07:6820:80da:af6b:8b2c": true, "2606:4700::1111": true, "2003::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "255.255.255.255": false, "224.0.0.1": false, "240.0.0.1": false,
		"192.0.0.8": false, "192.0.2.1": false, "192.88.99.1": false, "198.18.0.1": false, "198.19.255.255": false, "198.51.100.1": false, "203.0.113.1": false,
		"::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1111%eth0": false, "fc00::1": false, "fd00:ec2::254": false,
		"ff02::1": false, "fec0::1": false, "100::1": false,
		// Those that carry another address.
		"64:ff9b::a00:1": false, "64:ff9b:1::a00:1": false, "2002:a00:1::": false, "2002:7f00:1::%eth0": false, "2001::1": false,
		"::ffff:10.0.0.1": false, "::ffff:93.184.215.14": true, "::10.0.0.1": false, "::7f00:1": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:100.64.0.1": false, "::ffff:0.1.2.3": false, "::ffff:198.18.0.1": false, "::ffff:240.0.0.1": false,
		"2001:db8::1": false, "3fff::1": false, "5f00::1": false,
	} {
		if got := reach.Public(netip.MustParseAddr(s)); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
	if reach.Public(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}

func TestADialerConnectsOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	refused := errors.New("refused")
	for _, may := range []bool{false, true} {
		d := reach.Dialer(5*time.Second, func(a netip.Addr) bool { return may && a.IsLoopback() }, refused)
		c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
		if err == nil {
			c.Close()
		}
		if errors.Is(err, refused) == may {
			t.Errorf("permitted %v: %v", may, err)
		}
	}
}
