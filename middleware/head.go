package middleware

import (
	"bytes"
	"html"
	"slices"
	"strings"
)

// maxProlog bounds what is held back in search of the head, in bytes.
const maxProlog = 8 << 10

// head finds the place of the first thing in the head of a page, and tells
// whether more bytes could not change it. The place is negative for what does
// not begin as a page.
func head(b []byte) (at int, known bool) {
	const mark = "\ufeff" // of the byte order
	if len(b) < len(mark) && strings.HasPrefix(mark, string(b)) {
		return -1, false
	}
	at = -1
	for i := len(b) - len(bytes.TrimPrefix(b, []byte(mark))); ; {
		i += len(b[i:]) - len(bytes.TrimLeft(b[i:], " \t\r\n\f"))
		rest := b[i:]
		end := -1
		switch {
		case starts(rest, "<!--"):
			if end = bytes.Index(rest, []byte("-->")); end >= 0 {
				end += len("-->")
			}
			// A comment alone does not make a page.
			if end > 0 {
				i += end
				if at >= 0 {
					at = i
				}
				continue
			}
		case starts(rest, "<!doctype"), element(rest, "<html"), element(rest, "<head"):
			end = tagEnd(rest)
		default:
			return at, !unfinished(rest)
		}
		if end < 0 {
			return at, false
		}
		last := element(rest, "<head")
		i += end
		at = i
		if last {
			return at, true
		}
	}
}

// starts reports whether b begins with a word in any case.
func starts(b []byte, word string) bool {
	return len(b) >= len(word) && strings.EqualFold(string(b[:len(word)]), word)
}

// element reports whether b begins with the start tag of an element: "<head"
// is not "<header".
func element(b []byte, tag string) bool {
	return starts(b, tag) && len(b) > len(tag) && strings.IndexByte(" \t\r\n\f/>", b[len(tag)]) >= 0
}

// unfinished reports whether more bytes could make b the start of a prolog.
func unfinished(b []byte) bool {
	for _, word := range []string{"<!--", "<!doctype", "<html>", "<head>"} {
		if n := len(b); n < len(word) && strings.EqualFold(string(b), word[:n]) {
			return true
		}
	}
	return false
}

// tagEnd is the place behind a tag, past what is quoted in it.
func tagEnd(b []byte) int {
	quote := byte(0)
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// permit adds a source to what a policy lets run as scripts in the page.
func permit(policy, source string) string {
	if source == "" {
		return policy
	}
	// Several policies may stand in one line.
	lines := strings.Split(policy, ",")
	for i, line := range lines {
		lines[i] = permitOne(line, source)
	}
	return strings.Join(lines, ",")
}

func permitOne(policy, source string) string {
	parts := strings.Split(policy, ";")
	for _, name := range []string{"script-src-elem", "script-src", "default-src"} {
		// Of two directives with one name, browsers obey the first.
		n := slices.IndexFunc(parts, func(p string) bool { return strings.EqualFold(directive(p), name) })
		if n < 0 {
			continue
		}
		sources := slices.DeleteFunc(strings.Fields(parts[n])[1:], func(s string) bool { return strings.EqualFold(s, "'none'") })
		if inlineAllowed(sources) {
			return policy
		}
		own := strings.Join(append([]string{name}, append(sources, source)...), " ")
		if name == "default-src" {
			// What else falls back to it stays as strict as it was.
			return strings.TrimRight(policy, "; ") + "; script-src" + strings.TrimPrefix(own, name)
		}
		parts[n] = own
		if n > 0 {
			parts[n] = " " + own
		}
		return strings.Join(parts, ";")
	}
	return policy
}

func directive(part string) string {
	if words := strings.Fields(part); len(words) > 0 {
		return words[0]
	}
	return ""
}

// inlineAllowed reports whether any script may stand in the page. A hash would
// take that away from the others.
func inlineAllowed(sources []string) bool {
	all := false
	for _, s := range sources {
		s = strings.ToLower(s)
		if strings.HasPrefix(s, "'nonce-") || strings.HasPrefix(s, "'sha") || s == "'strict-dynamic'" {
			return false
		}
		all = all || s == "'unsafe-inline'"
	}
	return all
}

// nonceOf is the first nonce of a policy, unless one is known.
func nonceOf(policy, known string) string {
	_, rest, ok := strings.Cut(policy, "'nonce-")
	if known != "" || !ok {
		return known
	}
	nonce, _, _ := strings.Cut(rest, "'")
	return nonce
}

// withNonce marks the script that the markup loads, if it does.
func withNonce(markup, nonce string) string {
	mark := ` nonce="` + html.EscapeString(nonce) + `"`
	if rest, ok := strings.CutPrefix(markup, "<script src="); ok {
		return "<script" + mark + " src=" + rest
	}
	return strings.Replace(markup, "</script><script async ", "</script><script"+mark+" async ", 1)
}
