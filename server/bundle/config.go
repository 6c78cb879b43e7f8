package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// virtual makes the modules that hold what differs from script to script.
func virtual(in Input) (map[string]string, error) {
	site := &in.Edition.Site
	words := words(site, in.Regime, in.Rules, in.Locale, changed(in.Rules))
	maps.Copy(words, Dates(in.Edition, in.Upcoming, in.Locale))
	css, err := style(site, Dir(in.Locale))
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"lx:config": config(in, words),
		"lx:words":  spoken(words, law.Present(in.Regime, in.Rules)),
		"lx:style":  "export const css=" + literal(css),
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

func (o *object) flag(key string, on bool) {
	if on {
		*o = append(*o, key+":true")
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

// maxAge is how long the browser keeps the choice: while anything in it still
// counts, and never longer than browsers admit.
func maxAge(t consent.Terms) int {
	const month, most = 31 * 24 * 3600, 400 * 24 * 3600
	return min(most, max(t.ConsentMonths, t.ReaskMonths)*month)
}

func config(in Input, words map[string]string) string {
	e, site, terms := in.Edition, &in.Edition.Site, in.Regime.Terms
	var t object
	t.put("_edition", e.Number)
	t.put("_regime", in.Regime.ID)
	t.put("_consentMonths", terms.ConsentMonths)
	t.put("_reaskMonths", terms.ReaskMonths)
	t.flag("_closeRefuses", law.Present(in.Regime, in.Rules).CloseRefuses)
	t = append(t, "_rules:rules", "_vendors:vendors")
	var b strings.Builder
	constant := func(name, value string) { fmt.Fprintf(&b, "export const %s=%s;\n", name, value) }
	constant("site", literal(site.ID))
	constant("note", literal(in.Note))
	constant("locale", literal(in.Locale))
	constant("dir", literal(Dir(in.Locale)))
	constant("endpoint", literal(in.Endpoint))
	constant("cookieDomain", literal(site.CookieDomain))
	constant("maxAge", literal(maxAge(terms)))
	constant("policyURL", literal(site.PolicyURL))
	if in.Laxer != "" {
		constant("laxer", "/"+in.Laxer+"/")
	}
	constant("rules", list(in.Rules, func(r consent.Rule) string { return rule(site, r, words) }))
	constant("vendors", list(site.Vendors, vendor))
	constant("cookies", list(site.Cookies, cookie))
	constant("signals", literal(signals(site)))
	constant("google", google(in))
	constant("holds", holds(site))
	constant("terms", t.String())
	return b.String()
}

// limits writes what decides about a purpose.
func (o *object) limits(r consent.Rule) {
	o.put("_id", r.ID)
	o.flag("_necessary", r.Necessary)
	o.put("_mode", int(r.Mode))
	o.put("_sensitive", int(r.SensitiveMode))
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
		*o = append(*o, "_laxer:laxer")
	}
}

func rule(site *consent.Site, r consent.Rule, words map[string]string) string {
	var o object
	o.limits(r)
	o.put("_names", " "+strings.Join(append([]string{r.ID}, aliases(site, r.ID)...), " ")+" ")
	o.put("_title", words["purpose."+r.ID+".title"])
	o.put("_text", words["purpose."+r.ID+".description"])
	if p, ok := site.Purpose(r.ID); ok && len(p.Levels) > 0 {
		titles := make([]string, len(p.Levels))
		for i, l := range p.Levels {
			titles[i] = words["level."+r.ID+"."+l]
		}
		o.put("_levels", p.Levels)
		o.put("_titles", titles)
	}
	return o.String()
}

func vendor(v consent.Vendor) string {
	var o object
	o.put("_id", v.ID)
	o.put("_name", v.Name)
	o.put("_purposes", v.Purposes)
	if v.PolicyURL != "" {
		o.put("_url", v.PolicyURL)
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
