package main

import "io"

// plain is a writer of text alone. Names of sites, and of what a page holds that
// is looked at, were written by others: a terminal must not take them for
// commands to itself.
type plain struct {
	to io.Writer
	// last is the byte before: two may make one control character.
	last byte
}

// Write writes a mark in place of every control character but the end of a line
// and the tab.
func (w *plain) Write(p []byte) (int, error) {
	out := make([]byte, len(p))
	for i, c := range p {
		switch {
		case c < ' ' && c != '\n' && c != '\t', c == 0x7f:
			out[i] = '?'
		case w.last == 0xc2 && c >= 0x80 && c < 0xa0:
			// Those of 8 bits, as UTF-8 spells them: ¿ instead.
			out[i] = 0xbf
		default:
			out[i] = c
		}
		w.last = c
	}
	return w.to.Write(out)
}
