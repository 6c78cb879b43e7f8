package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"

	"github.com/leadiumx/consent/consent"
)

// Options say where the log is and what stands behind it. Dir, Inner, Clock and
// Random are required.
type Options struct {
	// Dir is a folder of the log's own; it is made when it is missing.
	Dir string
	// Inner is the store that gets every decision. The outbox closes it.
	Inner consent.Store
	Clock func() time.Time
	// Random makes the secrets of records and the names of the log and its chains.
	Random io.Reader
	// Keys sign what this node states about its chains; nil states nothing.
	Keys *consent.Keyring
	// Log hears of trouble; nil is silent. It is never told whose decision it was.
	Log *slog.Logger
	// Ack is how safe a decision is when it is acknowledged: StoredLocal, the
	// default, what the store reaches, or StoredReplica of one that replicates.
	Ack consent.Level
	// AckWait is how long a decision waits to be as safe as that, before the
	// answer is Unavailable; 0 means a second.
	AckWait time.Duration
	// Retain is how long entries are kept that the store has had; 0 means 72 hours.
	Retain time.Duration
	// MaxBytes bounds the kept entries; the oldest go first, never one that
	// the store has not had. 0 means 1 GiB.
	MaxBytes int64
	// Reserve is the size of a file that is given up when the disk is full, so
	// that decisions can still be kept; 0 means 32 MiB, less than 0 none.
	Reserve int64
	// SegmentSize is the size of the log's files; 0 means 16 MiB.
	SegmentSize int
	// Copied are kinds of documents that are kept on this disk too, when the
	// store may lose them. None of them may ever be dropped.
	Copied []string
	// Beside is a folder that is not brought back with the volume of Dir, where a
	// node whose store is away notes how far it has come; empty means /dev/shm.
	// Without it, every start in an outage begins new chains.
	Beside string
	// Drain is how long Close may take to hand over what is left; 0 means 5 seconds.
	Drain time.Duration

	// files is the file system, linger is as defaultLinger; for tests.
	files  types.VFS
	linger time.Duration
}

// Marked is what a store may have beside consent.Store, so that the outbox sees
// when it has lost what it was given.
type Marked interface {
	// Advance sets the marker of a node's log to the number to, in one step,
	// unless it is higher already. held is false, and nothing is set, when the
	// marker is missing, which counts as 0, or lower than from: the store was
	// wiped, or put back to an earlier state.
	Advance(ctx context.Context, node string, from, to uint64) (held bool, err error)
}

// Replicating is what a store has that can wait for its replicas.
type Replicating interface {
	// Replicated waits a moment until a replica has what the store was given
	// before, and reports whether one has.
	Replicated(ctx context.Context) (bool, error)
}

// Named is what a store may have beside consent.Store, so that the outbox sees
// when another server answers in its place, one that may not have had the
// newest writes.
type Named interface {
	// Servers names the processes that hold the store and what they are to
	// each other. Errors: Unavailable; Invalid, beside the names, when they may
	// delete what they were given.
	Servers(ctx context.Context) (string, error)
}

// Outbox is a consent.Store: another store behind a log. It is safe for many
// goroutines. Sites, secrets, documents and counters go straight to the store behind.
type Outbox struct {
	consent.Catalog
	consent.Vault
	consent.Cabinet
	consent.Counters

	o     Options
	inner consent.Store
	log   *walLog
	// mirror is nil for a store that loses nothing which this disk keeps.
	mirror *mirror
	copies *copies

	// packer is the writer's.
	packer   consent.Packer
	requests chan *request
	crowd    *crowd
	idle     idle
	stop     chan struct{}
	once     sync.Once
	// ended are closed when the writer and the applier have ended.
	writerEnded, applierEnded chan struct{}
	closing                   error

	mu     sync.Mutex
	index  *index
	chains *chains
	// recent are the newest entries, so that handing over reads no disk.
	recent []*entry
	// applied is up to where the store has had the log.
	applied uint64
	waiting map[uint64][]chan<- result
	// moved is closed and made anew when applied moves.
	moved chan struct{}
	// down says that the store does not take decisions, trouble why; doubted is
	// why one that takes them may not keep them.
	down    bool
	trouble error
	doubted error
	// ahead is by how much this node's clock is ahead of the store's, 0 while they agree.
	ahead time.Duration
	// horizon is since when the log knows every id, in milliseconds.
	horizon int64
	// news wakes the applier.
	news chan struct{}
	// hurry tells the applier that somebody waits for the store.
	hurry chan struct{}
	// looks are those who wait until the applier has looked what the store has lost.
	looks chan chan<- struct{}
	// inOrder says that the store takes many entries in their order, own that it is
	// a file which nobody else writes to, and which loses nothing.
	inOrder, own bool
}

var _ consent.Store = (*Outbox)(nil)

