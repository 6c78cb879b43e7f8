// Package dashboard holds the web interface that `go run ./dashboard/build`
// bundles, so that one binary carries it.
package dashboard

import (
	"embed"
	"io/fs"
)

// built always holds a marker file, so that the package compiles before the
// interface is bundled.
//
//go:embed all:built
var built embed.FS

//go:embed static/missing.html
var missing []byte

// Files returns the bundled interface: index.html, and below assets/ the files
// it names, and below docs/ the documents of the repository. Names below assets/
// carry a hash of their content and may be cached for ever. Beside each file but
// index.html stand a .br and a .gz copy where that saves bytes.
// index.html carries __NONCE__ wherever the nonce of the response belongs.
// ok is false when this binary was built without the interface; serve Missing then.
func Files() (files fs.FS, ok bool) {
	files, err := fs.Sub(built, "built")
	if err != nil {
		return built, false
	}
	_, err = fs.Stat(files, "index.html")
	return files, err == nil
}

// Missing returns the page to show when the interface was not built. It needs
// no other file and tells how to build it.
func Missing() []byte { return append([]byte(nil), missing...) }
