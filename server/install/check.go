// Package install checks whether a page carries a site's tag in the right way:
// what is missing or wrong, why, and how to mend it.
package install

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// Level says how bad a finding is.
type Level string

// The levels of findings.
const (
	OK      Level = "ok"
	Warning Level = "warning"
	Error   Level = "error"
)

// PageFinding is one thing that was looked at. Code is stable.
type PageFinding struct {
	Code  string `json:"code"`
	Level Level  `json:"level"`
	Cause string `json:"cause"`
	Fix   string `json:"fix,omitempty"`
	// Line is where in the page, 0 when it is nowhere in particular.
	Line int `json:"line,omitempty"`
}

// PageResult is what a check found. OK says that there is no error.
type PageResult struct {
	URL      string        `json:"url"`
	OK       bool          `json:"ok"`
	Site     string        `json:"site,omitempty"`
	Findings []PageFinding `json:"findings"`
}

// Subject is the site that a page should carry; the zero value takes any.
type Subject struct {
	// Site and Edition are the live ones, nil when they are not known.
	Site    *consent.Site
	Edition int
	// Server is the address of the consent server, empty when it is not known.
	Server string
}

//go:embed known.json
var knownRaw []byte

// known is a tag that many pages carry, by its hosts and by marks in inline scripts.
type known struct {
	Name    string   `json:"name"`
	Purpose string   `json:"purpose"`
	Hosts   []string `json:"hosts"`
	Marks   []string `json:"marks"`
}

// maxFindings bounds those about tags, so that a page of thousands is readable.
const maxFindings = 50

type check struct {
	page     Page
	subject  Subject
	known    []known
	elements []element
	policies []policy
	result   PageResult
}

// Check fetches a page and checks it. Errors: Invalid for an address that is
// none. A page that cannot be had is a finding.
func Check(ctx context.Context, f *Fetcher, raw string, s Subject) (PageResult, error) {
	p, err := f.Fetch(ctx, raw)
	var e *consent.Error
	switch {
	case consent.CodeOf(err) == consent.Invalid:
		return PageResult{}, err
	case errors.As(err, &e):
		return PageResult{URL: raw, Findings: []PageFinding{{string(e.Code), Error, e.Cause, e.Fix, 0}}}, nil
	case err != nil:
		return PageResult{}, err
	}
	return Look(p, s, func(u *url.URL) (Page, error) { return f.Fetch(ctx, u.String()) }), nil
}

// Look checks a page that was fetched. script fetches the tag's own address;
// nil leaves that out.
func Look(p Page, s Subject, script func(*url.URL) (Page, error)) PageResult {
	c := &check{page: p, subject: s, result: PageResult{URL: p.URL.String()}}
	if err := json.Unmarshal(knownRaw, &c.known); err != nil {
		panic("the embedded list of known tags is damaged: " + err.Error())
	}
	if c.isPage() {
		var meta []string
		c.elements, meta = parse(p)
		c.policies = parsePolicies(append(p.Header.Values("Content-Security-Policy"), meta...))
		c.origin()
		tag := c.tag()
		c.ungated(tag)
		c.cookies()
		if tag >= 0 && script != nil {
			c.script(c.elements[tag].url, script)
		}
	}
	c.result.OK = true
	for _, f := range c.result.Findings {
		c.result.OK = c.result.OK && f.Level != Error
	}
	return c.result
}

func (c *check) add(code string, level Level, line int, cause, fix string) {
	c.result.Findings = append(c.result.Findings, PageFinding{code, level, cause, fix, line})
}

func (c *check) isPage() bool {
	kind := c.page.Header.Get("Content-Type")
	switch {
	case c.page.Status != http.StatusOK:
		c.add("bad-status", Error, 0, fmt.Sprintf("the page answers %d", c.page.Status), "give the address of a page that everybody can open")
	case kind != "" && !strings.Contains(kind, "html"):
		c.add("not-html", Error, 0, "the address gives "+kind[:min(len(kind), 60)]+" and no page", "give the address of a page")
	default:
		return true
	}
	return false
}

// origin tells of a page whose decisions would be refused.
func (c *check) origin() {
	if c.subject.Site == nil {
		return
	}
	if o := c.page.URL.Scheme + "://" + c.page.URL.Host; !c.subject.Site.AllowsOrigin(o) && !sameServer(c.page.URL, c.subject.Server) {
		c.add("origin-not-listed", Error, 0, "the page's origin "+o+" is not one of the site's: its decisions are refused", "add "+o+" to the site document's `origins` and publish")
	}
}

