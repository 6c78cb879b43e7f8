package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// The list of documents is the last part of the README, so that it is written once.
const (
	readme = "README.md"
	list   = "## Documents\n"
)

var (
	//go:embed document.html
	frame string
	//go:embed documents.css
	styles []byte
)

// heading is a line of a table of contents.
type heading struct {
	ID, Words string
	// Below says that it is a part of the one before.
	Below bool
}

// document is a page of the repository, or a file that one links to.
type document struct {
	// Name is its address below the dashboard.
	Name  string
	Title string
	// Headings are those of its parts, ids all of them.
	Headings []heading
	ids      []string
	data     []byte
}

// binder collects documents.
type binder struct {
	root   string
	md     goldmark.Markdown
	found  map[string]*document
	order  []string
	links  []link
	faults []error
}

// link leads from a document to a part of another one.
type link struct{ from, to, part string }

// documents makes pages of the repository's documents, for whoever has the program alone. They are those
// that the README lists, and all that these link to. A link that leads nowhere is an error.
func documents(root string) ([]file, error) {
	b := &binder{root: root, found: map[string]*document{}, md: goldmark.New(
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
	)}
	b.add(readme)
	for _, l := range b.links {
		if d := b.found[l.to]; l.part != "" && d != nil && !slices.Contains(d.ids, l.part) {
			b.fault("%s links to %s#%s, which has no such heading", l.from, l.to, l.part)
		}
	}
	if len(b.faults) > 0 {
		return nil, errors.Join(b.faults...)
	}
	return b.files()
}

func (b *binder) fault(format string, args ...any) {
	b.faults = append(b.faults, fmt.Errorf(format, args...))
}

// add reads a file of the repository, and all that it links to.
func (b *binder) add(doc string) {
	if b.found[doc] != nil {
		return
	}
	data, err := os.ReadFile(filepath.Join(b.root, filepath.FromSlash(doc)))
	if err != nil {
		b.fault("a link leads nowhere: %w", err)
		return
	}
	d := &document{Name: address(doc), data: data}
	b.found[doc] = d
	b.order = append(b.order, doc)
	if doc == readme {
		_, below, ok := strings.Cut(string(data), list)
		if !ok {
			b.fault("%s has no part %q", readme, strings.TrimSpace(list))
		}
		data = []byte("# Documents\n" + below)
	}
	if path.Ext(doc) == ".md" {
		b.render(doc, d, data)
	}
}

// render makes HTML of a page; its links lead to where the dashboard serves what they name.
func (b *binder) render(doc string, d *document, src []byte) {
	tree := b.md.Parser().Parse(text.NewReader(src))
	err := ast.Walk(tree, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if !in {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			id, _ := n.AttributeString("id")
			raw, _ := id.([]byte)
			d.ids = append(d.ids, string(raw))
			if n.Level == 1 {
				d.Title = words(n, src)
			} else {
				d.Headings = append(d.Headings, heading{string(raw), words(n, src), n.Level > 2})
			}
		case *ast.Link:
			n.Destination = b.follow(doc, n.Destination)
		case *ast.Image:
			n.Destination = b.follow(doc, n.Destination)
		}
		return ast.WalkContinue, nil
	})
	var out bytes.Buffer
	if err = errors.Join(err, b.md.Renderer().Render(&out, src, tree)); err != nil {
		b.fault("%s: %w", doc, err)
	}
	// What is wider than the page is scrolled with the keyboard, too. Text holds no such tag: it is escaped.
	d.data = bytes.ReplaceAll(out.Bytes(), []byte("<pre>"), []byte(`<pre tabindex="0">`))
	d.data = bytes.ReplaceAll(d.data, []byte("<table>"), []byte(`<table tabindex="0">`))
}

// follow adds what a link names, and returns the address that it gets here.
func (b *binder) follow(from string, to []byte) []byte {
	name, part, _ := strings.Cut(string(to), "#")
	if strings.Contains(name, ":") {
		return to
	}
	target := from
	if name != "" {
		target = path.Join(path.Dir(from), name)
	}
	b.add(target)
	b.links = append(b.links, link{from, target, part})
	if part != "" {
		part = "#" + part
	}
	return []byte("/dashboard/" + address(target) + part)
}

// address is where the dashboard serves a file of the repository.
func address(doc string) string {
	switch {
	case doc == readme:
		doc = "index.html"
	case path.Ext(doc) == ".md":
		doc = strings.TrimSuffix(doc, ".md") + ".html"
	case path.Ext(doc) == "":
		// The dashboard takes an address without an ending for one of its own views.
		doc += ".txt"
	}
	return "docs/" + strings.TrimPrefix(doc, "docs/")
}

// words is the text of a heading, without marks.
func words(n ast.Node, src []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(src))
		} else {
			b.WriteString(words(c, src))
		}
	}
	return b.String()
}

// files puts the pages into their frame, and the list of all headings below the list of documents.
func (b *binder) files() ([]file, error) {
	sum := sha256.Sum256(styles)
	style := fmt.Sprintf("assets/documents-%X.css", sum[:4])
	page, err := template.New("").Parse(frame)
	if err != nil {
		return nil, err
	}
	files := []file{{style, styles}}
	var pages []*document
	for _, doc := range b.order {
		if path.Ext(doc) == ".md" && doc != readme {
			pages = append(pages, b.found[doc])
		}
	}
	for _, doc := range b.order {
		d := b.found[doc]
		data := d.data
		if path.Ext(doc) == ".md" {
			var out bytes.Buffer
			all := pages
			if doc != readme {
				all = nil
			}
			//nolint:gosec // The text is the repository's own.
			err := page.Execute(&out, map[string]any{"Style": style, "Page": d, "Body": template.HTML(d.data), "All": all})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", doc, err)
			}
			data = out.Bytes()
		}
		files = append(files, file{d.Name, data})
	}
	return files, nil
}
