package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/law/rules"
)

// speakers are the sources whose sentences the dashboard shows; what only
// visitors' scripts, servers and the command line are told is not among them.
func speakers() []string {
	return []string{
		"consent/validate*.go", "consent/markup.go", "consent/law/rules/*.go", "server/admin/*.go", "server/bundle/*.go", "server/hooks/*.go", "server/install/*.go",
		"server/publish/*.go", "server/boltstore/failure.go", "server/outbox/failure.go", "server/redisstore/failure.go", "server/redisstore/link.go", "server/rights/*.go", "server/web/*.go",
	}
}

// others are files of those folders that speak to programs alone.
func others() []string {
	return []string{"batch.go", "check.go", "consents.go", "identify.go", "decode.go", "query.go", "meters.go", "export.go", "inline.go", "visit.go"}
}

// sentences names the functions that take sentences for people, and which of
// their arguments those are.
func sentences() map[string][]int {
	return map[string][]int{"Fail": {1, 2}, "tooOften": {2, 3}, "fail": {2, 3}, "warn": {2, 3}}
}

var verb = regexp.MustCompile(`%(\.\d+)?[a-zA-Z]`)

// template is the text of an expression with {} for what is filled in; false
// where it is nothing but that.
func template(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.ParenExpr:
		return template(x.X)
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return strings.ReplaceAll(s, "%%", "%"), err == nil && s != ""
	case *ast.BinaryExpr:
		a, ok := template(x.X)
		b, more := template(x.Y)
		return a + b, ok || more
	case *ast.CallExpr:
		if f, ok := x.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			if lit, ok := x.Args[0].(*ast.BasicLit); ok {
				s, err := strconv.Unquote(lit.Value)
				return strings.ReplaceAll(verb.ReplaceAllString(s, "{}"), "%%", "%"), err == nil
			}
		}
	}
	return "{}", false
}

// assigned is the name of the variable or the field that a statement sets first.
func assigned(x *ast.AssignStmt) string {
	switch to := x.Lhs[0].(type) {
	case *ast.Ident:
		return to.Name
	case *ast.SelectorExpr:
		return to.Sel.Name
	}
	return ""
}

// said collects the sentences of the source in a folder.
func said(t *testing.T, dir string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	take := func(e ast.Expr) {
		if s, ok := template(e); ok && strings.Trim(s, " {}") != "" {
			found[s] = true
		}
	}
	files, err := filepath.Glob(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") || strings.Contains(f, "web") && slices.Contains(others(), filepath.Base(f)) {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CallExpr:
				name := ""
				switch f := x.Fun.(type) {
				case *ast.Ident:
					name = f.Name
				case *ast.SelectorExpr:
					name = f.Sel.Name
				}
				places := sentences()[name]
				if name == "add" {
					// Of a document's fault, and of a page's.
					places = map[int][]int{3: {1, 2}, 5: {3, 4}}[len(x.Args)]
				}
				for _, i := range places {
					if i < len(x.Args) {
						take(x.Args[i])
					}
				}
			case *ast.CompositeLit:
				// What Redis answers, beside its cause and the fix.
				if x.Type == nil && len(x.Elts) == 3 && strings.HasSuffix(f, "failure.go") {
					take(x.Elts[1])
					take(x.Elts[2])
				}
			case *ast.ReturnStmt:
				if len(x.Results) == 2 && strings.HasSuffix(f, "failure.go") {
					take(x.Results[0])
					take(x.Results[1])
				}
				// What kept a delivery from its receiver.
				if len(x.Results) == 1 && strings.HasSuffix(f, "send.go") {
					take(x.Results[0])
				}
			case *ast.AssignStmt:
				if slices.Contains([]string{"message", "fix", "cause", "why", "Why", "Error"}, assigned(x)) {
					take(x.Rhs[0])
				}
			case *ast.KeyValueExpr:
				if k, ok := x.Key.(*ast.Ident); ok && slices.Contains([]string{"Message", "Fix", "Cause"}, k.Name) {
					take(x.Value)
				}
			}
			return true
		})
	}
	return found
}

// parts are said by the server inside of sentences, or in words of HTTP, or in
// place of what the store said.
func parts() []string {
	return []string{
		"the labels of the buttons", "the text", "the small print", "the edge of the buttons", "the edge of the switches", "light", "dark",
		"an inline script", "a script from {}", "contract", "legal obligation", "legitimate interest",
		"the address is not a public one; the operator can allow its network with --webhook-allow",
		"the store did not answer in time; nothing was lost that had been acknowledged", "try again in a moment", "try again with the same id",
		"the disk refused a write", "the disk refused to keep a write", "an entry that was safe is damaged",
		"the file {} was removed", "another file stands in the place of {}", "the file {} was cut to {} bytes", "check the disk, then start the server again",
		"keep a copy of the folder, stop the server, restore the file from a backup or move the folder away, and start again: what the store already has stays there",
		"Bad Request", "Unauthorized", "Forbidden", "Not Found", "Method Not Allowed", "Conflict", "Gone", "Precondition Failed", "Request Entity Too Large",
		"Unsupported Media Type", "Unprocessable Entity", "Too Many Requests", "Internal Server Error", "Service Unavailable",
	}
}

func TestEverySentenceOfTheServerIsKnownInEachLanguageOfTheDashboard(t *testing.T) {
	t.Parallel()
	top := filepath.Join("..", "..")
	all := map[string]bool{}
	for _, at := range speakers() {
		maps.Copy(all, said(t, filepath.Join(top, filepath.FromSlash(at))))
	}
	book, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range book.Rules() {
		// The others are judged on pages, by the tests of the banner.
		if slices.Contains(r.Kinds, "C") {
			all[r.Fix] = true
		}
	}
	for _, s := range parts() {
		all[s] = true
	}
	for _, language := range []string{"de", "es"} {
		raw, err := os.ReadFile(filepath.Join(top, "dashboard", "src", "words", "server."+language+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var known map[string]string
		if err := json.Unmarshal(raw, &known); err != nil {
			t.Fatal(err)
		}
		for s := range all {
			if known[s] == "" {
				t.Errorf("%s does not know what the server says: %q", language, s)
			}
		}
		for s, text := range known {
			if !all[s] {
				t.Errorf("%s knows what nobody says: %q", language, s)
			}
			if strings.Count(s, "{}") != strings.Count(text, "{}") {
				t.Errorf("%s fills in other places: %q", language, text)
			}
		}
	}
}
