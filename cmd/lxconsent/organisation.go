package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

const (
	// censusName is the file in the data directory that holds how many people,
	// keys and organisations there were when they were last counted.
	censusName = "organisation"
	// censusEvery is how often they are counted.
	censusEvery = 5 * time.Second
)

// lostPeople says what a wiped store has lost that no log holds: whoever was
// taken out, or had a key revoked, while another server was away would be let in
// again by that server's copy. It is nil when nothing is lost, and keep notes
// what there is then.
func lostPeople(ctx context.Context, store consent.Cabinet, dir string, keep bool) (lost, err error) {
	path := filepath.Join(dir, censusName)
	var before admin.Census
	b, err := os.ReadFile(path)
	if err == nil {
		// One that is damaged is written anew.
		_ = json.Unmarshal(b, &before)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	now, err := admin.Count(ctx, store)
	if err != nil || now == before {
		return nil, err
	}
	if now.LostSince(before) {
		return consent.Fail(consent.NotFound,
			"Redis was wiped: "+counted(before.Accounts, "member")+", "+counted(before.Keys, "API key")+" and "+counted(before.Tenants, "organisation")+" are gone, and nobody can sign in. Sites and decisions come back from the servers' logs, these do not",
			"put them back from a backup, while servers run: lxconsent restore BACKUP --merge --redis URL"), nil
	}
	if !keep {
		return nil, nil
	}
	if b, err = json.Marshal(now); err != nil {
		return nil, err
	}
	return nil, replaceSynced(path, b)
}

// watchPeople tells, once, when the store has lost who may do what.
func (c *serveCmd) watchPeople(ctx context.Context, store consent.Cabinet, log *slog.Logger) {
	told := false
	look := func(ctx context.Context) {
		lost, err := lostPeople(ctx, store, c.DataDir, true)
		if err != nil {
			// An outage is told elsewhere.
			return
		}
		var e *consent.Error
		if errors.As(lost, &e) && !told {
			log.Error(e.Cause, "fix", e.Fix)
		}
		told = lost != nil
	}
	look(ctx)
	every(ctx, censusEvery, log, look)
}
