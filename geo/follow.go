package geo

import (
	"context"
	"log/slog"
	"os"
	"time"
)

// Reload reads the same files again, changed or not. When one of them is bad,
// or is no plausible successor of the one in use, the earlier ones go on
// answering; the error is returned, and by Err until a later reading succeeds.
func (d *DB) Reload() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = stampOf(d.files)
	return d.reload()
}

// Refresh reads the files again when one of them has changed and has stood
// still since the call before: what is still being written waits for the next
// call. The same bad state is read once. done says whether anything was read.
func (d *DB) Refresh() (done bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := stampOf(d.files)
	still := now.equal(d.seen)
	d.seen = now
	if !still || now.equal(d.tried) {
		return false, nil
	}
	return true, d.reload()
}

// reload expects the state of the files in d.seen.
func (d *DB) reload() error {
	d.tried = d.seen
	tables, err := readAll(d.files)
	if err == nil {
		err = d.doubt(tables)
	}
	if err != nil {
		d.fault.Store(&err)
		return err
	}
	// A file that was written to while it was read is due again.
	d.seen = stampOf(d.files)
	d.tables.Store(&tables)
	d.fault.Store(nil)
	return nil
}

func (d *DB) doubt(tables []*table) error {
	for i, old := range d.all() {
		if err := tables[i].succeeds(old); err != nil {
			return bad(d.files[i], "is not plausible as the next one", again+"; or, if the change is meant, restart the server", err)
		}
	}
	return nil
}

// Err says why the files as they are now are not in use, nil when they are.
func (d *DB) Err() error {
	if d == nil {
		return nil
	}
	if err := d.fault.Load(); err != nil {
		return *err
	}
	return nil
}

// Follow keeps the DB up to date until the context ends: every tick calls
// Refresh and every signal Reload. Each reading leaves one line in the log.
func (d *DB) Follow(ctx context.Context, ticks <-chan time.Time, signals <-chan os.Signal, log *slog.Logger) {
	for {
		done, err := true, error(nil)
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			done, err = d.Refresh()
		case <-signals:
			err = d.Reload()
		}
		switch {
		case err != nil:
			log.Error("the location database could not be read again; the earlier one stays in use", "error", err)
		case done:
			log.Info("the location database was read again", "editions", d.Editions())
		}
	}
}
