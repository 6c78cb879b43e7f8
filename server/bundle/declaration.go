package bundle

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// Declaration lists what a site keeps in browsers and who receives data, for a
// page about privacy.
type Declaration struct {
	Site     string            `json:"site"`
	Edition  int               `json:"edition"`
	Locale   string            `json:"locale"`
	Updated  string            `json:"updated"`
	Purposes []DeclaredPurpose `json:"purposes"`
}

// DeclaredPurpose is one purpose with all that belongs to it.
type DeclaredPurpose struct {
	ID          string           `json:"id"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Vendors     []DeclaredVendor `json:"vendors"`
	Cookies     []DeclaredCookie `json:"cookies"`
}

// DeclaredVendor is one recipient.
type DeclaredVendor struct {
	Name      string `json:"name"`
	Country   string `json:"country,omitempty"`
	PolicyURL string `json:"policy_url,omitempty"`
	// Role and Transfer are as in consent.Vendor.
	Role     string `json:"role,omitempty"`
	Transfer string `json:"transfer,omitempty"`
}

// DeclaredCookie is a cookie, or what Kind says.
type DeclaredCookie struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Vendor   string `json:"vendor,omitempty"`
	Lifetime string `json:"lifetime,omitempty"`
}

// Declare lists what an edition declares, in the words of a language.
func Declare(in Input) Declaration {
	site := &in.Edition.Site
	words := Words(site, in.Regime, in.Rules, in.Locale)
	out := Declaration{Site: site.ID, Edition: in.Edition.Number, Locale: in.Locale, Updated: Dates(in.Edition, nil, in.Locale)["prefs.updated"]}
	for _, p := range site.Purposes {
		d := DeclaredPurpose{
			ID: p.ID, Title: words["purpose."+p.ID+".title"], Description: consent.PlainText(words["purpose."+p.ID+".description"]),
			Vendors: []DeclaredVendor{}, Cookies: []DeclaredCookie{},
		}
		for _, v := range site.Vendors {
			if slices.Contains(v.Purposes, p.ID) {
				d.Vendors = append(d.Vendors, DeclaredVendor{v.Name, v.Country, v.PolicyURL, v.Role, v.Transfer})
			}
		}
		for i := range site.Cookies {
			c := &site.Cookies[i]
			if c.Purpose == p.ID {
				d.Cookies = append(d.Cookies, DeclaredCookie{c.Name, c.Store(), vendorName(site, c.Vendor), c.Lifetime})
			}
		}
		out.Purposes = append(out.Purposes, d)
	}
	return out
}

func vendorName(site *consent.Site, id string) string {
	for _, v := range site.Vendors {
		if v.ID == id {
			return v.Name
		}
	}
	return ""
}

// stores are the names of what is kept in a browser and is no cookie, in every language.
var stores = map[string]string{"local": "localStorage", "session": "sessionStorage", "idb": "IndexedDB", "cache": "Cache", "worker": "Service Worker"}

// parts shows a declaration, purpose by purpose. Names and lifetimes keep their own direction, whatever the page's is.
func (d *Declaration) parts(heading, usedBy string) [][]any {
	out := make([][]any, 0, len(d.Purposes))
	for _, p := range d.Purposes {
		part := []any{el(heading, nil, p.Title), el("p", nil, p.Description)}
		who := el("p", nil, usedBy)
		for i, v := range p.Vendors {
			if i > 0 {
				who = append(who, ",")
			}
			name := el("bdi", nil, link(v.PolicyURL, v.Name))
			if v.Country != "" {
				name = append(name, " ("+v.Country+")")
			}
			who = append(who, " ", name)
		}
		if len(p.Vendors) > 0 {
			part = append(part, who)
		}
		names := el("ul", nil)
		for _, c := range p.Cookies {
			item := el("li", nil, el("code", attributes{"dir": "ltr"}, c.Name))
			for _, fact := range []string{stores[c.Kind], c.Vendor, c.Lifetime} {
				if fact != "" {
					item = append(item, " · ", el("bdi", nil, fact))
				}
			}
			names = append(names, item)
		}
		if len(p.Cookies) > 0 {
			part = append(part, names)
		}
		out = append(out, part)
	}
	return out
}

func (d *Declaration) updated() tree { return el("p", nil, el("small", nil, d.Updated)) }

// CompileDeclaration makes the small script that fills the elements of a page
// that carry `data-lx-declaration`. Errors: Invalid when it does not compile.
func CompileDeclaration(in Input) (*Asset, error) {
	d := Declare(in)
	words := Words(&in.Edition.Site, in.Regime, in.Rules, in.Locale)
	settings := el("button", attributes{"type": "button", "data-lx-action": "settings"}, words["button.settings"])
	all := el("div", attributes{"lang": d.Locale, "dir": Dir(d.Locale)})
	for _, part := range d.parts("h3", words["prefs.used_by"]) {
		all = append(all, part...)
	}
	view := constants([][2]string{{"declaration", literal(append(all, d.updated(), settings).lines())}})
	js, err := build("declaration.ts", map[string]string{"lx:view": view}, features(in))
	if err != nil {
		return nil, err
	}
	return pack(js)
}

// DeclarationPage is the declaration as a page of its own, for where no script runs.
func DeclarationPage(in Input) []byte {
	d := Declare(in)
	words := Words(&in.Edition.Site, in.Regime, in.Rules, in.Locale)
	var b bytes.Buffer
	site := &in.Edition.Site
	title, name := cmp.Or(words["prefs.list"], words["prefs.title"]), html.EscapeString(site.Name)
	// The style of the visitor's own page, in the look of the site.
	fmt.Fprintf(&b, `<!doctype html>
<html lang=%q dir=%q><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%s · %s</title>`+
		`<link rel="stylesheet" href="../../privacy.css?site=%s"></head><body><main><header><p class="site">%s</p>`, in.Locale, Dir(in.Locale), html.EscapeString(title), name, html.EscapeString(site.ID), name)
	markup(&b, el("h1", nil, title))
	b.WriteString("</header>")
	for _, part := range d.parts("h2", words["prefs.used_by"]) {
		markup(&b, append(el("section", attributes{"class": "declared"}), part...))
	}
	footer := el("footer", nil)
	if site.PolicyURL != "" {
		footer = append(footer, el("p", nil, link(site.PolicyURL, words["banner.policy"])))
	}
	markup(&b, append(footer, d.updated()))
	b.WriteString("</main></body></html>\n")
	return b.Bytes()
}

// markup writes a tree as HTML.
func markup(b *bytes.Buffer, t tree) {
	tag := fmt.Sprint(t[0])
	b.WriteString("<" + tag)
	if a, ok := t[1].(attributes); ok {
		names := make([]string, 0, len(a))
		for name := range a {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			b.WriteString(" " + name + `="` + html.EscapeString(fmt.Sprint(a[name])) + `"`)
		}
	}
	b.WriteString(">")
	for _, child := range t[2:] {
		if sub, ok := child.(tree); ok {
			markup(b, sub)
		} else {
			b.WriteString(html.EscapeString(fmt.Sprint(child)))
		}
	}
	if !strings.Contains(" img br ", " "+tag+" ") {
		b.WriteString("</" + tag + ">")
	}
}
