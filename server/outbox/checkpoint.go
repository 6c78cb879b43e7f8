package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// What this node states about its chains lies with the store as documents of
// one kind for each site, so that an export can prove itself:
//
//	NODE/last             the newest checkpoint
//	NODE/at/SEQ           an older one
//	NODE/entry/SEQ        an entry that is no record
//	NODE/swept            what went because its time was over
const (
	ledgerKind = "ledger:"
	// every is after how many ticks the chains are signed and noted on the disk.
	every = 3
	// apart is how many entries lie between checkpoints that are kept for good.
	apart = 4096
	// logsKind holds how far each log has come, to tell when one was put back.
	logsKind = "ledger-logs"
)

// signed is what the store is to hold once it has had the log up to a position.
type signed struct {
	position uint64
	heads    map[string]consent.Head
	jws      map[string]string
}

// state puts a statement about an entry beside the records, once.
func (b *Outbox) state(ctx context.Context, kind consent.StatementKind, p place, id string, at int64) error {
	if b.o.Keys == nil {
		return nil
	}
	jws, err := b.o.Keys.SignStatement(consent.Statement{
		Kind: kind, Site: p.site, Node: p.node, Seq: p.seq, Link: p.link, Hash: p.leaf, ID: id, Time: time.UnixMilli(at).UTC(),
	})
	if err != nil {
		return err
	}
	_, err = b.inner.PutDocument(ctx, consent.Document{Kind: ledgerKind + p.site, ID: fmt.Sprintf("%s/entry/%020d", p.node, p.seq), Body: []byte(jws)})
	if consent.CodeOf(err) == consent.Conflict {
		return nil
	}
	return err
}

// replace puts a document in the place of the one that is there.
func (b *Outbox) replace(ctx context.Context, d consent.Document) error {
	for range 3 {
		switch old, err := b.inner.Document(ctx, d.Kind, d.ID); {
		case err == nil:
			d.Version = old.Version
		case consent.CodeOf(err) == consent.NotFound:
			d.Version = 0
		default:
			return err
		}
		if _, err := b.inner.PutDocument(ctx, d); consent.CodeOf(err) != consent.Conflict {
			return err
		}
	}
	return nil
}

