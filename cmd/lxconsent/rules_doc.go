package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent/law/rules"
)

const rulesHead = `# Banner rules

This page is written by ` + "`make gen`" + ` from ` + "`consent/law/rules/rules.json`" + `. It is engineering, not legal advice.

* **document**: checked when a draft is saved and when it is published. The answer holds ` + "`findings`" + `, each with its rule,
  severity, path, message, source and fix; ` + "`GET /v1/sites/SITE/findings`" + ` gives those of the draft, and
  ` + "`lxconsent site apply`" + ` prints them. An error keeps the document from being published (422), a warning explains.
* **page**: checked on a real page in a real browser by ` + "`snippet/test/rules`" + `, over every layout. The checker is a
  function that takes a Playwright page with our banner on it, so it can be used on your own pages too.
* **behaviour**: what a page stores and asks for, before and after each choice; part of the same checker.
* **program**: neither a document nor a page can break it; the tests of this program hold it.

What a document cannot say cannot be wrong: it has no fields for the size, order or place of single buttons, for a
grant without a refusal, or for a switch that is on before a choice, and unknown fields are refused.

| Rule | What must hold | Checked in | Breaking it is | Where | Source |
|---|---|---|---|---|---|
`

// writeRules writes the reference page of the banner rules.
func writeRules(w io.Writer, book *rules.Book) error {
	var b strings.Builder
	b.WriteString(rulesHead)
	names := map[string]string{"C": "document", "R": "page", "B": "behaviour", "P": "program", "N": "no part of this product"}
	for _, r := range book.Rules() {
		var kinds []string
		for _, k := range r.Kinds {
			kinds = append(kinds, names[k])
		}
		cells := []string{r.ID, r.Rule + " " + r.Fix, strings.Join(slices.Compact(kinds), ", "), string(r.Severity), r.Where, r.Source}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", "\\|")
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
