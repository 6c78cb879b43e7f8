package geo_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
)

func trust(t testing.TB, cidrs ...string) geo.Trust {
	t.Helper()
	x, err := geo.ParseTrust(cidrs)
	if err != nil {
		t.Fatalf("ParseTrust(%q): %v", cidrs, err)
	}
	return x
}

func TestTheClientIsTheFirstHopThatNobodyTrusts(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("10.0.0.9, ", 60)
	for _, tt := range []struct {
		name    string
		trusted []string
		peer    string
		lines   []string
		want    string
	}{
		{"nobody is trusted", nil, "127.0.0.1", []string{"192.0.2.1"}, "127.0.0.1"},
		{"an untrusted peer", []string{"10.0.0.0/8"}, "203.0.113.9", []string{"192.0.2.1"}, "203.0.113.9"},
		{"one trusted proxy", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"what the client wrote itself is not read", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"8.8.8.8, 192.0.2.1"}, "192.0.2.1"},
		{"two trusted proxies", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"192.0.2.1, 10.0.0.2"}, "192.0.2.1"},
		{"many lines are one list", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"8.8.8.8", "192.0.2.1", "10.0.0.2"}, "192.0.2.1"},
		{"no header", []string{"10.0.0.0/8"}, "10.0.0.1", nil, "10.0.0.1"},
		{"an empty header", []string{"10.0.0.0/8"}, "10.0.0.1", []string{""}, "10.0.0.1"},
		{"a malformed last entry", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"192.0.2.1, unknown"}, "10.0.0.1"},
		{"a malformed entry behind a good one", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"192.0.2.1, x, 10.0.0.2"}, "10.0.0.2"},
		{"an empty entry", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"192.0.2.1,,10.0.0.2"}, "10.0.0.2"},
		{"all hops are trusted", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"a port", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"192.0.2.1:4711"}, "192.0.2.1"},
		{"brackets", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"brackets with a port", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		{"a zone", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"fe80::1%eth0"}, "10.0.0.1"},
		{"IPv4 in IPv6 everywhere", []string{"::ffff:10.0.0.0/104"}, "::ffff:10.0.0.1", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		{"an IPv6 proxy", []string{"2001:db8:1::/48"}, "2001:db8:1::2", []string{"2001:db8:2::1"}, "2001:db8:2::1"},
		{"a single address as trusted proxy", []string{"10.0.0.1"}, "10.0.0.1", []string{"192.0.2.1, 10.0.0.2"}, "10.0.0.2"},
		{"a network with host bits", []string{"10.0.0.77/8"}, "10.9.9.9", []string{"192.0.2.1"}, "192.0.2.1"},
		{"more than fifty hops", []string{"10.0.0.0/8"}, "10.0.0.1", []string{"192.0.2.1, " + many + "10.0.0.2"}, "10.0.0.9"},
		{"an over-long entry", []string{"10.0.0.0/8"}, "10.0.0.1", []string{strings.Repeat("1", 9000)}, "10.0.0.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := trust(t, tt.trusted...).ClientAddr(netip.MustParseAddr(tt.peer), tt.lines).String(); got != tt.want {
				t.Errorf("ClientAddr = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTrusts(t *testing.T) {
	t.Parallel()
	var nobody geo.Trust
	for _, a := range []string{"127.0.0.1", "::1", "10.0.0.1"} {
		if nobody.Trusts(netip.MustParseAddr(a)) {
			t.Errorf("the zero Trust trusts %s", a)
		}
	}
	x := trust(t, " 10.0.0.0/8", "2001:db8::/32")
	for a, want := range map[string]bool{"10.1.1.1": true, "::ffff:10.1.1.1": true, "11.0.0.1": false, "2001:db8::5": true, "2001:db9::5": false} {
		if got := x.Trusts(netip.MustParseAddr(a)); got != want {
			t.Errorf("Trusts(%s) = %v, want %v", a, got, want)
		}
	}
	if x.Trusts(netip.Addr{}) {
		t.Error("no address is trusted")
	}
}

func TestParseTrustRefusesJunk(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "localhost", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8 10.0.0.1", "*"} {
		if _, err := geo.ParseTrust([]string{s}); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("ParseTrust(%q) = %v, want code invalid", s, err)
		}
	}
}

func FuzzClientAddr(f *testing.F) {
	f.Add("192.0.2.1, 10.0.0.2", "10.0.0.3")
	f.Add("[2001:db8::1]:80", ",")
	f.Add("unknown, for=1", "10.0.0.1:80")
	f.Fuzz(func(t *testing.T, first, second string) {
		x := trust(t, "10.0.0.0/8")
		stranger := netip.MustParseAddr("203.0.113.9")
		if got := x.ClientAddr(stranger, []string{first, second}); got != stranger {
			t.Errorf("an untrusted peer was taken for %s", got)
		}
		got := x.ClientAddr(netip.MustParseAddr("10.0.0.1"), []string{first, second})
		if !got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Errorf("ClientAddr = %#v, want a plain address", got)
		}
	})
}
