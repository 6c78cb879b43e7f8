package bundle

import (
	"bytes"
	"slices"

	"github.com/tdewolff/parse/v2/js"
)

// often is how many times a script must name the document for a name of its own to be shorter.
const often = 12

// lend calls a script with the document, so that it can name it as shortly as
// what it declares. What it is wrapped in is the compiler's.
func lend(script []byte) []byte {
	body, whole := bytes.CutPrefix(bytes.TrimSpace(script), []byte("(()=>{"))
	body, ends := bytes.CutSuffix(body, []byte("})();"))
	if !whole || !ends || bytes.Count(body, []byte("document.")) < often {
		return script
	}
	return slices.Concat([]byte("(document=>{"), body, []byte("})(document);"))
}

// loosen writes with fewer characters what means the same where values have the
// types that the sources give them: they compare nothing with what is of another
// type, so that `==` tells as much as `===`, save of true and false, which pages
// may give us in other forms; and for the browser a flag of 1 is as good as true.
func loosen(ast *js.AST) {
	js.Walk(visitor(func(n js.INode) {
		switch n := n.(type) {
		case *js.BinaryExpr:
			switch {
			case truth(n.X) != "" || truth(n.Y) != "":
			case n.Op == js.EqEqEqToken:
				n.Op = js.EqEqToken
			case n.Op == js.NotEqEqToken:
				n.Op = js.NotEqToken
			}
		case *js.Property:
			if n.Name != nil && flags(n.Name.String()) && truth(n.Value) == "0" {
				n.Value = &js.LiteralExpr{TokenType: js.IntegerToken, Data: []byte("1")}
			}
		}
	}), ast)
}

// flags tells whether a property of this name is one that browsers read as true or false.
func flags(name string) bool {
	return slices.Contains([]string{"childList", "subtree", "configurable", "writable", "keepalive"}, name)
}

// truth returns what an expression denies that is true or false, as the compiler
// writes them: 0 or 1.
func truth(e js.IExpr) string {
	not, ok := e.(*js.UnaryExpr)
	if !ok || not.Op != js.NotToken {
		return ""
	}
	literal, ok := not.X.(*js.LiteralExpr)
	if !ok {
		return ""
	}
	return string(literal.Data)
}
