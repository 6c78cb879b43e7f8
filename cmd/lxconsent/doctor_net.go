package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/leadiumx/consent/geo"
)

// landmarks are addresses of universities, which have had them for decades,
// with the country in which they stand.
func landmarks() map[string]string {
	return map[string]string{
		"128.30.2.1": "US", "129.67.1.1": "GB", "129.132.1.1": "CH", "130.89.1.1": "NL", "130.237.1.1": "SE",
		"131.188.1.1": "DE", "133.11.1.1": "JP", "143.107.1.1": "BR", "128.100.1.1": "CA", "128.250.1.1": "AU",
	}
}

// geo looks at what tells where visitors are.
func (p *patient) geo() {
	const check = "places"
	scheme, err := geo.ParseScheme(p.c.GeoHeaders)
	if err != nil {
		p.fails(check, err)
		return
	}
	if scheme.Reads() && len(p.c.TrustedProxies) == 0 {
		p.say(check, failing, "--geo-headers is set, but no proxy is trusted: the headers never count", "name your edge's networks in --trusted-proxies")
	}
	if len(p.c.Geoip) == 0 {
		if !scheme.Reads() {
			p.say(check, warning, "nothing tells where visitors are: each gets the strictest law", "give a database with --geoip (`lxconsent geo update` fetches one), or --geo-headers behind an edge")
		} else {
			p.say(check, fine, "the edge's headers tell them", "")
		}
		return
	}
	db, err := geo.Open(p.c.Geoip...)
	if err != nil {
		p.fails(check, err)
		return
	}
	days := int(p.now().Sub(db.Built()).Hours() / 24)
	switch {
	case days > 30:
		p.say(check, warning, "the oldest database was built "+counted(days, "day")+" ago", "fetch a newer one each week: `lxconsent geo update`")
	case days < -1:
		p.say(check, warning, "a database was built in the future", "check this machine's clock")
	}
	wrong, asked := []string{}, 0
	for address, country := range landmarks() {
		found := db.Locate(netip.MustParseAddr(address))
		if !found.Known() {
			continue
		}
		if asked++; found.Country != country {
			wrong = append(wrong, address+" in "+found.Country+" instead of "+country)
		}
	}
	if len(wrong) > 1 {
		p.say(check, failing, "the database places well-known addresses wrongly: "+strings.Join(wrong, ", "), "fetch it again; damaged databases can answer a wrong country")
		return
	}
	p.say(check, fine, fmt.Sprintf("%s, built %s ago; well-known addresses that were found: %d", strings.Join(db.Editions(), ", "), counted(days, "day"), asked), "")
}

// address looks at the public address.
func (p *patient) address() {
	const check = "public URL"
	if p.c.PublicURL == "" {
		p.say(check, warning, "--public-url is not set: links and tags name this machine", "set it to the address under which visitors reach the server")
		return
	}
	raw, err := publicURL("--public-url", p.c.PublicURL)
	if err != nil {
		p.fails(check, err)
		return
	}
	u, err := url.Parse(raw)
	if err != nil {
		p.fails(check, err)
		return
	}
	if local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"; u.Scheme == "http" && !local {
		p.say(check, failing, raw+" is not https: browsers refuse scripts and cookies from it on https pages", "put TLS before the server, and write the address with https")
	}
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, raw+"/readyz", nil)
	if err != nil {
		p.fails(check, err)
		return
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.say(check, warning, raw+" does not answer from here", "start the server, and check DNS, the certificate and what stands before it")
		return
	}
	defer res.Body.Close()
	var ready struct{ Status, Store, Geo string }
	switch err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 4096)).Decode(&ready); {
	case err != nil || ready.Status == "":
		p.say(check, failing, "what answers at "+raw+" is not this program", "check what stands before the server: /readyz must reach it")
	case ready.Status != "ok":
		fix := "look at its log"
		if ready.Store == "ok" {
			fix = "let something tell where visitors are: --geoip, or --geo-headers behind an edge"
		}
		p.say(check, warning, fmt.Sprintf("%s answers that it is %s (store %s, geo %s)", raw, ready.Status, ready.Store, ready.Geo), fix)
	default:
		p.say(check, fine, raw+" answers that it is ready", "")
	}
}

// proxies looks at who may speak for others.
func (p *patient) proxies() {
	const check = "trusted proxies"
	if _, err := geo.ParseTrust(p.c.TrustedProxies); err != nil {
		p.fails(check, err)
		return
	}
	for _, s := range p.c.TrustedProxies {
		if n, err := netip.ParsePrefix(strings.TrimSpace(s)); err == nil && n.Bits() < 8 {
			p.say(check, failing, s+" holds whole parts of the internet: anybody in it can claim any address and place", "name the proxy's own networks, and not more")
			return
		}
	}
	switch {
	case len(p.c.TrustedProxies) > 0:
		p.say(check, fine, strings.Join(p.c.TrustedProxies, ", "), "")
	case strings.HasPrefix(p.c.PublicURL, "https://"):
		p.say(check, warning, "none is named, but something ends TLS before this server: all visitors seem to come from it", "name its networks in --trusted-proxies")
	default:
		p.say(check, fine, "none: visitors reach this server directly", "")
	}
}
