package outbox

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Tray is a folder for what does not stand in the log but must survive a crash
// of this node before the store has it, each piece in a file of its own. It is
// safe for many goroutines, as long as each has its own names.
type Tray struct{ dir string }

const trayEnd = ".json"

// OpenTray makes the folder where it is missing. Errors: Unavailable.
func OpenTray(dir string) (*Tray, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unread(err)
	}
	return &Tray{dir}, nil
}

func (t *Tray) path(name string) string {
	return filepath.Join(t.dir, url.PathEscape(name)+trayEnd)
}

// Put keeps a piece, in place of the one of that name; it is on the disk when Put
// returns. Errors: Unavailable, and there is none then or the one before.
func (t *Tray) Put(name string, b []byte) error {
	err := replaceFile(t.path(name), b)
	if isFull(err) {
		return full(err)
	}
	return coded(err)
}

// Get returns a piece. Errors: Unavailable.
func (t *Tray) Get(name string) ([]byte, error) {
	b, err := os.ReadFile(t.path(name))
	return b, coded(err)
}

// Drop deletes a piece, if it is there. Errors: Unavailable.
func (t *Tray) Drop(name string) error {
	if err := os.Remove(t.path(name)); !errors.Is(err, os.ErrNotExist) {
		return coded(err)
	}
	return nil
}

// Names lists what is kept. Errors: Unavailable.
func (t *Tray) Names() (names []string, err error) {
	files, err := os.ReadDir(t.dir)
	if err != nil {
		return nil, unread(err)
	}
	for _, f := range files {
		// What a crash cut short has another ending.
		if name, ok := strings.CutSuffix(f.Name(), trayEnd); ok {
			if name, err := url.PathUnescape(name); err == nil {
				names = append(names, name)
			}
		}
	}
	return names, nil
}
