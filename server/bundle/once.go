package bundle

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// settled moves each function that a script calls in one place to that place,
// where it needs no name, and takes from it what it is given and does not look
// at, or could see by itself. Texts stay where they are: one behind the other
// they pack better. All variables must bear names that unique finds, and no two
// the same. Errors: what the parser cannot read.
func settled(script []byte, unique *regexp.Regexp) ([]byte, error) {
	ast, err := js.Parse(parse.NewInputBytes(bytes.Clone(script)), js.Options{})
	if err != nil {
		return nil, fmt.Errorf("read the named script: %w", err)
	}
	f := found{uses: map[string][]use{}, changes: map[string]bool{}}
	js.Walk(&f, ast)
	for _, fn := range f.functions {
		f.trim(fn)
	}
	// What is written in the place of a name: a function, or for a parameter what it is given.
	instead := map[string][]byte{}
	f.agree(instead)
	for _, decl := range f.outermost {
		decl.List = slices.DeleteFunc(decl.List, func(e js.BindingElement) bool {
			v, one := e.Binding.(*js.Var)
			fn, function := e.Default.(*js.ArrowFunc)
			if !one || !function || own(fn) {
				return false
			}
			call, movable := f.onlyCall(string(v.Name()))
			if !movable {
				return false
			}
			if call != nil {
				f.see(fn, call, unique, instead)
			}
			var b bytes.Buffer
			b.WriteString("(")
			fn.JS(&b)
			b.WriteString(")")
			instead[string(v.Name())] = b.Bytes()
			return true
		})
	}
	var out bytes.Buffer
	ast.JS(&out)
	text := out.Bytes()
	// What is moved may hold a place for something else that is moved.
	for range len(instead) {
		left := false
		text = unique.ReplaceAllFunc(text, func(name []byte) []byte {
			if s := instead[string(name)]; s != nil {
				left = true
				return s
			}
			return name
		})
		if !left {
			break
		}
	}
	return text, nil
}

// found is what there is in a script.
type found struct {
	functions []*js.ArrowFunc
	// outermost are the declarations that stand in no function and no loop.
	outermost []*js.VarDecl
	uses      map[string][]use
	// changes are the variables that get another value than their first.
	changes map[string]bool
	depth   int
}

// use is a place where a name stands, its declaration among them.
type use struct {
	depth int
	call  *js.CallExpr
}

func (f *found) Enter(n js.INode) js.IVisitor {
	switch n := n.(type) {
	case *js.VarDecl:
		// The whole script is a function.
		if f.depth == 1 {
			f.outermost = append(f.outermost, n)
		}
		for _, e := range n.List {
			if e.Default == nil && !n.InForInOf {
				f.change(e.Binding)
			}
		}
	case *js.BinaryExpr:
		if bytes.HasSuffix(n.Op.Bytes(), []byte("=")) && !slices.Contains([]js.TokenType{js.EqEqToken, js.EqEqEqToken, js.NotEqToken, js.NotEqEqToken, js.LtEqToken, js.GtEqToken}, n.Op) {
			f.change(n.X)
		}
	case *js.UnaryExpr:
		if slices.Contains([]js.TokenType{js.PreIncrToken, js.PreDecrToken, js.PostIncrToken, js.PostDecrToken}, n.Op) {
			f.change(n.X)
		}
	case *js.CallExpr:
		if v, ok := n.X.(*js.Var); ok {
			f.add(v, n)
			js.Walk(f, &n.Args)
			return nil
		}
	case *js.Var:
		if n != nil {
			f.add(n, nil)
		}
	case *js.ArrowFunc:
		f.functions = append(f.functions, n)
	}
	if repeats(n) {
		f.depth++
	}
	return f
}

func (f *found) Exit(n js.INode) {
	if repeats(n) {
		f.depth--
	}
}

// repeats tells whether what stands in a node may happen more than once.
func repeats(n js.INode) bool {
	switch n.(type) {
	case *js.ArrowFunc, *js.FuncDecl, *js.MethodDecl, *js.ForOfStmt, *js.ForInStmt, *js.ForStmt, *js.WhileStmt, *js.DoWhileStmt:
		return true
	}
	return false
}

func (f *found) add(v *js.Var, call *js.CallExpr) {
	name := string(v.Name())
	f.uses[name] = append(f.uses[name], use{f.depth, call})
}

func (f *found) change(to js.INode) {
	js.Walk(visitor(func(n js.INode) {
		if v, ok := n.(*js.Var); ok && v != nil {
			f.changes[string(v.Name())] = true
		}
	}), to)
}

// onlyCall returns the one call of a function, nil where it is given away once
// instead; and whether it can stand there. Given away in what repeats, it would
// be another function each time.
func (f *found) onlyCall(name string) (call *js.CallExpr, movable bool) {
	uses := f.uses[name]
	if len(uses) != 2 {
		return nil, false
	}
	for _, u := range uses {
		if u.call != nil {
			return u.call, true
		}
	}
	return nil, uses[0].depth == 1 && uses[1].depth == 1
}

// own tells whether a function speaks of what another place would give it.
func own(fn *js.ArrowFunc) (is bool) {
	js.Walk(visitor(func(n js.INode) {
		switch n := n.(type) {
		case *js.LiteralExpr:
			is = is || n.TokenType == js.ThisToken
		case *js.Var:
			is = is || n != nil && string(n.Name()) == "arguments"
		}
	}), fn)
	return is
}
