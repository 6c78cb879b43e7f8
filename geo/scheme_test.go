package geo_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
)

func scheme(t testing.TB, s string) geo.Scheme {
	t.Helper()
	x, err := geo.ParseScheme(s)
	if err != nil {
		t.Fatalf("ParseScheme(%q): %v", s, err)
	}
	return x
}

// headers makes a header from name, value, name, value.
func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestEachEdgesHeadersGiveAPlace(t *testing.T) {
	t.Parallel()
	object := `{"city":"Fresno","country":{"code":"US","name":"United States"},"subdivision":{"code":"CA","name":"California"}}`
	for _, tt := range []struct {
		name, scheme string
		h            http.Header
		want         string
	}{
		{"cloudflare", "cloudflare", headers("CF-IPCountry", "US", "CF-Region-Code", "CA"), "US-CA"},
		{"cloudflare without its region transform", "cloudflare", headers("CF-IPCountry", "US"), "US"},
		{"cloudflare does not know", "cloudflare", headers("CF-IPCountry", "XX"), "unknown"},
		{"cloudflare saw an anonymity network", "cloudflare", headers("CF-IPCountry", "T1"), "unknown"},
		{"cloudfront", "cloudfront", headers("CloudFront-Viewer-Country", "GB", "CloudFront-Viewer-Country-Region", "ENG"), "GB-ENG"},
		{"fastly", "fastly", headers("X-Geo-Country", "CA", "X-Geo-Region", "QC"), "CA-QC"},
		{"fastly does not know", "fastly", headers("X-Geo-Country", "?", "X-Geo-Region", "?"), "unknown"},
		{"fastly does not know the region", "fastly", headers("X-Geo-Country", "CA", "X-Geo-Region", "?"), "CA"},
		{"vercel", "vercel", headers("x-vercel-ip-country", "us", "x-vercel-ip-country-region", "wa"), "US-WA"},
		{"netlify in JSON", "netlify", headers("x-nf-geo", object), "US-CA"},
		{"netlify in base64", "netlify", headers("x-nf-geo", base64.StdEncoding.EncodeToString([]byte(object))), "US-CA"},
		{"netlify without padding", "netlify", headers("x-nf-geo", base64.RawStdEncoding.EncodeToString([]byte(object))), "US-CA"},
		{"netlify without a subdivision", "netlify", headers("x-nf-geo", `{"country":{"code":"FR"}}`), "FR"},
		{"netlify with a number for a country", "netlify", headers("x-nf-geo", `{"country":{"code":1}}`), "unknown"},
		{"netlify with junk", "netlify", headers("x-nf-geo", "%%%"), "unknown"},
		{"netlify said twice", "netlify", headers("x-nf-geo", object, "x-nf-geo", object), "unknown"},
		{"custom names", "custom:X-Land,X-State", headers("x-land", "US", "x-state", "CA"), "US-CA"},
		{"custom with a country only", "custom:X-Land", headers("x-land", "FR"), "FR"},
		{"a region that carries its country", "custom:A,B", headers("a", "US", "b", "US-CA"), "US-CA"},
		{"a region that carries its country without a hyphen", "custom:A,B", headers("a", "US", "b", "USCA"), "US-CA"},
		{"a region of another country", "custom:A,B", headers("a", "US", "b", "CA-QC"), "US"},
		{"a code that means nowhere", "custom:A,B", headers("a", "ZZ"), "unknown"},
		{"a region that means nowhere", "custom:A,B", headers("a", "US", "b", "XX"), "US"},
		{"a region without a country", "custom:A,B", headers("b", "CA"), "unknown"},
		{"an empty country", "custom:A,B", headers("a", "", "b", "CA"), "unknown"},
		{"a country by name", "custom:A,B", headers("a", "France"), "unknown"},
		{"a country in three letters", "custom:A,B", headers("a", "FRA"), "unknown"},
		{"a place in the country header", "custom:A,B", headers("a", "US-CA"), "unknown"},
		{"digits", "custom:A,B", headers("a", "12"), "unknown"},
		{"letters that are not ASCII", "custom:A,B", headers("a", "ÀÁ"), "unknown"},
		{"a region by name", "custom:A,B", headers("a", "US", "b", "California"), "US"},
		{"a doubled country", "custom:A,B", headers("a", "US", "a", "FR"), "unknown"},
		{"two countries in one line", "custom:A,B", headers("a", "US, FR"), "unknown"},
		{"a doubled region", "custom:A,B", headers("a", "US", "b", "CA", "b", "WA"), "unknown"},
		{"two regions in one line", "custom:A,B", headers("a", "US", "b", "CA, WA"), "unknown"},
		{"an over-long country", "custom:A,B", headers("a", strings.Repeat("U", 5000)), "unknown"},
		{"an over-long region", "custom:A,B", headers("a", "US", "b", strings.Repeat("U", 5000)), "unknown"},
		{"akamai", "akamai", headers("X-Akamai-Edgescape", "georegion=246,country_code=US,region_code=CA,city=SANJOSE,zip=95101+95103"), "US-CA"},
		{"akamai without a region", "akamai", headers("X-Akamai-Edgescape", "country_code=FR"), "FR"},
		{"akamai with spaces", "akamai", headers("X-Akamai-Edgescape", "country_code=CA, region_code=QC"), "CA-QC"},
		{"akamai does not know", "akamai", headers("X-Akamai-Edgescape", "country_code=?,region_code=?"), "unknown"},
		{"akamai without a country", "akamai", headers("X-Akamai-Edgescape", "region_code=CA"), "unknown"},
		{"akamai with a doubled country", "akamai", headers("X-Akamai-Edgescape", "country_code=FR,country_code=US"), "unknown"},
		{"akamai with a country doubled in capitals", "akamai", headers("X-Akamai-Edgescape", "country_code=FR,COUNTRY_CODE=US"), "unknown"},
		{"akamai with a part that is no pair", "akamai", headers("X-Akamai-Edgescape", "country_code=US,CA"), "unknown"},
		{"akamai said twice", "akamai", headers("X-Akamai-Edgescape", "country_code=US", "X-Akamai-Edgescape", "country_code=US"), "unknown"},
		{"google-lb writes the country into the region", "google-lb", headers("X-Geo-Country", "US", "X-Geo-Region", "USCA"), "US-CA"},
		{"google-lb does not know the region", "google-lb", headers("X-Geo-Country", "US", "X-Geo-Region", ""), "US"},
		{"app-engine in lower case", "app-engine", headers("X-Appengine-Country", "US", "X-Appengine-Region", "ca"), "US-CA"},
		{"app-engine does not know", "app-engine", headers("X-Appengine-Country", "ZZ"), "unknown"},
		{"azure", "azure", headers("X-Geo-Country", "GB"), "GB"},
		{"azure has no region", "azure", headers("X-Geo-Country", "US", "X-Geo-Region", "CA"), "US"},
		{"headers of another edge", "cloudflare", headers("x-vercel-ip-country", "US"), "unknown"},
		{"no scheme", "none", headers("CF-IPCountry", "US"), "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := scheme(t, tt.scheme).FromHeaders(tt.h).String(); got != tt.want {
				t.Errorf("FromHeaders = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestParseSchemeRefusesJunk(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"akamaï", "Cloudflare", "custom", "custom:", "custom:,", "custom:A,", "custom:,B", "custom:A,A", "custom:A,a", "custom:A,B,C", "custom:A B,C", "custom:A\r\nX,B", "custom:" + strings.Repeat("A", 200)} {
		if _, err := geo.ParseScheme(s); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("ParseScheme(%q) = %v, want code invalid", s, err)
		}
	}
	if scheme(t, "").Reads() || scheme(t, "none").Reads() {
		t.Error("an empty scheme reads headers")
	}
}

func TestSchemesNameTheirHeaders(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"none": "", "cloudflare": "Cf-Ipcountry Cf-Region-Code", "netlify": "X-Nf-Geo", "azure": "X-Geo-Country",
		"akamai": "X-Akamai-Edgescape", "custom:x-land": "X-Land", "custom:x-land,x-state": "X-Land X-State",
	} {
		if got := strings.Join(scheme(t, s).Headers(), " "); got != want {
			t.Errorf("%s: Headers = %q, want %q", s, got, want)
		}
	}
	for _, s := range geo.SchemeNames() {
		if reads := scheme(t, s).Reads(); reads != (s != "none") {
			t.Errorf("%s: Reads = %v", s, reads)
		}
	}
}

