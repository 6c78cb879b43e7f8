package geo

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leadiumx/consent/consent"
)

// DB answers from one or more location databases that it holds in memory. It
// is safe for concurrent use; a look-up takes no lock, allocates nothing and
// never touches the disk. A nil DB knows nothing.
type DB struct {
	tables atomic.Pointer[[]*table]
	fault  atomic.Pointer[error]

	// mu is held by whoever reads files.
	mu    sync.Mutex
	files []string
	// tried is the state of the files that was last read, seen the one that
	// was last looked at.
	tried, seen stamp
}

// Open reads City, Country, Enterprise or Anonymous-IP files, and files of
// other makers whose records are like these or hold a flat country code. Earlier files go first:
// a later one answers only what they do not know, and adds the subdivision
// when it agrees on the country. Every file is read into memory and verified
// as a whole, so that a file that is overwritten later cannot break a running
// server. Errors: Invalid, with the file and the fix.
func Open(files ...string) (*DB, error) {
	d := &DB{}
	if err := d.Replace(files...); err != nil {
		return nil, err
	}
	return d, nil
}

// Replace reads other files and swaps them in at once. When one of them is bad
// it returns what Open returns and keeps answering from the earlier ones.
func (d *DB) Replace(files ...string) error {
	if len(files) == 0 {
		return consent.Fail(consent.Invalid, "no location database is named", "name at least one .mmdb file")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	state := stampOf(files)
	tables, err := readAll(files)
	if err != nil {
		return err
	}
	d.files, d.tried, d.seen = slices.Clone(files), state, state
	d.tables.Store(&tables)
	d.fault.Store(nil)
	return nil
}

func readAll(files []string) ([]*table, error) {
	tables := make([]*table, 0, len(files))
	for _, name := range files {
		t, err := read(name)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// Locate returns the place of an address. Addresses that do not stand for one
// visitor (private, loopback, link-local, multicast, unspecified, invalid),
// that no file knows, or that any file marks as an anonymous proxy or a
// satellite provider have the unknown place.
func (d *DB) Locate(addr netip.Addr) consent.Place {
	place, _ := d.find(addr)
	return place
}

// hides reports whether a file marks an address as standing for people who
// may be anywhere.
func (d *DB) hides(addr netip.Addr) bool {
	_, hidden := d.find(addr)
	return hidden
}

func (d *DB) find(addr netip.Addr) (place consent.Place, hidden bool) {
	addr = plain(addr)
	if d == nil || !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return consent.Place{}, false
	}
	tables := d.tables.Load()
	if tables == nil {
		return consent.Place{}, false
	}
	for _, t := range *tables {
		found, ok := t.locate(addr)
		switch {
		case !ok:
			return consent.Place{}, true
		case !place.Known():
			place = found
		case place.Subdivision == "" && found.Country == place.Country:
			place = found
		}
	}
	return place, false
}

// Knows reports whether any file holds places, and not only marks.
func (d *DB) Knows() bool {
	for _, t := range d.all() {
		if t.known > 0 {
			return true
		}
	}
	return false
}

// Editions returns what each file says it is, in the order of the files.
func (d *DB) Editions() []string {
	var list []string
	for _, t := range d.all() {
		list = append(list, t.edition)
	}
	return list
}

// Built is when the oldest of the files was made by its maker; the zero time
// when there is no file.
func (d *DB) Built() time.Time {
	var oldest time.Time
	for _, t := range d.all() {
		if at := time.Unix(t.built, 0); oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	return oldest
}

func (d *DB) all() []*table {
	if d == nil {
		return nil
	}
	if tables := d.tables.Load(); tables != nil {
		return *tables
	}
	return nil
}
