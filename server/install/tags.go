package install

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ungated tells of known tags, and of those of the site's vendors, that run
// whatever the visitor decides.
func (c *check) ungated(tag int) {
	told := map[string]bool{}
	for i, e := range c.elements {
		if i == tag || e.inert() || e.name == "script" && !e.runs() {
			continue
		}
		name, purpose, declared := c.whose(e)
		if name == "" || told[name+e.name] || len(told) >= maxFindings {
			continue
		}
		told[name+e.name] = true
		c.tell(e, name, purpose, declared)
	}
	if len(told) == 0 {
		c.add("tags-gated", OK, 0, "no known tag runs before the visitor decides", "")
	}
}

func (c *check) tell(e element, name, purpose string, declared bool) {
	cause := fmt.Sprintf("%s runs before the visitor decides (%s)", name, e.name)
	switch {
	case e.fallback:
		c.add("tag-in-noscript", Warning, e.line, name+" stands in <noscript>, where nothing can hold it back", "remove it: without scripts nobody can consent")
	case declared:
		c.add("tag-ungated", Warning, e.line, cause+"; the site declares its host, so the script holds it back where it can", "mark it, to be sure: `"+gated(e, purpose)+"`")
	default:
		c.add("tag-ungated", Error, e.line, cause, "mark it: `"+gated(e, purpose)+"`; and declare it as a vendor of the site")
	}
}

// gated is the markup that waits for a grant.
func gated(e element, purpose string) string {
	switch {
	case e.name == "script" && e.url == nil:
		return `<script type="text/plain" data-category="` + purpose + `">`
	case e.name == "script":
		return `<script type="text/plain" data-category="` + purpose + `" data-src="…">`
	default:
		return "<" + e.name + ` data-category="` + purpose + `" data-src="…">`
	}
}

// whose finds the vendor of an element: one that the site declares, or a known one.
func (c *check) whose(e element) (name, purpose string, declared bool) {
	if s := c.subject.Site; s != nil && e.url != nil {
		for _, v := range s.Vendors {
			if len(v.Purposes) > 0 && slices.ContainsFunc(v.Hosts, func(h string) bool { return hostFits(h, e.url) }) {
				return v.Name, v.Purposes[0], true
			}
		}
	}
	for _, k := range c.known {
		byHost := e.url != nil && slices.ContainsFunc(k.Hosts, func(h string) bool { return hostFits("*."+h, e.url) || hostFits(h, e.url) })
		byMark := e.url == nil && slices.ContainsFunc(k.Marks, func(m string) bool { return strings.Contains(e.text, m) })
		if byHost || byMark {
			return k.Name, k.Purpose, false
		}
	}
	return "", "", false
}

// hostFits compares a host, perhaps with "*." before and a path behind.
func hostFits(pattern string, u *url.URL) bool {
	host, under, _ := strings.Cut(pattern, "/")
	if !strings.HasPrefix(strings.TrimPrefix(u.Path, "/"), under) {
		return false
	}
	if domain, ok := strings.CutPrefix(host, "*."); ok {
		return strings.HasSuffix(u.Hostname(), "."+domain)
	}
	return u.Hostname() == host
}

// cookies tells of cookies that the page's own server sets unasked.
func (c *check) cookies() {
	for _, k := range (&http.Response{Header: c.page.Header}).Cookies() {
		if c.subject.Site == nil {
			return
		}
		declared, ok := c.subject.Site.CookieNamed(k.Name)
		if !ok || k.MaxAge < 0 {
			continue
		}
		if p, ok := c.subject.Site.Purpose(declared.Purpose); !ok || slices.Contains(p.Classes, "necessary") {
			continue
		}
		c.add("cookie-set-by-server", Error, 0, "the page's server sets "+k.Name+" before the visitor decides", "ask /v1/check or the gate first; see the recipes for proxies, or the Go package middleware, which strips it")
	}
}

// script asks for the tag's own address.
func (c *check) script(u *url.URL, fetch func(*url.URL) (Page, error)) {
	p, err := fetch(u)
	switch edition, _ := strconv.Atoi(p.Header.Get("Consent-Edition")); {
	case err != nil:
		c.add("script-unreachable", Error, 0, "the script at "+u.Host+" cannot be fetched", "check the address, its certificate and that the server runs")
	case p.Status == http.StatusNotFound:
		c.add("script-unknown", Error, 0, "the server at "+u.Host+" has no such site", "check the site's id in the tag, and that it was published")
	case p.Status != http.StatusOK:
		c.add("script-failed", Error, 0, fmt.Sprintf("the script at %s answers %d", u.Host, p.Status), "look at the server's log")
	case edition == 0:
		c.add("script-foreign", Error, 0, "what "+u.Host+" sends is not the script of this server", "check the address in the tag, and what stands between: a proxy may answer itself")
	case c.subject.Edition > 0 && edition < c.subject.Edition:
		c.add("script-old", Warning, 0, fmt.Sprintf("the script is that of edition %d, and %d is live", edition, c.subject.Edition), "wait some minutes; if it stays, clear the cache that stands before the server")
	default:
		c.add("script-served", OK, 0, fmt.Sprintf("the script of edition %d is served", edition), "")
	}
}
