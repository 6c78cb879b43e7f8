// Package contract holds what Go and TypeScript agree on.
package contract

import (
	"embed"
	"io/fs"
)

//go:embed vectors/*.json
var vectors embed.FS

// Vectors returns the files of vectors: one JSON array of cases each, a case
// being a name, an input and the output that both languages must give. A case
// with `server` is met by servers alone: it needs a signing key, a record, or an
// act that no script makes. There the browser may deny more, and never less.
func Vectors() (fs.FS, error) { return fs.Sub(vectors, "vectors") }
