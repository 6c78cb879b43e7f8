package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/backup"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/redisstore"
)

type backupCmd struct {
	Out string `required:"" help:"File to write; it appears once it is whole. With - the standard output gets it, to be encrypted by another program." type:"path"`
	remote
}

// Run fetches a backup from a running server, checks it and renames it into place.
func (c *backupCmd) Run(ctx context.Context, s streams) (err error) {
	if c.Out == "-" {
		return c.pipe(ctx, s.out)
	}
	if info, err := os.Stat(c.Out); err == nil && info.IsDir() {
		return unwritten("the backup", c.Out, syscall.EISDIR)
	}
	next := c.Out + ".part"
	f, err := os.OpenFile(next, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return unwritten("the backup", c.Out, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(next))
		}
	}()
	if err := c.stream(ctx, http.MethodGet, "/v1/backup", f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := backup.Check(f); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return unwritten("the backup", c.Out, err)
	}
	if err := os.Rename(next, c.Out); err != nil {
		return unwritten("the backup", c.Out, err)
	}
	_, err = fmt.Fprintf(s.out, "%s: %d bytes, checked. The signing keys are not in it: keep the key file apart.\n", c.Out, size)
	return err
}

// pipe passes a backup on while it is checked: nothing of it is written to a disk.
func (c *backupCmd) pipe(ctx context.Context, to io.Writer) error {
	read, write := io.Pipe()
	checked := make(chan error, 1)
	go func() {
		err := backup.Check(read)
		// What is not whole is passed on all the same; the status says it.
		_, _ = io.Copy(io.Discard, read)
		checked <- err
	}()
	err := c.stream(ctx, http.MethodGet, "/v1/backup", io.MultiWriter(to, write))
	return cmp.Or(err, write.Close(), <-checked)
}

type restoreCmd struct {
	File    string   `arg:"" help:"A backup, or - to read it from the standard input." type:"path"`
	DataDir string   `default:"./data" help:"Folder of the embedded store; no server may be using it." type:"path"`
	Redis   []string `help:"Redis URLs; none uses the embedded store." placeholder:"URL"`
	Merge   bool     `help:"Put it into a store that holds something already. Nothing is overwritten, and who was erased stays so."`
	JSON    bool     `name:"json" help:"Print JSON."`
}

// Run puts a backup into a store.
func (c *restoreCmd) Run(ctx context.Context, s streams) (err error) {
	f, leave, err := c.file(s)
	if err != nil {
		return err
	}
	defer leave()
	// Opening makes an embedded store that is not there yet: what is refused
	// leaves none behind.
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return unread("the backup", called(c.File), err)
	}
	if err := backup.Check(f); err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	empty, err := backup.IsEmpty(ctx, store)
	if err != nil {
		return err
	}
	if !empty && !c.Merge {
		return consent.Fail(consent.Conflict, "the store holds something already", "restore into an empty one, or add --merge: nothing is overwritten then")
	}
	r, err := backup.Restore(ctx, store, f)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, r)
	}
	_, err = fmt.Fprintf(s.out, "The backup of %s was put back: %s, %s, %s, %s, %s.\n"+
		"Kept as they were: %d. Still erased: %d. Damaged before the backup: %d.\n",
		r.Time.Format(time.RFC3339), counted(r.Records, "record"), counted(r.Editions, "edition"), counted(r.Documents, "document"), counted(r.Notes, "note"), counted(r.Tombstones, "erasure"), r.Kept, r.Erased, r.Damaged)
	return err
}

// file opens the backup. It is read three times, so one that is piped in is kept
// until leave, in a file that has no name where the system lets it go so early.
func (c *restoreCmd) file(s streams) (f *os.File, leave func(), err error) {
	in, err := s.open("the backup", c.File)
	if err != nil {
		return nil, nil, err
	}
	if f, ok := in.(*os.File); ok {
		return f, func() { f.Close() }, nil
	}
	if f, err = os.CreateTemp("", "lxconsent-restore-*"); err != nil {
		return nil, nil, unwritten("the backup", os.TempDir(), err)
	}
	gone := os.Remove(f.Name()) == nil
	leave = func() {
		f.Close()
		if !gone {
			_ = os.Remove(f.Name())
		}
	}
	if _, err := io.Copy(f, in); err != nil {
		leave()
		return nil, nil, unwritten("the backup", os.TempDir(), err)
	}
	return f, leave, nil
}

func (c *restoreCmd) open(ctx context.Context) (consent.Store, error) {
	if len(c.Redis) > 0 {
		return redisstore.Open(ctx, redisstore.Options{URLs: c.Redis})
	}
	return boltstore.Open(filepath.Join(c.DataDir, "consent.db"), boltstore.Options{})
}
