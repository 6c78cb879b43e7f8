package main

import (
	"errors"
	"fmt"
	"io"

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
	for _, f := range e.Findings {
		fmt.Fprintf(w, "  %s: %s\n      fix: %s\n", f.Path, f.Cause, f.Fix)
	}
	if e.Err != nil {
		fmt.Fprintln(w, "  because:", e.Err)
	}
}
