package bundle

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// virtual makes the modules that hold what differs from script to script.
func virtual(in Input) (map[string]string, error) {
	site := &in.Edition.Site
	closes := law.Present(in.Regime, in.Rules).CloseButton
	words := words(site, in.Regime, in.Rules, in.Locale, changed(in.Rules))
	maps.Copy(words, Dates(in.Edition, in.Upcoming, in.Locale))
	css, err := style(site, Dir(in.Locale), closes, owes(site, in.Regime), words)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"lx:config": config(in, words),
		"lx:view":   view(in, words) + "export const css=" + literal(css),
	}, nil
}

// literal writes a value as JavaScript. JSON is a part of it.
func literal(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("a plain value is not encodable: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}

// object writes an object whose keys the compiler may shorten: they are not
// quoted. Pairs without a value are left out.
type object []string

func (o *object) put(key string, v any) { *o = append(*o, key+":"+literal(v)) }

// flag writes what is true as 1: nobody looks at more than that.
func (o *object) flag(key string, on bool) {
	if on {
		*o = append(*o, key+":1")
	}
}

func (o object) String() string { return "{" + strings.Join(o, ",") + "}" }

func list[T any](items []T, write func(T) string) string {
	out := make([]string, len(items))
	for i, x := range items {
		out[i] = write(x)
	}
	return "[" + strings.Join(out, ",") + "]"
}

// constants writes the exports of a module.
func constants(pairs [][2]string) string {
	var b strings.Builder
	for _, p := range pairs {
		fmt.Fprintf(&b, "export const %s=%s;\n", p[0], p[1])
	}
	return b.String()
}

func config(in Input, words map[string]string) string {
	e, site, terms := in.Edition, &in.Edition.Site, in.Regime.Terms
	names := object{"__proto__:null"}
	for _, v := range site.Vendors {
		names.put(literal(v.ID), oneLine(v.Name))
	}
	endpoint := ""
	if in.Endpoint != "" {
		endpoint = in.Endpoint + "/s/"
	}
	laxer := "0"
	if in.Laxer != "" {
		laxer = "/" + in.Laxer + "/"
	}
	return constants([][2]string{
		// What is short and plain stands first: the compiler puts it where it is used.
		{"maxAge", literal(terms.CookieLife())}, {"locale", literal(in.Locale)}, {"endpoint", literal(endpoint)}, {"cookieDomain", literal(site.CookieDomain)},
		{"site", literal(site.ID)}, {"note", literal(in.Note)}, {"laxer", laxer},
		{"edition", literal(e.Number)}, {"regime", literal(in.Regime.ID)}, {"consentMonths", literal(terms.ConsentMonths)}, {"reaskMonths", literal(terms.ReaskMonths)},
		{"closeRefuses", literal(law.Present(in.Regime, in.Rules).CloseRefuses)},
		{"rules", list(in.Rules, func(r consent.Rule) string { return rule(in, r, words) })},
		{"vendors", names.String()}, {"cookies", list(site.Cookies, cookie)},
		{"consentState", consentState(site)}, {"google", google(in)}, {"holds", holds(site)},
	})
}

// limits writes what decides about a purpose. What is left out denies.
func limits(r consent.Rule) object {
	var o object
	o.put("_id", r.ID)
	o.flag("_necessary", r.Necessary)
	if r.Mode != consent.OptIn && !r.Necessary {
		o.put("_mode", int(r.Mode))
	}
	if r.SensitiveMode != consent.OptIn && !r.Necessary {
		o.put("_sensitive", int(r.SensitiveMode))
	}
	o.put("_max", r.Max)
	if r.Months != nil {
		o.put("_months", r.Months)
	}
	o.flag("_gpc", r.GPC)
	o.flag("_minor", r.Minor)
	if r.Since > 0 {
		o.put("_since", r.Since)
	}
	if r.Laxer {
		o = append(o, "_laxer:laxer")
	}
	return o
}

func rule(in Input, r consent.Rule, words map[string]string) string {
	site := &in.Edition.Site
	o := limits(r)
	names := aliases(site, r.ID)
	for _, v := range site.Vendors {
		if slices.Contains(v.Purposes, r.ID) {
			names = append(names, v.ID)
		}
	}
	// No name of nothing: the script looks for a name between two spaces.
	o.put("_names", cmp.Or(strings.Join(names, " "), r.ID))
	if changed(in.Rules) {
		o.put("_title", oneLine(words["purpose."+r.ID+".title"]))
	}
	if p, ok := site.Purpose(r.ID); ok && len(p.Levels) > 0 {
		o.put("_levels", p.Levels)
	}
	return o.String()
}

func cookie(c consent.Cookie) string {
	var o object
	o.put("_name", c.Name)
	o.put("_purpose", c.Purpose)
	if c.Vendor != "" {
		o.put("_vendor", c.Vendor)
	}
	if kind := c.Store(); kind != "cookie" {
		o.put("_kind", kind)
	}
	o.flag("_partitioned", c.Partitioned)
	return o.String()
}

// foreign are the names that other platforms' markup uses for purposes, each
// with the name by which we know it.
func foreign() [][2]string {
	var out [][2]string
	for _, n := range []string{
		"preferences", "functionality", "experience", "statistics", "measurement", "performance", "advertising", "ads", "targeting",
	} {
		out = append(out, [2]string{n, n})
	}
	return append(out, [][2]string{
		{"C0001", "necessary"}, {"C0002", "performance"}, {"C0003", "functionality"}, {"C0004", "targeting"}, {"C0005", "targeting"},
	}...)
}

// aliases lists the foreign names that mean a purpose of this site.
func aliases(site *consent.Site, id string) []string {
	var out []string
	for _, f := range foreign() {
		if _, own := site.Purpose(f[0]); !own && site.Canonical(f[1]) == id {
			out = append(out, f[0])
		}
	}
	return out
}
