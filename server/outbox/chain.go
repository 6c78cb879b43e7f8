package outbox

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"

	"github.com/leadiumx/consent/consent"
)

// chainsName is the file that says where the chains have come to, so that old
// entries of the log may be deleted.
const chainsName = "chains.json"

// logFormat is the form of the entries and of this file. A version that changes
// either, so that this one would misread it, writes a higher number first.
const logFormat = 1

// chains are this node's chains, one for each site. The writer alone moves them
// on; the Outbox's mu guards them.
type chains struct {
	// Format is the form of the log; a file without one has the first.
	Format int `json:"format,omitempty"`
	// Name is Record.Node of what this log takes.
	Name string `json:"name"`
	// Position is the last entry of the log that Heads know of.
	Position uint64                  `json:"position"`
	Heads    map[string]consent.Head `json:"heads"`
	// Signed are the newest checkpoints.
	Signed map[string]string `json:"signed"`
	// Ended are earlier chains of this log, for as long as it holds entries of them.
	Ended []ended `json:"ended,omitempty"`
	// Alone is set while the store may not know of these chains; see aloneName.
	// alone says that it is to be noted.
	Alone string `json:"alone,omitempty"`
	alone bool
	// note is where that stands beside the volume.
	note string
	// changed are the sites whose head is newer than its checkpoint, saved the
	// position that the disk knows.
	changed map[string]bool
	saved   uint64
	// unsaved says that there is no file yet.
	unsaved bool
	// broken says why the log does not carry on the chains.
	broken string
}

// readChains reads the file, or begins new chains where there is none: without
// it nobody can tell where the old ones had come to.
func readChains(dir string, random io.Reader) (*chains, error) {
	b, err := os.ReadFile(filepath.Join(dir, chainsName))
	c := &chains{}
	switch {
	case errors.Is(err, os.ErrNotExist):
		err := c.begin(random)
		c.unsaved = true
		return c, err
	case err != nil:
		return nil, unread(err)
	}
	var form struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &form); err == nil && form.Format > logFormat {
		return nil, consent.Fail(consent.Invalid, "the node log was written by a later version of this program", "run that version; to go back, let its log be handed over to the store, then start this one with another data directory and the same key file")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil || c.Name == "" {
		return nil, damaged(chainsName, err)
	}
	c.saved, c.changed = c.Position, map[string]bool{}
	if c.Heads == nil {
		c.Heads = map[string]consent.Head{}
	}
	if c.Signed == nil {
		c.Signed = map[string]string{}
	}
	// The store may not have had what was signed last.
	for site := range c.Heads {
		c.changed[site] = true
	}
	return c, nil
}

// begin starts chains under a new name, and keeps where the old ones have come to.
func (c *chains) begin(random io.Reader) error {
	var name [8]byte
	if _, err := io.ReadFull(random, name[:]); err != nil {
		return unread(err)
	}
	before := c.Ended
	if len(c.Heads) > 0 {
		before = append(before, ended{Name: c.Name, Position: c.Position, Heads: c.Heads})
	}
	*c = chains{
		Name: hex.EncodeToString(name[:]), Position: c.Position, Heads: map[string]consent.Head{}, Signed: map[string]string{},
		Ended: before, changed: map[string]bool{}, note: c.note,
	}
	return nil
}

// replay takes in an entry that the file may not know of.
func (c *chains) replay(e entry) {
	if e.position <= c.Position || c.broken != "" {
		return
	}
	l, err := e.place()
	if err != nil {
		c.broken = err.Error()
		return
	}
	c.Position = e.position
	if l.node != c.Name {
		return
	}
	next := c.Heads[l.site].Next(l.leaf)
	if next.Seq != l.seq || next.Link != l.link {
		c.broken = "an entry of the log does not follow the one before it"
		return
	}
	c.Heads[l.site], c.changed[l.site] = next, true
}

// save writes the file. c is a copy that nobody changes meanwhile.
func (c *chains) save(dir string) error {
	var err error
	if c.Alone = ""; c.alone {
		if c.Alone, err = mark(dir, c.note); err != nil {
			return err
		}
	}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, chainsName), b)
}

func (c *chains) clone() *chains {
	return &chains{Name: c.Name, Position: c.Position, Heads: maps.Clone(c.Heads), Signed: maps.Clone(c.Signed), Ended: c.Ended, alone: c.alone, note: c.note}
}
