package bundle

import (
	"bytes"
	"cmp"
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

// trim takes the parameters from the end of a function that it does not look at.
func (f *found) trim(fn *js.ArrowFunc) {
	for n := len(fn.Params.List); n > 0 && fn.Params.Rest == nil; n-- {
		v := plain(fn.Params.List[n-1])
		if v == "" || len(f.uses[v]) > 1 {
			return
		}
		fn.Params.List = fn.Params.List[:n-1]
	}
}

// agree takes from functions the parameters for which all their calls give the
// same outermost variable, which is seen everywhere.
func (f *found) agree(instead map[string][]byte) {
	type called struct {
		fn    *js.ArrowFunc
		calls []*js.CallExpr
	}
	var functions []called
	steady := map[string]bool{}
	for _, decl := range f.outermost {
		for _, e := range decl.List {
			v, one := e.Binding.(*js.Var)
			if !one || f.changes[string(v.Name())] {
				continue
			}
			steady[string(v.Name())] = true
			if fn, ok := e.Default.(*js.ArrowFunc); ok && fn.Params.Rest == nil {
				if calls := f.calls(string(v.Name())); calls != nil {
					functions = append(functions, called{fn, calls})
				}
			}
		}
	}
	// What one function is given it may give to another.
	for again := true; again; {
		again = false
		for _, c := range functions {
			for n := len(c.fn.Params.List) - 1; n >= 0; n-- {
				name := plain(c.fn.Params.List[n])
				if name == "" || f.changes[name] {
					continue
				}
				given := ""
				for _, call := range c.calls {
					own := ""
					if n < len(call.Args.List) {
						if v, ok := call.Args.List[n].Value.(*js.Var); ok {
							own = cmp.Or(string(instead[string(v.Name())]), string(v.Name()))
						}
					}
					if given = cmp.Or(given, own); own != given || !steady[given] {
						given = ""
						break
					}
				}
				if given == "" {
					continue
				}
				again = true
				instead[name] = []byte(given)
				c.fn.Params.List = slices.Delete(c.fn.Params.List, n, n+1)
				for _, call := range c.calls {
					call.Args.List = slices.Delete(call.Args.List, n, n+1)
				}
			}
		}
	}
}

// calls returns the calls of a function, nil where it is given away, too, or is
// called with a list.
func (f *found) calls(name string) (calls []*js.CallExpr) {
	for _, u := range f.uses[name] {
		if u.call != nil && !slices.ContainsFunc(u.call.Args.List, func(a js.Arg) bool { return a.Rest }) {
			calls = append(calls, u.call)
		}
	}
	if len(calls) != len(f.uses[name])-1 {
		return nil
	}
	return calls
}

// see takes the arguments of a call that the function can see by itself where it
// is called, variables that stay what they are, and those that it does not take.
func (f *found) see(fn *js.ArrowFunc, call *js.CallExpr, unique *regexp.Regexp, instead map[string][]byte) {
	params, args := &fn.Params, &call.Args
	if params.Rest != nil || slices.ContainsFunc(args.List, func(a js.Arg) bool { return a.Rest }) {
		return
	}
	for n := len(args.List) - 1; n >= 0; n-- {
		v, ok := args.List[n].Value.(*js.Var)
		if !ok {
			continue
		}
		switch given := string(v.Name()); {
		case n < len(params.List):
			name := plain(params.List[n])
			if name == "" || f.changes[name] || f.changes[given] || !unique.MatchString(given) {
				continue
			}
			instead[name] = []byte(given)
			params.List = slices.Delete(params.List, n, n+1)
		}
		args.List = slices.Delete(args.List, n, n+1)
	}
}

// plain returns the name of a parameter that is one, without a default.
func plain(e js.BindingElement) string {
	if v, ok := e.Binding.(*js.Var); ok && e.Default == nil {
		return string(v.Name())
	}
	return ""
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
