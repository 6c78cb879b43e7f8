package bundle

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/tdewolff/parse/v2/js"
)

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

// called is a function that is only ever called, and its calls.
type called struct {
	fn    *js.ArrowFunc
	calls []*js.CallExpr
}

// agree takes from functions the parameters for which all their calls give the
// same outermost variable, which is seen everywhere.
func (f *found) agree(instead map[string][]byte) {
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
				name, given := plain(c.fn.Params.List[n]), c.given(n, instead)
				if name == "" || f.changes[name] || !steady[given] {
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

// given names the variable that all calls give for the n-th parameter; empty
// where they differ, or one gives something else.
func (c called) given(n int, instead map[string][]byte) (name string) {
	for i, call := range c.calls {
		if n >= len(call.Args.List) {
			return ""
		}
		v, ok := call.Args.List[n].Value.(*js.Var)
		if !ok {
			return ""
		}
		one := cmp.Or(string(instead[string(v.Name())]), string(v.Name()))
		if i > 0 && one != name {
			return ""
		}
		name = one
	}
	return name
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
		if n < len(params.List) {
			name, given := plain(params.List[n]), string(v.Name())
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
