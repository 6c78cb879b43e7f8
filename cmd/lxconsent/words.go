package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// counted writes a number with its noun: 1 fault, 2 faults.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// list is what commands have in common that print many things.
type list struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// print writes an answer as JSON, or its rows in columns below a head.
func (l list) print(s streams, answer any, head string, rows func(io.Writer)) error {
	if l.JSON {
		return printJSON(s, answer)
	}
	w := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, head)
	rows(w)
	return w.Flush()
}

func printJSON(s streams, v any) error {
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
