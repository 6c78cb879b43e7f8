package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/redisstore"
)

func asError(err error) *consent.Error {
	var e *consent.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// folder looks at the data directory.
func (p *patient) folder() {
	const check = "data directory"
	dir := p.c.DataDir
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && probed(standing(dir)) != nil:
		p.say(check, failing, dir+" does not exist, and serve cannot make it", "give its parent to the user that runs this, or name another with --data-dir")
		return
	case errors.Is(err, fs.ErrNotExist):
		p.say(check, warning, dir+" does not exist yet; serve makes it", "check that it is the right one: another directory has other keys and other records")
		return
	case err != nil:
		p.say(check, failing, dir+" cannot be looked at: "+err.Error(), "check its owner and rights")
		return
	case !info.IsDir():
		p.say(check, failing, dir+" is no directory", "name a directory with --data-dir")
		return
	}
	if err := probed(dir); err != nil {
		p.fails(check, err)
		return
	}
	if info.Mode().Perm()&0o077 != 0 {
		p.say(check, warning, fmt.Sprintf("others may look into %s (mode %v)", dir, info.Mode().Perm()), "chmod 700 "+dir)
	}
	if free, ok := freeSpace(dir); ok {
		p.room(dir, free)
	}
	p.say(check, fine, dir+" can be written to", "")
}

// room looks at what is free on the disk of the data directory.
func (p *patient) room(dir string, free uint64) {
	const (
		check = "data directory"
		most  = 1 << 30
		// least is what the log makes at a time, and what the store needs beside it.
		least = 64 << 20
	)
	if free >= most {
		return
	}
	status, text := warning, "only %d MiB are free on the disk of %s"
	if free < least {
		status, text = failing, text+": decisions are refused when it is full"
	}
	p.say(check, status, fmt.Sprintf(text, free>>20, dir), "keep at least 1 GiB free: the node's log needs it while the store is away")
}

// standing is the nearest directory above one that does not exist which does.
func standing(dir string) string {
	for {
		dir = filepath.Dir(dir)
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
}

// keys looks at the file of the signing keys.
func (p *patient) keys() {
	const check = "signing keys"
	path := keyPath(p.c.KeyFile, p.c.DataDir)
	ring, err := readKeyring(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.c.KeyFile != "":
		p.say(check, failing, path+" does not exist: serve would make new keys, and every cookie would be void", "put the key file in its place")
		return
	case errors.Is(err, fs.ErrNotExist) && lived(p.c.DataDir):
		p.say(check, failing, path+" is gone, though a server has run here: the next start makes new keys, and every cookie is void", "put the key file back from its backup before the next start")
		return
	case errors.Is(err, fs.ErrNotExist):
		p.say(check, warning, path+" does not exist yet; serve makes it", "back it up after the first start, and give every server the same")
		return
	case err != nil:
		p.fails(check, err)
		return
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		p.say(check, failing, fmt.Sprintf("others may read %s (mode %v): whoever does can forge consents", path, info.Mode().Perm()), "chmod 600 "+path+"; if somebody may have read it, rotate the keys")
		return
	}
	p.say(check, fine, fmt.Sprintf("%s signs; receipts are verified by %s", ring.Active(), counted(len(ring.PublicKeys()), "key")), "")
}

// token looks at the operator's token.
func (p *patient) token() {
	const check = "API token"
	token, err := readToken(p.c.APITokenFile, p.c.APIToken)
	switch {
	case err != nil:
		p.fails(check, err)
	case token == "":
		p.say(check, fine, "none is set: only the dashboard manages sites", "")
	case len(token) < admin.MinTokenLength:
		p.say(check, failing, "it is too short", fmt.Sprintf("use at least %d random characters: openssl rand -base64 32", admin.MinTokenLength))
	default:
		if info, err := os.Stat(p.c.APITokenFile); err == nil && info.Mode().Perm()&0o077 != 0 {
			p.say(check, warning, "others may read "+p.c.APITokenFile, "chmod 600 "+p.c.APITokenFile)
		}
		p.say(check, fine, "it is set", "")
	}
}

// redis looks at Redis as serve does, and at its clock.
func (p *patient) redis() {
	const check = "Redis"
	if len(p.c.Redis) == 0 {
		p.say(check, fine, "none is named: records are kept in "+filepath.Join(p.c.DataDir, "consent.db"), "")
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	heard := &warnings{}
	log := slog.New(slog.NewJSONHandler(heard, nil))
	redisstore.LogTo(slog.New(slog.DiscardHandler), p.now)
	began := p.now()
	var store *redisstore.Store
	var err error
	// One slow answer is no verdict.
	for range 3 {
		heard.list = nil
		if store, err = redisstore.Open(ctx, redisstore.Options{URLs: p.c.Redis, Logger: log, Look: true}); consent.CodeOf(err) != consent.Unavailable {
			break
		}
	}
	for _, text := range heard.list {
		cause, fix, _ := strings.Cut(text, ";")
		p.say(check, warning, cause, strings.TrimSpace(fix))
	}
	if err != nil {
		p.fails(check, err)
		return
	}
	if lost, err := lostPeople(ctx, store, p.c.DataDir, false); err != nil {
		p.fails("organisations", err)
	} else if lost != nil {
		p.fails("organisations", lost)
	}
	theirs, err := store.Time(ctx)
	ours := p.now()
	if closing := store.Close(); err == nil {
		err = closing
	}
	if err != nil {
		p.fails(check, err)
		return
	}
	p.say(check, fine, "it answers, does not evict and is recent enough", "")
	const most = time.Second
	switch ahead := theirs.Sub(ours); {
	case ahead > most || theirs.Sub(began) < -most:
		p.say("clock", warning, fmt.Sprintf("the clocks of this machine and of Redis are %v apart", ahead.Round(100*time.Millisecond)), "let NTP set both; decisions are ordered by them")
	default:
		p.say("clock", fine, "it agrees with that of Redis", "")
	}
}

// lastWritten is when something in a directory was written last; what cannot be
// looked at counts for nothing. The files are looked at, since a directory's own
// time stays as it is while the log in it grows.
func lastWritten(dir string) (newest time.Time) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return nil
	})
	return newest
}

// clock looks for signs that this machine's clock is wrong.
func (p *patient) clock() {
	const check = "clock"
	now := p.now()
	newest := lastWritten(p.c.DataDir)
	if ahead := newest.Sub(now); ahead > time.Minute {
		p.say(check, failing, fmt.Sprintf("it is %v behind what was written in %s", ahead.Round(time.Second), p.c.DataDir), "let NTP set it: consents would be dated wrongly")
		return
	}
	p.say(check, fine, now.UTC().Format(time.RFC3339), "")
}
