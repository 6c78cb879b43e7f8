package install

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Page is a page as a server sent it.
type Page struct {
	// URL is where it came from, after forwards.
	URL    *url.URL
	Status int
	Header http.Header
	Body   []byte
}

// element is what a page loads or runs.
type element struct {
	name string
	// url is what it loads, nil for an inline script.
	url *url.URL
	// text is an inline script.
	text  string
	attrs map[string]string
	line  int
	// head says that it stands in the head, fallback that it is only for
	// browsers without scripts.
	head, fallback bool
}

func (e *element) has(attr string) bool { _, ok := e.attrs[attr]; return ok }

// inert reports whether the element waits for a grant: its markup is ours, or
// one that we read too.
func (e *element) inert() bool {
	kind := strings.ToLower(e.attrs["type"])
	held := e.name != "script" || kind == "text/plain"
	marked := e.has("data-category") || e.has("data-cookieconsent") || e.has("data-name") || strings.Contains(e.attrs["class"], "optanon-category-")
	return held && marked && (e.url == nil || e.name == "script" || !e.has("src"))
}

// runs reports whether a script is one that browsers run.
func (e *element) runs() bool {
	kind := strings.ToLower(strings.TrimSpace(e.attrs["type"]))
	return kind == "" || kind == "module" || strings.Contains(kind, "javascript") || strings.Contains(kind, "ecmascript")
}

// maxElements bounds what is looked at in one page.
const maxElements = 5000

// parse lists what a page loads or runs, in its order, and what its meta
// elements say of CSP. It never fails: what is no HTML loads nothing.
func parse(p Page) (list []element, policies []string) {
	z := html.NewTokenizer(strings.NewReader(string(p.Body)))
	// Bounds what an element may hold in memory.
	z.SetMaxBuf(1 << 20)
	base, line := p.URL, 1
	head := true
	for len(list) < maxElements {
		kind := z.Next()
		if kind == html.ErrorToken {
			return list, policies
		}
		at := line
		line += strings.Count(string(z.Raw()), "\n")
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			e := element{attrs: map[string]string{}, line: at, head: head}
			e.name = start(z, e.attrs)
			switch e.name {
			case "body":
				head = false
			case "noscript":
				// Browsers with scripts read it as text, and so does the tokenizer.
				if z.Next() == html.TextToken {
					list = append(list, fallback(base, string(z.Raw()), line)...)
					line += strings.Count(string(z.Raw()), "\n")
				}
			case "base":
				if u, err := p.URL.Parse(e.attrs["href"]); err == nil && base == p.URL {
					base = u
				}
			case "meta":
				if strings.EqualFold(e.attrs["http-equiv"], "content-security-policy") {
					policies = append(policies, e.attrs["content"])
				}
			case "script", "iframe", "img":
				e.url = loads(base, e)
				if e.name == "script" && e.url == nil && z.Next() == html.TextToken {
					e.text = string(z.Raw())
					line += strings.Count(e.text, "\n")
				}
				list = append(list, e)
			}
		}
	}
	return list, policies
}

// fallback lists what browsers without scripts load.
func fallback(base *url.URL, text string, line int) []element {
	text = strings.ReplaceAll(strings.ToLower(text), "<noscript", "<")
	list, _ := parse(Page{URL: base, Body: []byte(text)})
	for i := range list {
		list[i].fallback = true
		list[i].line += line - 1
	}
	return list
}

func start(z *html.Tokenizer, attrs map[string]string) string {
	name, more := z.TagName()
	tag := string(name)
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if _, twice := attrs[string(k)]; !twice {
			attrs[string(k)] = string(v)
		}
	}
	return tag
}

// loads is the address that an element loads, held back or not.
func loads(base *url.URL, e element) *url.URL {
	for _, attr := range []string{"src", "data-src", "data-cookieblock-src"} {
		if v := strings.TrimSpace(e.attrs[attr]); v != "" {
			u, err := base.Parse(v)
			if err == nil && (u.Scheme == "http" || u.Scheme == "https") {
				return u
			}
		}
	}
	return nil
}
