package geo_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/geo/geotest"
)

func TestAPlaceComesFromTheEdgeElseFromTheAddress(t *testing.T) {
	t.Parallel()
	db := open(t, geotest.WriteRows(t, "GeoLite2-City", append(geotest.Rows(),
		geotest.Row{Network: "198.51.100.200/32", Country: "US", Subdivision: "WA"})...))
	const proxy = "198.51.100.200"
	for _, tt := range []struct {
		name, scheme, peer  string
		h                   http.Header
		place, client, from string
	}{
		{"the peer's own address", "none", "192.0.2.1", nil, "FR", "192.0.2.1", "database"},
		{"an address that nobody knows", "none", "127.0.0.1", nil, "unknown", "127.0.0.1", "none"},
		{"geo headers of a stranger do not count", "cloudflare", "192.0.2.1", headers("CF-IPCountry", "US", "CF-Region-Code", "WA"), "FR", "192.0.2.1", "database"},
		{"forwarded addresses of a stranger do not count", "none", "192.0.2.1", headers("X-Forwarded-For", "203.0.113.5"), "FR", "192.0.2.1", "database"},
		{"geo headers of a trusted peer", "cloudflare", proxy, headers("CF-IPCountry", "CA", "CF-Region-Code", "QC", "X-Forwarded-For", "192.0.2.1"), "CA-QC", "192.0.2.1", "header"},
		{"the edge does not know the place", "cloudflare", proxy, headers("CF-IPCountry", "T1", "X-Forwarded-For", "203.0.113.5"), "unknown", "203.0.113.5", "none"},
		{"the edge wrote no geo header", "cloudflare", proxy, headers("X-Forwarded-For", "203.0.113.5"), "US-WA", "203.0.113.5", "database"},
		{"a trusted peer without a scheme", "none", proxy, headers("CF-IPCountry", "US", "X-Forwarded-For", "192.0.2.1"), "FR", "192.0.2.1", "database"},
		{"a trusted peer that names no client", "none", proxy, nil, "unknown", proxy, "none"},
		{"a trusted peer that names a malformed client", "none", proxy, headers("X-Forwarded-For", "192.0.2.1, ?"), "unknown", proxy, "none"},
		{"IPv4 in IPv6", "none", "::ffff:198.51.100.1", nil, "US-CA", "198.51.100.1", "database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := geo.New(db, scheme(t, tt.scheme), trust(t, proxy))
			place, client, from := l.Locate(netip.MustParseAddr(tt.peer), tt.h)
			if place.String() != tt.place || client.String() != tt.client || from != tt.from {
				t.Errorf("Locate = %s, %s, %s; want %s, %s, %s", place, client, from, tt.place, tt.client, tt.from)
			}
		})
	}
	t.Run("a database of anonymous addresses takes the edge's place away", func(t *testing.T) {
		t.Parallel()
		l := geo.New(open(t, marked(t, "GeoIP2-Anonymous-IP")), scheme(t, "cloudflare"), trust(t, proxy))
		for client, want := range map[string]string{"198.51.100.1": "unknown none", "198.51.100.201": "FR header"} {
			place, _, from := l.Locate(netip.MustParseAddr(proxy), headers("CF-IPCountry", "FR", "X-Forwarded-For", client))
			if got := place.String() + " " + from; got != want {
				t.Errorf("%s: %s, want %s", client, got, want)
			}
		}
	})
	t.Run("what is ready", func(t *testing.T) {
		t.Parallel()
		for _, tt := range []struct {
			name   string
			db     *geo.DB
			scheme string
			want   bool
		}{
			{"nothing", nil, "none", false},
			{"an edge", nil, "cloudflare", true},
			{"a database", db, "none", true},
			{"only marks", open(t, marked(t, "GeoIP2-Anonymous-IP")), "none", false},
			{"marks and an edge", open(t, marked(t, "GeoIP2-Anonymous-IP")), "cloudflare", true},
		} {
			if got := geo.New(tt.db, scheme(t, tt.scheme), geo.Trust{}).Ready(); got != tt.want {
				t.Errorf("%s: Ready = %v, want %v", tt.name, got, tt.want)
			}
		}
	})
	t.Run("no database", func(t *testing.T) {
		t.Parallel()
		place, _, from := geo.New(nil, geo.Scheme{}, geo.Trust{}).Locate(netip.MustParseAddr("192.0.2.1"), http.Header{})
		if place.Known() || from != geo.SourceNone {
			t.Errorf("Locate = %s, %s; want unknown, none", place, from)
		}
	})
}

func TestAProxyThatWasForgottenIsToldOfOnceByItsNetworkAlone(t *testing.T) {
	t.Parallel()
	forwarded := headers("X-Forwarded-For", "203.0.113.5")
	for _, tt := range []struct {
		name, scheme, peer string
		h                  http.Header
		network, header    string
	}{
		{"a private address", "none", "172.18.0.77", forwarded, "172.18.0.0/24", "X-Forwarded-For"},
		{"this machine", "none", "127.0.0.1", forwarded, "127.0.0.1/32", "X-Forwarded-For"},
		{"a private address of IPv6", "none", "fd00:1:2:3::77", forwarded, "fd00:1:2::/48", "X-Forwarded-For"},
		{"IPv4 in IPv6", "none", "::ffff:172.18.0.77", forwarded, "172.18.0.0/24", "X-Forwarded-For"},
		{"the header of an edge", "cloudflare", "172.18.0.77", headers("CF-IPCountry", "FR"), "172.18.0.0/24", "Cf-Ipcountry"},
		{"a header that nobody reads", "none", "172.18.0.77", headers("CF-IPCountry", "FR"), "", ""},
		{"no header", "cloudflare", "172.18.0.77", nil, "", ""},
		{"a visitor who writes headers", "cloudflare", "192.0.2.1", forwarded, "", ""},
		{"a proxy that is trusted", "cloudflare", "10.1.2.3", headers("CF-IPCountry", "FR", "X-Forwarded-For", "203.0.113.5"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			l := geo.New(nil, scheme(t, tt.scheme), trust(t, "10.0.0.0/8"))
			l.LogTo(slog.New(slog.NewTextHandler(&out, nil)))
			for range 3 {
				l.Locate(netip.MustParseAddr(tt.peer), tt.h)
			}
			said := out.String()
			if tt.network == "" {
				if said != "" {
					t.Errorf("it says %s", said)
				}
				return
			}
			if strings.Count(said, "\n") != 1 || !strings.Contains(said, "network="+tt.network+" header="+tt.header) || !strings.Contains(said, "--trusted-proxies") {
				t.Errorf("it says %s", said)
			}
			for _, address := range []string{"203.0.113.5", "0.77", "::77"} {
				if strings.Contains(said, address) {
					t.Errorf("it tells an address: %s", said)
				}
			}
		})
	}
}
