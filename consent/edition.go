package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Edition is a published, immutable version of a site. Editions of a site are
// numbered from 1 without gaps.
type Edition struct {
	Number int    `json:"number"`
	Hash   string `json:"hash"`
	// Since is the first edition whose choices still hold under this one.
	Since       int       `json:"since"`
	PublishedAt time.Time `json:"published_at"`
	By          string    `json:"by,omitempty"`
	Note        string    `json:"note,omitempty"`
	Site        Site      `json:"site"`
}

// Next makes the edition that follows live (nil for a first one) from a
// validated site. It is pure: the caller stores it.
func Next(live *Edition, site Site, by, note string, now time.Time) Edition {
	e := Edition{Number: 1, Since: 1, Hash: site.Hash(), PublishedAt: now.UTC(), By: by, Note: note, Site: site}
	if live == nil {
		return e
	}
	e.Number = live.Number + 1
	e.Since = live.Since
	if Material(&live.Site, &site) {
		e.Since = e.Number
	}
	return e
}

// Hash is the SHA-256 of the site document in canonical JSON, in hex. Two
// documents with the same hash are the same edition.
func (s Site) Hash() string {
	// Struct fields have a fixed order and map keys are sorted, so the
	// encoding is canonical. It cannot fail: the type holds no such value.
	b, err := json.Marshal(s)
	if err != nil {
		panic("site document is not encodable: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Material reports whether next asks for something that was not asked for
// before, so that earlier grants do not cover it: another controller, a new
// purpose, a purpose with more classes or another meaning of its levels, or a
// vendor that was not named for a purpose. Words and looks are not material,
// nor is asking for less.
func Material(prev, next *Site) bool {
	if prev.Controller.Name != next.Controller.Name {
		return true
	}
	for _, p := range next.Purposes {
		old, ok := prev.Purpose(p.ID)
		if !ok || !subset(p.Classes, old.Classes) || p.Basis != old.Basis || !slices.Equal(p.Levels, old.Levels) {
			return true
		}
	}
	for _, v := range next.Vendors {
		old, ok := prev.Vendor(v.ID)
		if !ok || !subset(v.Purposes, old.Purposes) {
			return true
		}
	}
	return false
}

func subset[T comparable](part, whole []T) bool {
	for _, x := range part {
		if !slices.Contains(whole, x) {
			return false
		}
	}
	return true
}