// siteOf is the site of a tag's address, empty when it is none.
func siteOf(u *url.URL) string {
	if u == nil || path.Dir(u.Path) != "/s" && !strings.HasSuffix(path.Dir(u.Path), "/s") {
		return ""
	}
	id, ok := strings.CutSuffix(path.Base(u.Path), ".js")
	if !ok || !consent.IsID(id) {
		return ""
	}
	return id
}

// isTag reports whether an element is the tag that is looked for.
func (c *check) isTag(e element) bool {
	id := siteOf(e.url)
	if e.name != "script" || id == "" || c.subject.Site != nil && id != c.subject.Site.ID {
		return false
	}
	return c.subject.Server == "" || sameServer(e.url, c.subject.Server)
}

// tag finds the tag and says how it stands; -1 when there is none.
func (c *check) tag() int {
	first, gate := -1, -1
	for i, e := range c.elements {
		switch {
		case c.isTag(e) && first >= 0:
			c.add("tag-twice", Error, e.line, "the tag stands twice in the page: the first time in line "+fmt.Sprint(c.elements[first].line), "remove one; look into the tag manager, the theme and the plugins")
		case c.isTag(e):
			first = i
		case e.name == "script" && e.url == nil && gate < 0 && e.runs() && strings.Contains(e.text, "lxConsent"):
			gate = i
		}
	}
	if first < 0 {
		c.missing()
		return -1
	}
	e := c.elements[first]
	c.result.Site = siteOf(e.url)
	c.add("tag-found", OK, e.line, "the tag of the site "+c.result.Site+" is in the page", "")
	inline := gate >= 0 && gate < first
	c.stands(first, gate, inline)
	c.policy(e, gate, inline)
	return first
}

func (c *check) missing() {
	for _, e := range c.elements {
		if id := siteOf(e.url); id != "" && e.name == "script" {
			c.add("other-tag", Error, e.line, "the page carries the tag of the site "+id+" from "+e.url.Host, "replace it with the tag of this site: `lxconsent embed SITE`")
			return
		}
	}
	c.add("tag-missing", Error, 0, "the tag is not in the page as the server sends it", "put it first into <head>; a tag that another script adds later comes too late to hold anything back")
}

// stands says whether the tag comes early enough.
func (c *check) stands(at, gate int, inline bool) {
	e := c.elements[at]
	if inline {
		at = gate
	}
	late := e.has("async") || e.has("defer") || strings.EqualFold(e.attrs["type"], "module")
	switch {
	case !e.runs():
		c.add("tag-inert", Error, e.line, "the tag has the type "+e.attrs["type"]+", so no browser runs it", "remove `type`; a consent plugin may have set it")
	case late && !inline:
		c.add("tag-async", Error, e.line, "the tag is async, defer or a module: tags behind it run before it", "remove `async`, `defer` and `type`, or put the inline gate before it: `lxconsent embed SITE --inline`")
	}
	if e.fallback || !e.head {
		c.add("tag-not-in-head", Warning, e.line, "the tag does not stand in <head>", "move it to the first place in <head>")
	}
	for _, before := range c.elements[:at] {
		if before.name == "script" && before.runs() && !before.fallback {
			what := "an inline script"
			if before.url != nil {
				what = "a script from " + before.url.Host
			}
			c.add("tag-not-first", Warning, before.line, what+" runs before the tag and can set cookies unseen", "move the tag before it")
			return
		}
	}
	if !late || inline {
		c.add("tag-first", OK, e.line, "no script runs before it", "")
	}
}

// policy says whether the page's CSP lets the tag work.
func (c *check) policy(e element, gate int, inline bool) {
	for _, p := range c.policies {
		if !p.allowsScript(c.page.URL, e) {
			c.add("csp-script", Error, e.line, "the page's Content Security Policy blocks the tag", "add https://"+e.url.Host+" to script-src, or the page's nonce to the tag")
		}
		if inline && !p.allowsScript(c.page.URL, c.elements[gate]) {
			c.add("csp-inline", Error, c.elements[gate].line, "the page's Content Security Policy blocks the inline gate", "add the hash that `lxconsent embed SITE --inline` prints to script-src, or the page's nonce to the gate")
		}
		if api := (&url.URL{Scheme: e.url.Scheme, Host: e.url.Host, Path: "/v1/consents"}); !p.allowsCall(c.page.URL, api) {
			c.add("csp-connect", Error, e.line, "the page's Content Security Policy keeps decisions from reaching the server", "add https://"+e.url.Host+" to connect-src")
		}
	}
}
