package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/leadiumx/consent/consent"
)

type keysCmd struct {
	List    keysListCmd    `cmd:"" help:"List the signing keys; the first one signs, all verify."`
	Rotate  keysRotateCmd  `cmd:"" help:"Add a key and sign with it. With several servers, use add and promote instead."`
	Add     keysAddCmd     `cmd:"" help:"Add a key that verifies and does not sign yet."`
	Promote keysPromoteCmd `cmd:"" help:"Sign with a key from now on."`
	Retire  keysRetireCmd  `cmd:"" help:"Remove a key: what it signed is void afterwards. A running server seals second factors and the like again first."`
}

type keyFileFlags struct {
	DataDir string `default:"./data" help:"Folder of the embedded store and the keys." type:"path"`
	KeyFile string `help:"File of the signing keys; default is keys in the data folder." type:"path"`
}

func (c *keyFileFlags) path() string { return keyPath(c.KeyFile, c.DataDir) }

// change edits the file and says what it holds then.
func (c *keyFileFlags) change(s streams, edit func(*keyFile) error) error {
	f, err := readKeyFile(c.path())
	if err != nil {
		return err
	}
	if err := f.keepAccount(c.path()); err != nil {
		return err
	}
	if err := edit(&f); err != nil {
		return err
	}
	if err := replaceKeyFile(c.path(), f); err != nil {
		return err
	}
	return f.print(s)
}

func (f keyFile) print(s streams) error {
	for i, k := range f.Keys {
		what := "verifies"
		if i == 0 {
			what = "signs"
		}
		if _, err := fmt.Fprintf(s.out, "%-8s %s\n", k.ID, what); err != nil {
			return err
		}
	}
	return nil
}

func (f keyFile) find(id string) (int, error) {
	i := slices.IndexFunc(f.Keys, func(k keyLine) bool { return k.ID == id })
	if i < 0 {
		return 0, consent.Fail(consent.NotFound, fmt.Sprintf("there is no key %q", id), "see `lxconsent keys list`")
	}
	return i, nil
}

func (f *keyFile) promote(id string) error {
	i, err := f.find(id)
	if err != nil {
		return err
	}
	k := f.Keys[i]
	f.Keys = slices.Insert(slices.Delete(f.Keys, i, i+1), 0, k)
	return nil
}

type keysListCmd struct {
	keyFileFlags
}

// Run lists the keys, never their secrets.
func (c *keysListCmd) Run(s streams) error {
	f, err := readKeyFile(c.path())
	if err != nil {
		return err
	}
	return f.print(s)
}

type keysRotateCmd struct {
	keyFileFlags
}

// Run adds a key and puts it first.
func (c *keysRotateCmd) Run(s streams) error {
	return c.change(s, func(f *keyFile) error {
		if err := f.add(random); err != nil {
			return err
		}
		return f.promote(f.Keys[len(f.Keys)-1].ID)
	})
}

type keysAddCmd struct {
	keyFileFlags
}

// Run adds a key behind the others.
func (c *keysAddCmd) Run(s streams) error {
	return c.change(s, func(f *keyFile) error { return f.add(random) })
}

type keysPromoteCmd struct {
	ID string `arg:"" help:"The key's id."`
	keyFileFlags
}

// Run puts a key first.
func (c *keysPromoteCmd) Run(s streams) error {
	return c.change(s, func(f *keyFile) error { return f.promote(c.ID) })
}

// followKeys takes a changed key file into use, within moments and on SIGHUP,
// until the context ends. A bad file changes nothing.
func followKeys(ctx context.Context, path string, keys *consent.Keyring, log *slog.Logger) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangups)
		ticker := time.NewTicker(look)
		defer ticker.Stop()
		seen, _ := os.Stat(path)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
			case <-ticker.C:
				now, err := os.Stat(path)
				if err != nil || seen != nil && os.SameFile(now, seen) && now.ModTime().Equal(seen.ModTime()) && now.Size() == seen.Size() {
					continue
				}
				seen = now
			}
			ring, err := readKeyring(path)
			if err != nil {
				log.Error("the key file could not be read again; the earlier keys stay in use", "error", err)
				continue
			}
			keys.Replace(ring)
			log.Info("the key file was read again", "signs", keys.Active(), "keys", len(keys.PublicKeys()))
		}
	}()
}

// warnOfMode tells of a key file that others may read.
func warnOfMode(path string, log *slog.Logger) {
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		log.Warn("others may read the key file; run chmod 600 on it", "file", path, "mode", info.Mode().Perm().String())
	}
}
