package consent

import (
	"regexp"
	"strings"
)

// Piece is a part of a text: plain words, bold ones, or a link.
type Piece struct {
	Text string
	Bold bool
	// URL is where a link leads, as it was written; see LinkAllowed.
	URL string
}

// ParseMarkup reads the two marks that texts may hold, **bold** and
// [words](https://example.com). They do not nest; what is no mark is plain.
func ParseMarkup(s string) []Piece {
	var out []Piece
	start := 0
	for i := 0; i < len(s); {
		p, n := mark(s[i:])
		if n == 0 {
			i++
			continue
		}
		if start < i {
			out = append(out, Piece{Text: s[start:i]})
		}
		out = append(out, p)
		i += n
		start = i
	}
	if start < len(s) {
		out = append(out, Piece{Text: s[start:]})
	}
	return out
}

// mark reads the mark at the start of s and how long it is, 0 for none.
func mark(s string) (Piece, int) {
	if rest, ok := strings.CutPrefix(s, "**"); ok {
		if words, _, ok := strings.Cut(rest, "**"); ok && words != "" && !strings.Contains(words, "*") {
			return Piece{Text: words, Bold: true}, len(words) + 4
		}
		return Piece{}, 0
	}
	rest, ok := strings.CutPrefix(s, "[")
	if !ok {
		return Piece{}, 0
	}
	words, rest, ok := strings.Cut(rest, "](")
	if !ok || words == "" || strings.ContainsAny(words, "[]") {
		return Piece{}, 0
	}
	url, _, ok := strings.Cut(rest, ")")
	if !ok || url == "" || strings.ContainsAny(url, " \n") {
		return Piece{}, 0
	}
	return Piece{Text: words, URL: url}, len(words) + len(url) + 4
}

// LinkAllowed reports whether a link of ours may lead there: to the web or to
// an e-mail address, and never to what a browser would run.
func LinkAllowed(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "mailto:")
}

// PlainText leaves the marks out of a text.
func PlainText(s string) string {
	var b strings.Builder
	for _, p := range ParseMarkup(s) {
		b.WriteString(p.Text)
	}
	return b.String()
}

// MayMarkUp reports whether the text under a key may hold marks: what is read
// as running words, and no title or button.
func MayMarkUp(key string) bool {
	return strings.HasPrefix(key, "banner.body.") || key == "prefs.body" || (strings.HasPrefix(key, "purpose.") && strings.HasSuffix(key, ".description"))
}

var htmlTag = regexp.MustCompile(`<[a-zA-Z!/?]`)

// marks adds what is wrong with the markup of a text.
func (v *validator) marks(path, key, text string) {
	if htmlTag.MatchString(text) {
		v.add(path, "it holds HTML, which visitors would read as it stands", "use plain words, **bold** and [links](https://example.com)")
	}
	for _, p := range ParseMarkup(text) {
		switch {
		case (p.Bold || p.URL != "") && !MayMarkUp(key):
			v.add(path, "titles and buttons hold no bold words and no links", "use plain words here")
			return
		case p.URL != "" && !LinkAllowed(p.URL):
			v.add(path, quote(p.URL)+" is not a web address", "let the link start with https:// or mailto:")
		}
	}
}
