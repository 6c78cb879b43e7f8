package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// ChecksumSuffix makes, of the name of a database, that of the file that may
// stand beside it with its SHA-256 checksum in hexadecimal digits. What comes
// after the first space in it is not read. A database that does not match its
// checksum is refused: most damage of a few bits is well formed.
const ChecksumSuffix = ".sha256"

func read(name string) (*table, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, bad(name, "cannot be read", "check the path and that the server may read the file", err)
	}
	want, err := os.ReadFile(name + ChecksumSuffix)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, bad(name, "has a checksum that cannot be read", "check that the server may read "+name+ChecksumSuffix, err)
	default:
		sum := sha256.Sum256(raw)
		digits, _, _ := strings.Cut(strings.TrimSpace(string(want)), " ")
		if !strings.EqualFold(digits, hex.EncodeToString(sum[:])) {
			return nil, bad(name, "does not match its checksum", again+"; or, if you replaced it yourself, remove "+name+ChecksumSuffix, nil)
		}
	}
	return parse(name, raw)
}

func bad(name, what, fix string, err error) *consent.Error {
	return &consent.Error{Code: consent.Invalid, Cause: "location database " + name + " " + what, Fix: fix, Err: err}
}

// stamp tells one state of the files from another: the files themselves,
// their times and sizes, and those of their checksums.
type stamp []fs.FileInfo

// stampOf holds nil for a file that is not there or cannot be asked about.
func stampOf(files []string) stamp {
	var s stamp
	for _, name := range files {
		for _, f := range []string{name, name + ChecksumSuffix} {
			info, err := os.Stat(f)
			if err != nil {
				info = nil
			}
			s = append(s, info)
		}
	}
	return s
}

func (s stamp) equal(other stamp) bool {
	if len(s) != len(other) {
		return false
	}
	for i, a := range s {
		b := other[i]
		if a == nil || b == nil {
			if a != nil || b != nil {
				return false
			}
			continue
		}
		if !os.SameFile(a, b) || !a.ModTime().Equal(b.ModTime()) || a.Size() != b.Size() {
			return false
		}
	}
	return true
}