// sign notes on the disk where the chains have come to, and signs what is new.
func (a *applier) sign() {
	a.mu.Lock()
	a.chains.Position = a.index.last()
	changed := slices.Sorted(maps.Keys(a.chains.changed))
	c := a.chains.clone()
	clear(a.chains.changed)
	a.mu.Unlock()
	s := &signed{position: c.Position, heads: map[string]consent.Head{}, jws: map[string]string{}}
	var err error
	for _, site := range changed {
		if a.o.Keys == nil {
			break
		}
		if s.jws[site], err = a.checkpoint(c.Name, site, c.Heads[site]); err != nil {
			break
		}
		s.heads[site], c.Signed[site] = c.Heads[site], s.jws[site]
	}
	if err == nil && (len(changed) > 0 || c.Position > a.chains.saved) {
		err = c.save(a.log.dir)
	}
	if err != nil {
		a.o.Log.Warn("the chains of records cannot be noted", "err", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		for _, site := range changed {
			a.chains.changed[site] = true
		}
		return
	}
	a.chains.saved, a.chains.Signed = c.Position, c.Signed
	if len(s.jws) > 0 {
		a.signed = s
	}
}

// note notes on the disk where the chains have come to while what was signed waits
// for the store: the next start would else follow them through all that came since.
func (a *applier) note() {
	a.mu.Lock()
	a.chains.Position = a.index.last()
	c := a.chains.clone()
	a.mu.Unlock()
	if c.Position == a.chains.saved {
		return
	}
	if err := c.save(a.log.dir); err != nil {
		a.o.Log.Warn("the chains of records cannot be noted", "err", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.chains.saved = c.Position
}

func (b *Outbox) checkpoint(node, site string, h consent.Head) (string, error) {
	return b.o.Keys.SignStatement(consent.Statement{
		Kind: consent.Checkpoint, Site: site, Node: node, Seq: h.Seq, Link: h.Link, Hash: h.Hash, Time: b.o.Clock().UTC().Truncate(time.Millisecond),
	})
}

// witness gives the newest checkpoints to the store once it has had all that
// they cover.
func (a *applier) witness(ctx context.Context) {
	if a.pause > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	a.bury(ctx)
	if a.signed == nil || a.cursor < a.signed.position {
		return
	}
	name := a.chains.Name
	for site, jws := range a.signed.jws {
		d := consent.Document{Kind: ledgerKind + site, ID: name + "/last", Body: []byte(jws)}
		seq := a.signed.heads[site].Seq
		if seq/apart > a.kept[site] {
			a.kept[site] = seq / apart
			old := d
			old.ID = fmt.Sprintf("%s/at/%020d", name, seq)
			if _, err := a.inner.PutDocument(ctx, old); err != nil && consent.CodeOf(err) != consent.Conflict {
				a.o.Log.Warn("a checkpoint cannot be kept", "err", err)
			}
		}
		if err := a.replace(ctx, d); err != nil {
			a.o.Log.Warn("the store does not take a checkpoint; it comes with the next", "err", err)
			return
		}
		delete(a.signed.jws, site)
	}
	place := consent.Document{Kind: logsKind, ID: name, Body: fmt.Appendf(nil, "%d", a.signed.position)}
	if err := a.replace(ctx, place); err == nil {
		a.signed = nil
		a.mu.Lock()
		told := a.chains.alone
		a.chains.alone = false
		a.mu.Unlock()
		if told {
			dropNote(a.chains.note)
		}
	}
}

// Statements returns what is signed about the chains of a site, by all nodes,
// a checkpoint of this very moment among it. What it covers can be exported
// afterwards. Errors: Unavailable.
func (b *Outbox) Statements(ctx context.Context, site string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, late(err)
	}
	var all []string
	b.mu.Lock()
	type chain struct {
		name string
		head consent.Head
	}
	ours := []chain{{b.chains.Name, b.chains.Heads[site]}}
	for _, e := range b.chains.Ended {
		ours = append(ours, chain{e.Name, e.Heads[site]})
	}
	b.mu.Unlock()
	for _, c := range ours {
		if c.head.Seq == 0 || b.o.Keys == nil {
			continue
		}
		jws, err := b.checkpoint(c.name, site, c.head)
		if err != nil {
			return nil, err
		}
		all = append(all, jws)
	}
	if err := b.handedOver(ctx); err != nil {
		return nil, err
	}
	err := b.eachDocument(ctx, ledgerKind+site, func(d consent.Document) { all = append(all, string(d.Body)) })
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Excuses returns what is signed of a site about records that are gone: erasures,
// voids, and what was swept. It explains what an export that has just ended no
// longer holds. Errors: Unavailable.
func (b *Outbox) Excuses(ctx context.Context, site string) (all []string, err error) {
	if err := b.handedOver(ctx); err != nil {
		return nil, err
	}
	err = b.eachDocument(ctx, ledgerKind+site, func(d consent.Document) {
		if _, what, _ := strings.Cut(d.ID, "/"); what == "swept" || strings.HasPrefix(what, "entry/") {
			all = append(all, string(d.Body))
		}
	})
	return all, err
}

// swept states which records may be gone from now on.
func (b *Outbox) swept(ctx context.Context, site string, through map[string]uint64) error {
	for node, seq := range through {
		if b.o.Keys == nil || node == "" {
			continue
		}
		jws, err := b.o.Keys.SignStatement(consent.Statement{Kind: consent.Swept, Site: site, Node: node, Seq: seq, Time: b.o.Clock().UTC().Truncate(time.Millisecond)})
		if err != nil {
			return err
		}
		if err := b.replace(ctx, consent.Document{Kind: ledgerKind + site, ID: node + "/swept", Body: []byte(jws)}); err != nil {
			return err
		}
	}
	return nil
}
