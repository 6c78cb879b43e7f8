package bundle

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// letters are what names are made of, those first that are frequent in all
// that is no name.
const letters = "etaonlirscdpxugmhfvbywkESATCDLMINOPRUFBHGVWXYjzqKQJZ_$"

// renamed gives each variable the first name that is free where it is used, so
// that all functions name their own alike, whatever surrounds them. This packs
// better than the names of the compiler, which never hides one by another;
// shorten has to leave names as they are. Errors: what the parser cannot read.
func renamed(script []byte, shorten func([]byte) ([]byte, error)) ([]byte, error) {
	script = lend(script)
	ast, err := js.Parse(parse.NewInputBytes(bytes.Clone(script)), js.Options{})
	if err != nil {
		return nil, fmt.Errorf("read the script: %w", err)
	}
	loosen(ast)
	// First to names that no two variables share, and that stand nowhere else:
	// whatever is written then, it means the same, and each place is found.
	unique := "$"
	for bytes.Contains(script, []byte(unique)) {
		unique += "$"
	}
	count := 0
	eachScope(ast, func(s *js.Scope) {
		for _, v := range s.Declared {
			count++
			v.Data = []byte(unique + strconv.Itoa(count))
		}
	})
	js.Walk(visitor(func(n js.INode) {
		if v, ok := n.(*js.Var); ok {
			v.Data = v.Name()
		}
	}), ast)
	var long bytes.Buffer
	ast.JS(&long)
	short, err := shorten(long.Bytes())
	if err != nil {
		return nil, err
	}
	found := regexp.MustCompile(regexp.QuoteMeta(unique) + `\d+`)
	moved, err := settled(short, found)
	if err != nil {
		return nil, err
	}
	if short, err = shorten(moved); err != nil {
		return nil, err
	}
	if ast, err = js.Parse(parse.NewInputBytes(bytes.Clone(short)), js.Options{}); err != nil {
		return nil, fmt.Errorf("read the script again: %w", err)
	}
	names := map[string][]byte{}
	eachScope(ast, func(s *js.Scope) { name(s, names) })
	for _, b := range found.FindAll(short, -1) {
		if names[string(b)] == nil {
			return nil, fmt.Errorf("the scope of %s is not known", b)
		}
	}
	return found.ReplaceAllFunc(short, func(b []byte) []byte { return names[string(b)] }), nil
}

// name names what a scope declares. What surrounds it has its names already.
func name(s *js.Scope, names map[string][]byte) {
	taken := map[string]bool{"do": true, "if": true, "in": true, "of": true, "as": true}
	for _, v := range s.Undeclared {
		if own := names[string(v.Name())]; own != nil {
			taken[string(own)] = true
		} else {
			taken[string(v.Name())] = true
		}
	}
	own := slices.Clone(s.Declared)
	next := 0
	if len(own) > len(letters)/2 {
		// Where letters may run out, those that are used most come first. Two letters
		// are left to functions, which then begin alike whatever they use.
		slices.SortStableFunc(own, func(a, b *js.Var) int { return cmp.Compare(b.Uses, a.Uses) })
		next = 2
	}
	for _, v := range own {
		for taken[nameAt(next)] {
			next++
		}
		names[string(v.Data)] = []byte(nameAt(next))
		next++
	}
}

func nameAt(i int) string {
	if n := len(letters); i >= n {
		return nameAt(i/n-1) + letters[i%n:i%n+1]
	}
	return letters[i : i+1]
}

// eachScope visits the scopes within a script, the outer before the inner.
func eachScope(ast *js.AST, visit func(*js.Scope)) {
	js.Walk(visitor(func(n js.INode) {
		if b, ok := n.(*js.BlockStmt); ok && b.Scope.Parent != nil {
			visit(&b.Scope)
		}
	}), ast)
}

type visitor func(js.INode)

func (v visitor) Enter(n js.INode) js.IVisitor {
	v(n)
	return v
}

func (visitor) Exit(js.INode) {}
