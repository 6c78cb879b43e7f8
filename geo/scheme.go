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
	// object marks a country header that holds both as JSON.
	object bool
}

// limit is the longest header value that is looked at. Codes are far shorter;
// only a JSON object with a city's name needs some room.
const limit = 1024

// schemes are the edges that name their headers the same for everyone. Fastly
// sets none by itself: its two names are those of the snippet in the manual.
func schemes() map[string]Scheme {
	return map[string]Scheme{
		"none":       {},
		"cloudflare": {country: "Cf-Ipcountry", region: "Cf-Region-Code"},
		"cloudfront": {country: "Cloudfront-Viewer-Country", region: "Cloudfront-Viewer-Country-Region"},
		"fastly":     {country: "X-Geo-Country", region: "X-Geo-Region"},
		"vercel":     {country: "X-Vercel-Ip-Country", region: "X-Vercel-Ip-Country-Region"},
		"netlify":    {country: "X-Nf-Geo", object: true},
	}
}

// ParseScheme reads none, cloudflare, cloudfront, fastly, vercel, netlify or
// custom:COUNTRY,REGION with the names of two headers, of which the second
// may be left out. The empty string is none. Errors: Invalid.
func ParseScheme(s string) (Scheme, error) {
	if s == "" {
		return Scheme{}, nil
	}
	if known, ok := schemes()[s]; ok {
		return known, nil
	}
	const fix = "use none, cloudflare, cloudfront, fastly, vercel, netlify or custom:COUNTRY,REGION with the names of two headers"
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

// Present reports whether the edge said anything about the visitor's country,
// be it that it does not know it.
func (s Scheme) Present(h http.Header) bool { return s.Reads() && len(h.Values(s.country)) > 0 }

// FromHeaders returns the place that the edge wrote. A header that is missing,
// doubled, over-long or not a code gives the unknown place; a country without
// a usable region gives the country alone. Callers ask only for requests of a
// peer they trust: anybody can write a header.
func (s Scheme) FromHeaders(h http.Header) consent.Place {
	if !s.Reads() {
		return consent.Place{}
	}
	country, ok := single(h, s.country)
	if !ok || country == "" {
		return consent.Place{}
	}
	if s.object {
		return fromObject(country)
	}
	region := ""
	if s.region != "" {
		if region, ok = single(h, s.region); !ok {
			return consent.Place{}
		}
	}
	return place(country, region)
}

// single returns the value of a header that must not come twice; ok is false
// when two writers or one hostile one can have been at work.
func single(h http.Header, name string) (value string, ok bool) {
	values := h.Values(name)
	switch {
	case len(values) == 0:
		return "", true
	case len(values) > 1 || len(values[0]) > limit:
		return "", false
	}
	value = strings.TrimSpace(values[0])
	if strings.HasPrefix(value, "{") {
		return value, true
	}
	return value, !strings.Contains(value, ",")
}

// fromObject reads {"country":{"code":…},"subdivision":{"code":…}}, plain or
// in base64: the edge has written both.
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
