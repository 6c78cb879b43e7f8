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