// Whatever a header can hold that is no code, no edge makes a place of it.
func TestJunkIsNoPlaceAtAnyEdge(t *testing.T) {
	t.Parallel()
	for _, s := range geo.SchemeNames()[1:] {
		x := scheme(t, s)
		for _, junk := range []string{
			"", " ", "?", "-", "XX", "T1", "ZZ", "A1", "A2", "O1", "xx", "zz", "null", "undefined", "unknown", "(null)", "US,FR", "US;FR", "U S", "USA", "ÜS",
			"US\u0000", "{", "{}", "[]", "e30=", "country_code=", "country_code=XX", "country_code=ZZ", `{"country":{"code":"XX"}}`, `{"country":"US"}`, "%55%53", "$geoip_country_code",
		} {
			h := http.Header{}
			for _, name := range x.Headers() {
				h.Set(name, junk)
			}
			if got := x.FromHeaders(h); got.Known() {
				t.Errorf("%s: %q gives %s, want unknown", s, junk, got)
			}
		}
	}
}

func FuzzFromHeaders(f *testing.F) {
	f.Add("US", "CA")
	f.Add("T1", "?")
	f.Add("country_code=US,region_code=CA", "")
	f.Add(`{"country":{"code":"US"},"subdivision":{"code":"CA"}}`, "")
	f.Add("eyJjb3VudHJ5Ijp7ImNvZGUiOiJVUyJ9fQ==", "US-CA")
	f.Fuzz(func(t *testing.T, country, region string) {
		for _, s := range []string{"custom:A,B", "netlify", "akamai"} {
			got := scheme(t, s).FromHeaders(headers("a", country, "b", region, "x-nf-geo", country, "x-akamai-edgescape", country))
			back, ok := consent.ParsePlace(got.String())
			if !ok || back != got {
				t.Errorf("FromHeaders(%q, %q) = %#v, which is no place", country, region, got)
			}
		}
	})
}
