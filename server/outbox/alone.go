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
//
// A volume that is put back as a whole brings the very file back too. So what it
// is stands in a note beside the volume as well, which no volume brings back.
const aloneName = "alone"

// noteOf names the note about a log, by what its volume brings back: containers that
// share the folder may have their volumes under one path.
func noteOf(node, beside string) string { return filepath.Join(beside, "lxconsent-"+node) }

// mark makes the file anew and returns what only this very file has, noting it
// beside the volume; empty where that cannot be told or noted.
func mark(dir, note string) (string, error) {
	path := filepath.Join(dir, aloneName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return "", err
	}
	is := marked(dir)
	// Others may write into that folder: what lies there already is not followed.
	dropNote(note)
	f, err := os.OpenFile(note, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", nil
	}
	_, err = f.WriteString(is)
	if errors.Join(err, f.Close()) != nil {
		return "", nil
	}
	return is, nil
}

// dropNote deletes the note; one that stays says what is no longer so, and only
// makes a start begin new chains.
func dropNote(note string) { _ = os.Remove(note) }

func marked(dir string) string { return identity(filepath.Join(dir, aloneName)) }

// own reports whether chains that the store does not know were noted in this
// very folder, since when nobody put it back.
func (c *chains) own(dir string) bool {
	note, err := os.ReadFile(c.note)
	return err == nil && c.Alone != "" && c.Alone == marked(dir) && c.Alone == string(note)
}

// putBack reports whether a volume brought back the very file of an earlier note.
func (c *chains) putBack(dir string) bool {
	_, err := os.Stat(c.note)
	return err == nil && c.Alone != "" && c.Alone == marked(dir) && !c.own(dir)
}
