// Package rules holds the rules of a fair banner as data, and checks what can
// be decided from a site document and the law table. What needs a page to look
// at is checked by snippet/test/rules.
package rules

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"slices"

	"github.com/leadiumx/consent/consent"
)

// Rule is one rule of a fair banner.
type Rule struct {
	// ID is D01 to D52.
	ID string `json:"id"`
	// Kinds says where it is checked: C in the site document, R on a page, B by
	// what a page and its server do, P by the tests of this program. N is about
	// what is no part of it.
	Kinds []string `json:"kinds"`
	// Severity is what breaking it does; single findings may be milder.
	Severity consent.Severity `json:"severity"`
	// Where says which places the rule is about.
	Where  string `json:"where"`
	Rule   string `json:"rule"`
	Source string `json:"source"`
	Fix    string `json:"fix"`
}

//go:embed *.json
var files embed.FS

// Book is every rule with what its checks look things up in. It never changes.
type Book struct {
	rules    []Rule
	byID     map[string]Rule
	words    map[string]vocabulary
	trackers []string
}

// vocabulary are the words of buttons in one language, in lower case.
type vocabulary struct {
	// Vague labels say nothing about what they grant.
	Vague []string `json:"vague"`
	// Refuse are beginnings and parts by which people know a refusal.
	Refuse []string `json:"refuse"`
	// Later puts a refusal off, Loaded makes it shameful or hard to read.
	Later  []string `json:"later"`
	Loaded []string `json:"loaded,omitempty"`
	// Praise recommends what it stands beside.
	Praise []string `json:"praise,omitempty"`
}

// Load reads the embedded rules. Errors: Invalid when one is malformed.
func Load() (*Book, error) {
	b := &Book{byID: map[string]Rule{}}
	for name, into := range map[string]any{"rules.json": &b.rules, "words.json": &b.words, "trackers.json": &b.trackers} {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, consent.Errorf(consent.Invalid, "read the banner rules: %w", err)
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(into); err != nil {
			return nil, consent.Errorf(consent.Invalid, "read the banner rules in %s: %w", name, err)
		}
	}
	for _, r := range b.rules {
		b.byID[r.ID] = r
	}
	return b, nil
}

// Rules returns every rule in the order of ids.
func (b *Book) Rules() []Rule { return slices.Clone(b.rules) }
