package outbox

import (
	"errors"
	"os"
	"path/filepath"
)

// aloneName is a file that is made anew with each note of chains which the store
// does not know. No copy of the folder has the same file, so that a node which
// is started again and again while its store is away can tell its own folder
// from one that was put back, and goes on with the chains that it has begun.
const aloneName = "alone"

// mark makes the file anew and returns what only this very file has; empty where
// that cannot be told.
func mark(dir string) (string, error) {
	path := filepath.Join(dir, aloneName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return "", err
	}
	return marked(dir), nil
}

func marked(dir string) string { return identity(filepath.Join(dir, aloneName)) }

// own reports whether chains that the store does not know were noted in this
// very folder, since when nobody put it back.
func (c *chains) own(dir string) bool { return c.Alone != "" && c.Alone == marked(dir) }
