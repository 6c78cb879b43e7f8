package main

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/leadiumx/consent/geo/geotest"
)

// until asks again and again, as long as any watch of the server may take.
func until(t *testing.T, done func() bool) {
	t.Helper()
	limit, again := time.NewTimer(20*time.Second), time.NewTicker(50*time.Millisecond)
	defer limit.Stop()
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-limit.C:
			t.Fatal("it did not come")
		}
	}
}

func replace(t *testing.T, name string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(name+".new", raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

func TestAServerFollowsItsLocationDatabase(t *testing.T) {
	t.Parallel()
	db := geotest.Write(t)
	s := start(t, "--geoip", db, "--trusted-proxies", "127.0.0.0/8")
	regime := func() string {
		name, _, _ := strings.Cut(s.do(http.MethodGet, "/s/demo.js", "", header("X-Forwarded-For", "198.51.100.7")).header.Get("Consent-Regime"), "@")
		return name
	}
	ready := func() string { return s.do(http.MethodGet, "/readyz", "").text(t, "geo") }
	if got := regime(); !strings.HasPrefix(got, "us-ca") || ready() != "ok" {
		t.Fatalf("regime %s, geo %s", got, ready())
	}
	replace(t, db, []byte("no database"))
	until(t, func() bool { return ready() == "degraded" })
	if a := s.do(http.MethodGet, "/readyz", ""); a.status != http.StatusOK || !strings.HasPrefix(regime(), "us-ca") {
		t.Errorf("with a bad file: %d, regime %s", a.status, regime())
	}
	rows := geotest.Rows()
	rows[1].Country, rows[1].Subdivision = "FR", ""
	raw, err := geotest.Bytes("GeoLite2-City", rows...)
	if err != nil {
		t.Fatal(err)
	}
	replace(t, db, raw)
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return !strings.HasPrefix(regime(), "us-ca") && ready() == "ok" })
	s.stop()
	if log := s.log.String(); !strings.Contains(log, "the earlier one stays in use") || !strings.Contains(log, "was read again") {
		t.Errorf("the log is silent about it:\n%s", log)
	}
}

func TestEachEdgeIsReadUnderItsOwnName(t *testing.T) {
	t.Parallel()
	for scheme, from := range map[string][2]option{
		"cloudflare":                  {header("CF-IPCountry", "US"), header("CF-Region-Code", "CA")},
		"cloudfront":                  {header("CloudFront-Viewer-Country", "US"), header("CloudFront-Viewer-Country-Region", "CA")},
		"fastly":                      {header("X-Geo-Country", "US"), header("X-Geo-Region", "CA")},
		"vercel":                      {header("X-Vercel-IP-Country", "US"), header("X-Vercel-IP-Country-Region", "CA")},
		"netlify":                     {header("X-NF-Geo", `{"country":{"code":"US"},"subdivision":{"code":"CA"}}`), header("X-Other", "1")},
		"akamai":                      {header("X-Akamai-Edgescape", "country_code=US,region_code=CA"), header("X-Other", "1")},
		"google-lb":                   {header("X-Geo-Country", "US"), header("X-Geo-Region", "USCA")},
		"app-engine":                  {header("X-Appengine-Country", "US"), header("X-Appengine-Region", "ca")},
		"custom:X-My-Land,X-My-State": {header("X-My-Land", "US"), header("X-My-State", "CA")},
	} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			s := start(t, "--geo-headers", scheme, "--trusted-proxies", "127.0.0.0/8")
			if got := s.do(http.MethodGet, "/s/demo.js", "", from[:]...).header.Get("Consent-Regime"); !strings.HasPrefix(got, "us-ca") {
				t.Errorf("regime %s, want us-ca", got)
			}
			twice := append(from[:], from[0])
			if got := s.do(http.MethodGet, "/s/demo.js", "", twice...).header.Get("Consent-Regime"); !strings.HasPrefix(got, "unknown") {
				t.Errorf("said twice: regime %s, want unknown", got)
			}
			stranger := start(t, "--geo-headers", scheme)
			if got := stranger.do(http.MethodGet, "/s/demo.js", "", from[:]...).header.Get("Consent-Regime"); !strings.HasPrefix(got, "unknown") {
				t.Errorf("from a stranger: regime %s, want unknown", got)
			}
		})
	}
}

func TestARecordKeepsWhereThePlaceCameFrom(t *testing.T) {
	t.Parallel()
	s := start(t, "--geoip", geotest.Write(t), "--geo-headers", "cloudflare", "--trusted-proxies", "127.0.0.0/8")
	for i, tt := range []struct {
		want string
		from option
	}{
		{"header", header("CF-IPCountry", "FR")},
		{"none", header("CF-IPCountry", "T1")},
		{"database", header("X-Forwarded-For", "192.0.2.1")},
		{"none", header("X-Forwarded-For", "junk")},
		// The demo's page gives its place to the script alone.
		{"demo", header("Referer", s.url+"/demo/?place=FR&lang=en")},
		{"none", header("Referer", s.url+"/demo/?lang=en")},
		{"none", header("Referer", "https://elsewhere.example/?place=FR")},
	} {
		a := s.write(write{"id": id(byte(100 + i)), "action": "accept_all", "levels": acceptAll}, tt.from)
		me := s.do(http.MethodGet, "/v1/consents/me?site=demo", "", subjectToken(a.text(t, "subject")))
		if !strings.Contains(string(me.body), `"place_source":"`+tt.want+`"`) {
			t.Errorf("want %s: %s", tt.want, me.body)
		}
	}
}

func TestGeoLookupReadsRealFiles(t *testing.T) {
	t.Parallel()
	city, own := geotest.Write(t), geotest.WriteUndescribed(t, "my own", geotest.Rows()...)
	asn := geotest.WriteRows(t, "GeoLite2-ASN", geotest.Rows()...)
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"a state":                    {[]string{"198.51.100.7", "--geoip", city, "--json"}, 0, `"country": "US"` + "\n" + `"source": "database"` + "\n" + `"subdivision": "CA"`},
		"a country":                  {[]string{"192.0.2.1", "--geoip", city}, 0, "FR\n"},
		"an address of IPv6":         {[]string{"2001:db8::1", "--geoip", city}, 0, "DE\n"},
		"an IPv4 address in IPv6":    {[]string{"::ffff:192.0.2.1", "--geoip", city}, 0, "FR\n"},
		"an unknown address":         {[]string{"10.0.0.1", "--geoip", city, "--json"}, 0, `"country": ""` + "\n" + `"source": "none"` + "\n" + `"subdivision": ""`},
		"a file of one's own":        {[]string{"198.51.100.7", "--geoip", own}, 0, "US-CA\n"},
		"two files":                  {[]string{"192.0.2.1", "--geoip", own, "--geoip", city}, 0, "FR\n"},
		"no address":                 {[]string{"example.com", "--geoip", city}, 1, "fix: write it as 192.0.2.1"},
		"a file of networks":         {[]string{"192.0.2.1", "--geoip", asn}, 1, "fix: choose a City or Country edition"},
		"a file that does not exist": {[]string{"192.0.2.1", "--geoip", city + "x"}, 1, "fix: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, out := lx(t, append([]string{"geo", "lookup"}, c.args...)...)
			plain := strings.NewReplacer(",\n", "\n", "  \"", "\"").Replace(out)
			if status != c.status || !strings.Contains(plain, c.want) {
				t.Errorf("%d %s", status, out)
			}
		})
	}
}
