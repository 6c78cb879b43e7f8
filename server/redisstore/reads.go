package redisstore

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// readLanes is how many batches of reads may be under way at a time.
	readLanes = 4
	maxReads  = 256
	// few are not worth a second trip.
	few = 8
	// glance is how often those who wait are looked through for who waits no more.
	glance = 2 * time.Millisecond
	// stalled is a glance that comes so late that this process did not run: then
	// answers may lie there unread, and get pardon to be taken in first.
	stalled, pardon = 10 * glance, 5 * glance
)

// read is a look at the current record of one subject. Nothing of it is used
// again: a lane may hold it after its caller has gone.
type read struct {
	ctx    context.Context
	at     place
	states string
	// bucket is where the record is looked for.
	bucket string
	person [personSize]byte
	// what is what is asked for: askBrief or askRecord.
	what byte
	// alone keeps it out of a command with others.
	alone bool

	// What follows is guarded by the mutex of reads until the answer is there.
	sent   bool
	over   bool
	said   []byte
	err    error
	answer sync.WaitGroup
}

// reads lets the reads of requests in flight share not only pipelines, as other
// calls do, but commands. A channel, a timer and a context for each of them
// would cost more than the rest of its way, so one clock looks after all.
//
// A trip costs the same whatever it carries. So a batch sets out while others
// are under way only when it is as large as those together, or somebody has
// waited for a glance; for nobody it takes longer than if there was one lane.
// Nor does it take along more than half of all, or this process and Redis would
// wait for each other in turn.
type reads struct {
	client func() redis.UniversalClient
	keys   keys
	script *redis.Script
	// wake holds a value when a batch may set out.
	wake  chan struct{}
	stop  chan struct{}
	lanes sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	waiting []*read
	sent    [readLanes][]*read
	// flying are the reads under way whose callers wait; overdue says that a
	// batch sets out whatever its size.
	flying  int
	overdue bool
	clock   *time.Timer
	ticking bool
	// due is when the next look is, pardoned says that the one before was late
	// and ended nothing.
	due      time.Time
	pardoned bool
}

func newReads(client func() redis.UniversalClient, k keys, script *redis.Script) *reads {
	r := &reads{client: client, keys: k, script: script, wake: make(chan struct{}, 1), stop: make(chan struct{})}
	r.clock = time.AfterFunc(time.Hour, r.look)
	r.clock.Stop()
	for lane := range readLanes {
		r.lanes.Go(func() { r.run(lane) })
	}
	return r
}

// close answers whoever waits, and lets end what is under way.
func (r *reads) close() {
	r.mu.Lock()
	r.closed = true
	for _, one := range r.waiting {
		r.end(one, nil, redis.ErrClosed)
	}
	r.waiting = nil
	r.mu.Unlock()
	close(r.stop)
	r.lanes.Wait()
	r.clock.Stop()
}

// What may be asked about a person; see latestScript.
const (
	askBrief  = 'b'
	askRecord = 'r'
	// askSeveral is the answer that several records must be looked at.
	askSeveral = "m"
)

// latest returns what the script says of a person; see latestScript. Nobody may
// change it: it is memory of the whole batch. It does not outlast its context by
// more than a glance, whatever becomes of its batch.
func (r *reads) latest(ctx context.Context, at place, person []byte, what byte) ([]byte, error) {
	states, bucket := r.keys.state(at, person), ""
	if what == askRecord {
		bucket = r.keys.bucket(at)
	}
	for alone := false; ; alone = true {
		one := &read{ctx: ctx, at: at, states: states, bucket: bucket, what: what, alone: alone}
		copy(one.person[:], person)
		if err := r.add(one); err != nil {
			return nil, err
		}
		one.answer.Wait()
		if !moving(one.err) {
			return one.said, one.err
		}
		if what == askRecord {
			// Only what is about one key is answered until the slot has moved.
			return []byte(askSeveral), nil
		}
		// Some keys of the slot have moved to another server and some have not.
		if !rest(ctx, again) {
			return nil, ctx.Err()
		}
	}
}

func (r *reads) add(one *read) error {
	if err := one.ctx.Err(); err != nil {
		return err
	}
	one.answer.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return redis.ErrClosed
	}
	r.waiting = append(r.waiting, one)
	if len(r.waiting) == max(1, r.enough()) {
		r.call()
	}
	if !r.ticking {
		r.ticking = true
		r.lookIn(glance)
	}
	return nil
}

func (r *reads) lookIn(wait time.Duration) {
	r.due = time.Now().Add(wait)
	r.clock.Reset(wait)
}

// enough is how many may set out beside those under way.
func (r *reads) enough() int { return min(r.flying, maxReads) }

func (r *reads) call() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// end answers a read, unless that was done before.
func (r *reads) end(one *read, said []byte, err error) {
	if one.over {
		return
	}
	one.over, one.said, one.err = true, said, err
	if one.sent {
		r.flying--
	}
	one.answer.Done()
}

// look ends the reads whose callers wait no more.
func (r *reads) look() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed && !r.pardoned && time.Since(r.due) > stalled {
		// Once: on a machine that is never in time, nobody would be answered.
		r.pardoned = true
		r.lookIn(pardon)
		return
	}
	r.pardoned = false
	left := false
	for _, all := range append(r.sent[:], r.waiting) {
		for _, one := range all {
			if err := one.ctx.Err(); err != nil {
				r.end(one, nil, err)
			}
			left = left || !one.over
		}
	}
	// No lane may come for them while Redis hangs.
	r.waiting = slices.DeleteFunc(r.waiting, func(one *read) bool { return one.over })
	if r.overdue = len(r.waiting) > 0; r.overdue {
		r.call()
	}
	if r.ticking = left && !r.closed; r.ticking {
		r.lookIn(glance)
	}
}

func (r *reads) run(lane int) {
	for {
		select {
		case <-r.stop:
			return
		case <-r.wake:
		}
		for {
			// Whoever is about to ask goes first, and comes along.
			runtime.Gosched()
			batch := r.take(lane)
			if len(batch) == 0 {
				break
			}
			r.exec(batch)
		}
	}
}

// take moves those who wait into a lane that has answered what it had, if they
// may set out.
func (r *reads) take(lane int) []*read {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.sent[lane])
	batch := r.sent[lane][:0]
	if len(r.waiting) >= r.enough() || r.overdue {
		n := min(len(r.waiting), maxReads, max(few, (len(r.waiting)+r.flying+1)/2))
		batch = append(batch, r.waiting[:n]...)
		r.waiting, r.overdue = slices.Delete(r.waiting, 0, n), false
	}
	for _, one := range batch {
		one.sent = true
	}
	r.sent[lane] = batch
	if r.flying += len(batch); len(batch) > 0 && len(r.waiting) >= r.enough() {
		r.call()
	}
	return batch
}
