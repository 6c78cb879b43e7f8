package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/leadiumx/consent/consent"
)

// ended are chains that this log does not carry on.
type ended struct {
	Name string `json:"name"`
	// Position is the last entry of the log that may belong to them.
	Position uint64                  `json:"position"`
	Heads    map[string]consent.Head `json:"heads"`
	// buried says that the store has their last checkpoints.
	buried bool
}

// forked begins new chains when the folder was put back to an earlier state, so
// that no number is given twice: the store knows more of the old ones than our
// disk. While it does not answer nobody can tell, so new ones are begun as well,
// once: a node that is started again before the store knows of those goes on
// with them.
func (b *Outbox) forked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	d, err := b.inner.Document(ctx, logsKind, b.chains.Name)
	var position uint64
	if err == nil {
		_, err = fmt.Sscanf(string(d.Body), "%d", &position)
	}
	b.caughtUp(position, err)
	level, away := slog.LevelError, err != nil && consent.CodeOf(err) != consent.NotFound
	alone := b.chains.Alone != ""
	switch why := &b.chains.broken; {
	case *why != "":
	case b.chains.Position > b.index.last():
		*why = fmt.Sprintf("entry %d is missing in the log, which was put back to an earlier state", b.chains.Position)
	case position > b.index.last():
		*why = fmt.Sprintf("the store has had entry %d, so the data directory was put back to an earlier state", position)
	case alone && b.chains.own(b.log.dir):
		b.chains.alone = away
		return nil
	case alone && err != nil && !away:
		*why = "the store knows nothing of these chains, and the data directory is a copy or was put back"
	case away && b.chains.putBack(b.log.dir):
		*why = "the volume of the data directory was put back to an earlier state while the store was away: what this node acknowledged since then is lost here"
	case away && !b.chains.unsaved:
		level, *why = slog.LevelWarn, "the store does not say whether the data directory was put back to an earlier state: "+err.Error()
	default:
		b.chains.alone = away
		return nil
	}
	b.o.Log.Log(ctx, level, "this node begins new chains of records", "why", b.chains.broken)
	b.chains.Position = b.index.last()
	if err := b.chains.begin(b.o.Random); err != nil {
		return err
	}
	b.chains.alone = away
	return b.chains.save(b.log.dir)
}

// caughtUp begins to hand over where a store of our own says that it has come to,
// which is an earlier place when its file was lost, damaged or put back. A shared
// store has a marker for that, since it may lose something at any time.
func (b *Outbox) caughtUp(position uint64, err error) {
	missing := consent.CodeOf(err) == consent.NotFound
	if !b.own || b.o.Keys == nil || err != nil && !missing || position >= b.applied {
		return
	}
	b.applied = max(position, b.index.first-1)
	if missing && b.index.last() > b.applied {
		b.o.Log.Warn("the store knows nothing of this log; everything that is kept is handed over again", "entries", b.index.count())
	}
}

// bury gives the store the last checkpoints of chains that have ended, once it
// has had all that they cover; else their newest records would look inserted.
func (a *applier) bury(ctx context.Context) {
	a.mu.Lock()
	first := a.index.first
	all := slices.DeleteFunc(slices.Clone(a.chains.Ended), func(e ended) bool { return e.buried && e.Position < first })
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.chains.Ended = all
		a.mu.Unlock()
	}()
	for i := range all {
		e := &all[i]
		if e.buried || a.cursor < e.Position || a.o.Keys == nil {
			continue
		}
		for _, site := range slices.Sorted(maps.Keys(e.Heads)) {
			if err := a.finish(ctx, e.Name, site, e.Heads[site]); err != nil {
				a.o.Log.Warn("the store does not take the last checkpoint of a chain that has ended", "err", err)
				return
			}
		}
		e.buried = true
	}
}

// finish puts the checkpoint at a head into the store, unless that knows of more.
func (a *applier) finish(ctx context.Context, node, site string, h consent.Head) error {
	d := consent.Document{Kind: ledgerKind + site, ID: node + "/last"}
	held, err := a.inner.Document(ctx, d.Kind, d.ID)
	if err != nil && consent.CodeOf(err) != consent.NotFound {
		return err
	}
	if err == nil {
		known, err := consent.VerifyStatement(a.o.Keys.PublicKeys(), string(held.Body))
		if err == nil && known.Seq >= h.Seq {
			return nil
		}
	}
	jws, err := a.checkpoint(node, site, h)
	if err != nil {
		return err
	}
	d.Body = []byte(jws)
	return a.replace(ctx, d)
}
