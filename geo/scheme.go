package geo

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// Scheme says in which request headers an edge writes the visitor's place.
// The zero Scheme reads none.
type Scheme struct {
	country, region string
	form            form
}

// form is how the country header is written.
type form int

const (
	code   form = iota // one code a header
	object             // both codes in one header, as JSON
	pairs              // both codes in one header, as name=value, name=value
)

// limit is the longest header value that is looked at. Codes are far shorter;
// only a header that also holds a city's name needs some room.
const limit = 1024

// namedScheme is one edge with the word that the command line has for it.
type namedScheme struct {
	name string
	Scheme
}

// schemes are the edges in the order of the manual. Some set no header by
// themselves, but let the operator name one: theirs are the names of the
// manual's recipes.
func schemes() []namedScheme {
	const ownCountry, ownRegion = "X-Geo-Country", "X-Geo-Region"
	return []namedScheme{
		{"none", Scheme{}},
		{"cloudflare", Scheme{country: "Cf-Ipcountry", region: "Cf-Region-Code"}},
		{"cloudfront", Scheme{country: "Cloudfront-Viewer-Country", region: "Cloudfront-Viewer-Country-Region"}},
		{"fastly", Scheme{country: ownCountry, region: ownRegion}},
		{"vercel", Scheme{country: "X-Vercel-Ip-Country", region: "X-Vercel-Ip-Country-Region"}},
		{"netlify", Scheme{country: "X-Nf-Geo", form: object}},
		{"akamai", Scheme{country: "X-Akamai-Edgescape", form: pairs}},
		{"google-lb", Scheme{country: ownCountry, region: ownRegion}},
		{"app-engine", Scheme{country: "X-Appengine-Country", region: "X-Appengine-Region"}},
		{"azure", Scheme{country: ownCountry}},
	}
}

// SchemeNames lists the words that ParseScheme takes, apart from custom.
func SchemeNames() []string {
	var names []string
	for _, s := range schemes() {
		names = append(names, s.name)
	}
	return names
}

// ParseScheme reads one of SchemeNames, or custom:COUNTRY,REGION with the
// names of two headers, of which the second may be left out. The empty string
// is none. Errors: Invalid.
func ParseScheme(s string) (Scheme, error) {
	if s == "" {
		return Scheme{}, nil
	}
	for _, known := range schemes() {
		if s == known.name {
			return known.Scheme, nil
		}
	}
	fix := "use " + strings.Join(SchemeNames(), ", ") + " or custom:COUNTRY,REGION with the names of two headers"
	names, ok := strings.CutPrefix(s, "custom:")
	if !ok {
		return Scheme{}, consent.Fail(consent.Invalid, "the geo headers "+quoted(s)+" are not known", fix)
	}
	country, region, both := strings.Cut(names, ",")
	country, region = strings.TrimSpace(country), strings.TrimSpace(region)
	if !headerName(country) || (both && !headerName(region)) || strings.EqualFold(country, region) {
		return Scheme{}, consent.Fail(consent.Invalid, "the geo headers "+quoted(s)+" do not name two headers", fix)
	}
	return Scheme{country: textproto.CanonicalMIMEHeaderKey(country), region: textproto.CanonicalMIMEHeaderKey(region)}, nil
}

// headerName reports whether s is shaped like the name of a header.
func headerName(s string) bool {
	if s == "" || len(s) > 80 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func quoted(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return "\"" + s + "\""
}

// Reads reports whether the scheme reads any header.
func (s Scheme) Reads() bool { return s.country != "" }

// Headers names the request headers that the scheme reads.
func (s Scheme) Headers() []string {
	switch {
	case !s.Reads():
		return nil
	case s.region == "":
		return []string{s.country}
	}
	return []string{s.country, s.region}
}

// Present reports whether the edge said anything about the visitor's country,
// be it that it does not know it.
func (s Scheme) Present(h http.Header) bool { return s.Reads() && len(h.Values(s.country)) > 0 }

// FromHeaders returns the place that the edge wrote. A header that is missing,
// doubled, over-long or not a code gives the unknown place; a country without
// a usable region gives the country alone. Callers ask only for requests of a
// peer they trust: anybody can write a header.
func (s Scheme) FromHeaders(h http.Header) consent.Place {
	country, ok := single(h, s.country)
	if !ok || country == "" {
		return consent.Place{}
	}
	switch s.form {
	case object:
		return fromObject(country)
	case pairs:
		return fromPairs(country)
	}
	region, ok := "", true
	if s.region != "" {
		region, ok = single(h, s.region)
	}
	// A comma joins two headers of one name: more than one hand wrote them.
	if !ok || strings.Contains(country, ",") || strings.Contains(region, ",") {
		return consent.Place{}
	}
	return place(country, region)
}

// single returns the value of a header; ok is false when it comes twice, so
// that a second writer can have been at work.
func single(h http.Header, name string) (value string, ok bool) {
	values := h.Values(name)
	switch {
	case len(values) == 0:
		return "", true
	case len(values) > 1 || len(values[0]) > limit:
		return "", false
	}
	return strings.TrimSpace(values[0]), true
}

// fromObject reads {"country":{"code":…},"subdivision":{"code":…}}, plain or
// in base64.
func fromObject(s string) consent.Place {
	raw := []byte(s)
	if !strings.HasPrefix(s, "{") {
		decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
		if err != nil {
			return consent.Place{}
		}
		raw = decoded
	}
	var o struct {
		Country     struct{ Code string } `json:"country"`
		Subdivision struct{ Code string } `json:"subdivision"`
	}
	if json.Unmarshal(raw, &o) != nil {
		return consent.Place{}
	}
	return place(o.Country.Code, o.Subdivision.Code)
}

// fromPairs reads "country_code=US,region_code=CA" among other pairs. A name
// that comes twice, or a part that is no pair, gives the unknown place.
func fromPairs(s string) consent.Place {
	found := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, doubled := found[name]; doubled || !ok {
			return consent.Place{}
		}
		found[name] = strings.TrimSpace(value)
	}
	return place(found["country_code"], found["region_code"])
}