// Open opens the log, reads it and begins to hand over what the store may not
// have had. Errors: Unavailable when another process uses the folder or the
// disk does not let us, Invalid for options that do not fit, and for a log that
// is damaged where it had been safe: nothing of it is changed then.
func Open(ctx context.Context, opts Options) (*Outbox, error) {
	if err := ctx.Err(); err != nil {
		return nil, late(err)
	}
	if err := opts.fill(); err != nil {
		return nil, err
	}
	b := &Outbox{
		Catalog: opts.Inner, Vault: opts.Inner, Cabinet: opts.Inner, Counters: opts.Inner, o: opts, inner: opts.Inner,
		requests: make(chan *request, maxBatch), crowd: newCrowd(), stop: make(chan struct{}),
		writerEnded: make(chan struct{}), applierEnded: make(chan struct{}),
		waiting: map[uint64][]chan<- result{}, moved: make(chan struct{}), news: make(chan struct{}, 1),
		hurry: make(chan struct{}, 1), looks: make(chan chan<- struct{}), inOrder: opts.takesInOrder(), own: opts.isOwn(),
	}
	var err error
	if b.chains, err = readChains(opts.Dir, opts.Random); err != nil {
		return nil, err
	}
	b.log, err = openLog(opts, func(e entry, size int) {
		if b.index == nil {
			b.index = newIndex(e.position)
		}
		b.index.add(e.head, size)
		b.chains.replay(e)
	})
	if err != nil {
		return nil, err
	}
	b.chains.note = noteOf(b.log.node, opts.Beside)
	if b.index == nil {
		b.index = newIndex(b.log.last + 1)
	}
	if b.applied, err = b.log.applied(); err == nil && b.applied > b.index.last() {
		err = damaged(fmt.Sprintf("it ends at entry %d, but the store has had %d", b.index.last(), b.applied), nil)
	}
	if err == nil {
		err = b.forked(ctx)
	}
	if _, loses := opts.Inner.(Marked); err == nil && loses {
		b.mirror, err = openMirror(opts.Dir)
		b.copies = &copies{dir: filepath.Join(opts.Dir, copiesName), kinds: opts.Copied, held: map[string]string{}}
	}
	// Only a new log needs the file now; an old one starts on a full disk too.
	if err == nil && b.chains.unsaved {
		err = b.chains.save(opts.Dir)
	}
	if err != nil {
		return nil, errors.Join(coded(err), b.log.close())
	}
	b.setHorizon()
	go b.write()
	go b.apply(b.applied)
	return b, nil
}

func (o *Options) fill() error {
	if o.Dir == "" || o.Inner == nil || o.Clock == nil || o.Random == nil {
		return consent.Fail(consent.Invalid, "the node log has no folder, no store, no clock or no source of randomness", "name all four")
	}
	if o.Ack == "" {
		o.Ack = consent.StoredLocal
	}
	_, replicates := o.Inner.(Replicating)
	if o.Ack != consent.StoredLocal && o.Ack != o.Inner.Level() && !(replicates && o.Ack == consent.StoredReplica) {
		return consent.Fail(consent.Invalid, fmt.Sprintf("the level %q is asked for, but the store reaches %q", o.Ack, o.Inner.Level()), "ask for local, or use a store that reaches it")
	}
	o.Retain = orDefault(o.Retain, 72*time.Hour)
	o.MaxBytes = orDefault(o.MaxBytes, 1<<30)
	o.Reserve = orDefault(o.Reserve, 32<<20)
	o.SegmentSize = orDefault(o.SegmentSize, 16<<20)
	o.Drain = orDefault(o.Drain, 5*time.Second)
	o.AckWait = orDefault(o.AckWait, time.Second)
	o.Beside = orDefault(o.Beside, "/dev/shm")
	o.linger = orDefault(o.linger, defaultLinger)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.files == nil {
		o.files = fs.New()
	}
	return nil
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// setHorizon notes since when the log knows every id that came to this node.
// The caller holds mu, or is alone.
func (b *Outbox) setHorizon() {
	b.horizon = b.now()
	if m := b.index.at(b.index.first); m != nil {
		b.horizon = m.time
	}
}

func (b *Outbox) now() int64 { return b.o.Clock().UnixMilli() }

// Level is what an acknowledged Append has reached.
func (b *Outbox) Level() consent.Level { return b.o.Ack }

// Ping reports whether decisions are taken. That needs the log alone, whatever
// level is promised: a server is not taken out of service because its store is
// away. Status tells of the store.
func (b *Outbox) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return late(err)
	}
	select {
	case <-b.stop:
		return closed()
	default:
	}
	return b.log.refusal()
}

// Close takes no more, hands over what it can in the time that Options.Drain
// gives, and closes the log and the store behind. What the store has not had
// by then stays in the log for the next start.
func (b *Outbox) Close() error {
	b.once.Do(func() {
		close(b.stop)
		<-b.writerEnded
		<-b.applierEnded
		b.closing = errors.Join(b.log.close(), b.inner.Close())
	})
	return b.closing
}
