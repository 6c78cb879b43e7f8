package geo

import (
	"net/netip"
	"os"
	"sync/atomic"

	"github.com/leadiumx/consent/consent"
)

// DB answers from one or more location databases that it holds in memory. It
// is safe for concurrent use; a look-up takes no lock, allocates nothing and
// never touches the disk.
type DB struct {
	tables atomic.Pointer[[]*table]
}

// Open reads City, Country or Enterprise files. Earlier files go first: a
// later one answers only what they do not know. Every file is read into
// memory and verified as a whole, so that a file that is overwritten later
// cannot break a running server. Errors: Invalid, with the file and the fix.
func Open(files ...string) (*DB, error) {
	d := &DB{}
	if err := d.Replace(files...); err != nil {
		return nil, err
	}
	return d, nil
}

// Replace reads the files and swaps them in at once. When one of them is bad
// it returns what Open returns and keeps answering from the earlier ones.
func (d *DB) Replace(files ...string) error {
	if len(files) == 0 {
		return consent.Fail(consent.Invalid, "no location database is named", "name at least one .mmdb file")
	}
	tables := make([]*table, 0, len(files))
	for _, name := range files {
		t, err := read(name)
		if err != nil {
			return err
		}
		tables = append(tables, t)
	}
	d.tables.Store(&tables)
	return nil
}

func read(name string) (*table, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, bad(name, "cannot be read", "check the path and that the server may read the file", err)
	}
	return parse(name, raw)
}

func bad(name, what, fix string, err error) *consent.Error {
	return &consent.Error{Code: consent.Invalid, Cause: "location database " + name + " " + what, Fix: fix, Err: err}
}

// Locate returns the place of an address. Addresses that do not stand for one
// visitor (private, loopback, link-local, multicast, unspecified, invalid),
// that no file knows, or that a file marks as an anonymous proxy or a
// satellite provider have the unknown place. A nil DB knows nothing.
func (d *DB) Locate(addr netip.Addr) consent.Place {
	if d == nil {
		return consent.Place{}
	}
	addr = addr.Unmap().WithZone("")
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return consent.Place{}
	}
	tables := d.tables.Load()
	if tables == nil {
		return consent.Place{}
	}
	var place consent.Place
	for _, t := range *tables {
		found, ok := t.locate(addr)
		switch {
		case !ok:
			return consent.Place{}
		case !place.Known():
			place = found
		case place.Subdivision == "" && found.Country == place.Country:
			place = found
		}
	}
	return place
}
