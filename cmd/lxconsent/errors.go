package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// printError says what is wrong and how to mend it.
func printError(w io.Writer, err error) {
	var e *consent.Error
	if !errors.As(err, &e) {
		fmt.Fprintln(w, "lxconsent:", err)
		return
	}
	fmt.Fprintln(w, "lxconsent:", e.Cause)
	if e.Fix != "" && len(e.Findings) == 0 {
		fmt.Fprintln(w, "  fix:", e.Fix)
	}
	printFindings(w, e.Findings)
	if e.Err != nil && !strings.Contains(e.Cause, e.Err.Error()) {
		fmt.Fprintln(w, "  because:", e.Err)
	}
}

// printFindings says what is wrong with a document, each with its fix.
func printFindings(w io.Writer, found []consent.Finding) {
	for _, f := range found {
		head := string(f.Severity)
		if f.Rule != "" {
			head += " " + f.Rule
		}
		fmt.Fprintf(w, "  %s at %s: %s\n", head, f.Path, f.Message)
		if f.Source != "" {
			fmt.Fprintf(w, "      source: %s\n", f.Source)
		}
		fmt.Fprintf(w, "      fix: %s\n", f.Fix)
	}
}
