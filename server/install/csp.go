package install

import (
	"net/url"
	"slices"
	"strings"
)

// policy is one Content Security Policy: its directives with their sources.
type policy map[string][]string

func parsePolicies(texts []string) []policy {
	var all []policy
	for _, text := range texts {
		for one := range strings.SplitSeq(text, ",") {
			p := policy{}
			for d := range strings.SplitSeq(one, ";") {
				f := strings.Fields(d)
				if len(f) == 0 {
					continue
				}
				name := strings.ToLower(f[0])
				if _, twice := p[name]; !twice {
					p[name] = f[1:]
				}
			}
			if len(p) > 0 {
				all = append(all, p)
			}
		}
	}
	return all
}

// sources are those of the first directive that the policy has; ok is false
// when it says nothing.
func (p policy) sources(names ...string) (list []string, ok bool) {
	for _, n := range names {
		if list, ok = p[n]; ok {
			return list, true
		}
	}
	return nil, false
}

// allowsScript reports whether a script element may load.
func (p policy) allowsScript(page *url.URL, e element) bool {
	list, ok := p.sources("script-src-elem", "script-src", "default-src")
	if !ok {
		return true
	}
	nonce := slices.Contains(list, "'nonce-"+e.attrs["nonce"]+"'") && e.attrs["nonce"] != ""
	if e.url == nil {
		strict := slices.ContainsFunc(list, func(s string) bool {
			return strings.HasPrefix(s, "'nonce-") || strings.HasPrefix(s, "'sha") || s == "'strict-dynamic'"
		})
		hashed := slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "'sha") })
		// Whether a hash is this script's is for the browser to say.
		return nonce || hashed || slices.Contains(list, "'unsafe-inline'") && !strict
	}
	return nonce || !slices.Contains(list, "'strict-dynamic'") && matches(list, page, e.url)
}

// allowsCall reports whether the page may send to an address.
func (p policy) allowsCall(page, to *url.URL) bool {
	list, ok := p.sources("connect-src", "default-src")
	return !ok || matches(list, page, to)
}

func matches(list []string, page, to *url.URL) bool {
	return slices.ContainsFunc(list, func(s string) bool { return matchesOne(strings.ToLower(s), page, to) })
}

func matchesOne(source string, page, to *url.URL) bool {
	switch source {
	case "*":
		return true
	case "'self'":
		return page.Host == to.Host && (page.Scheme == to.Scheme || to.Scheme == "https")
	case "http:", "https:":
		return to.Scheme == "https" || source == to.Scheme+":"
	}
	scheme, rest, ok := strings.Cut(source, "://")
	if !ok {
		scheme, rest = "", source
	}
	if scheme != "" && scheme != to.Scheme && (scheme != "http" || to.Scheme != "https") {
		return false
	}
	host, path, _ := strings.Cut(rest, "/")
	name, port, hasPort := strings.Cut(host, ":")
	if wild, ok := strings.CutPrefix(name, "*."); ok {
		if !strings.HasSuffix(to.Hostname(), "."+wild) {
			return false
		}
	} else if name != to.Hostname() {
		return false
	}
	if hasPort && port != "*" && port != portOf(to) || !hasPort && to.Port() != "" && to.Port() != portOf(&url.URL{Scheme: to.Scheme}) {
		return false
	}
	return path == "" || strings.HasSuffix(path, "/") && strings.HasPrefix(to.Path, "/"+path) || to.Path == "/"+path
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}
