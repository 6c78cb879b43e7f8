package bundle_test

import (
	"testing"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// calls counts the calls of each variable.
type calls map[*js.Var]int

func (c calls) Enter(n js.INode) js.IVisitor {
	if call, ok := n.(*js.CallExpr); ok {
		if v, ok := call.X.(*js.Var); ok {
			for v.Link != nil {
				v = v.Link
			}
			c[v]++
		}
	}
	return c
}

func (calls) Exit(js.INode) {}

func TestAFunctionThatIsCalledOnceHasNoName(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"FR", "US-CA"} {
		script := compile(t, input(t, place, nil)).JS
		ast, err := js.Parse(parse.NewInputBytes(script), js.Options{})
		if err != nil {
			t.Fatal(err)
		}
		called := calls{}
		js.Walk(called, ast)
		if len(called) < 10 {
			t.Fatalf("%d functions are called", len(called))
		}
		js.Walk(outermost(func(e js.BindingElement) {
			v, named := e.Binding.(*js.Var)
			if _, function := e.Default.(*js.ArrowFunc); named && function && called[v] == 1 && v.Uses == 2 {
				t.Errorf("%s: %s is called once", place, v.Name())
			}
		}), ast)
	}
}

// asked keeps the calls of each variable.
type asked map[*js.Var][]*js.CallExpr

func (a asked) Enter(n js.INode) js.IVisitor {
	if call, ok := n.(*js.CallExpr); ok {
		if v, ok := call.X.(*js.Var); ok {
			a[origin(v)] = append(a[origin(v)], call)
		}
	}
	return a
}

func (asked) Exit(js.INode) {}

func origin(v *js.Var) *js.Var {
	for v.Link != nil {
		v = v.Link
	}
	return v
}

func TestAFunctionIsNotGivenWhatItSeesAnyway(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"", "FR", "US-CA", "US-WA"} {
		script := compile(t, input(t, place, nil)).JS
		ast, err := js.Parse(parse.NewInputBytes(script), js.Options{})
		if err != nil {
			t.Fatal(err)
		}
		calls := asked{}
		js.Walk(calls, ast)
		seen, functions := map[*js.Var]bool{}, map[*js.Var]*js.ArrowFunc{}
		js.Walk(outermost(func(e js.BindingElement) {
			v, named := e.Binding.(*js.Var)
			if fn, function := e.Default.(*js.ArrowFunc); named && function {
				functions[v] = fn
			} else if named && e.Default != nil {
				seen[v] = true
			}
		}), ast)
		given := 0
		for v, fn := range functions {
			for n := range fn.Params.List {
				same := map[*js.Var]bool{}
				for _, call := range calls[v] {
					var arg *js.Var
					if n < len(call.Args.List) {
						arg, _ = call.Args.List[n].Value.(*js.Var)
					}
					if arg != nil {
						arg = origin(arg)
					}
					same[arg] = true
					given++
				}
				for arg := range same {
					if len(same) == 1 && arg != nil && seen[arg] && len(calls[v])+1 == int(v.Uses) {
						t.Errorf("%s: all calls give %s the outermost %s", place, v.Name(), arg.Name())
					}
				}
			}
		}
		if given < 20 {
			t.Errorf("%s: %d arguments were looked at", place, given)
		}
	}
}

// outermost visits what is declared in no function, which alone bears "var".
type outermost func(js.BindingElement)

func (f outermost) Enter(n js.INode) js.IVisitor {
	if d, ok := n.(*js.VarDecl); ok && d.TokenType == js.VarToken {
		for _, e := range d.List {
			f(e)
		}
	}
	return f
}

func (outermost) Exit(js.INode) {}
