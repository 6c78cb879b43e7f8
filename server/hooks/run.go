package hooks

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
)

const (
	// maxSending bounds the endpoints that are sent to at the same time, turn for how
	// long before another that waits is sent to; of those, who has fewest goes first.
	maxSending = 8
	turn       = 5 * time.Second
	// batch is how many events of one endpoint are under way together.
	batch = 16
	// lease is for how long one process sends to an endpoint before another may.
	lease = 30 * time.Second
	// storeWait bounds one round's calls of the store.
	storeWait = 5 * time.Second
	// seldom is how many times longer than a listing of all endpoints nothing is
	// listed unless this desk changes one: where there are very many that is not
	// each time.
	seldom = 20
	// maxWait is the longest pause between two attempts.
	maxWait = 6 * time.Hour
	// patience is how long an endpoint may fail without a success before it is
	// disabled. Its events wait.
	patience = 5 * 24 * time.Hour
)

// Run sends until the context ends, looking for news as often as every says.
// Deliveries under way are finished or sent again after a restart.
func (d *Desk) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var sending sync.WaitGroup
	slots := newLanes(maxSending)
	var hooks []kept
	var list, began time.Time
	for told := false; ; {
		select {
		case <-ctx.Done():
			sending.Wait()
			d.client.CloseIdleConnections()
			return
		case <-tick.C:
		}
		if began = time.Now(); d.stale.Swap(false) || !began.Before(list) {
			var err error
			if hooks, err = d.enabled(ctx); err != nil && ctx.Err() == nil && !told {
				d.o.Log.Warn("webhooks cannot be read; they wait", "error", err)
			}
			// What hung says nothing of how many there are.
			if told = err != nil; !told {
				list = time.Now().Add(seldom * time.Since(began))
			}
		}
		for _, k := range hooks {
			if !d.take(k.key()) {
				continue
			}
			sending.Go(func() {
				defer d.leave(k.key())
				owner := d.o.Owner(k.Site)
				if !slots.enter(ctx, owner) {
					return
				}
				defer slots.leave(owner)
				if err := d.serve(ctx, k.Site, k.ID, d.o.Clock().Add(turn)); err != nil && ctx.Err() == nil {
					d.o.Log.Warn("events of a webhook wait", "site", k.Site, "webhook", k.ID, "error", err)
				}
			})
		}
	}
}

func (d *Desk) take(key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy[key] {
		return false
	}
	d.busy[key] = true
	return true
}

func (d *Desk) leave(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, key)
}

// Serve sends what is due to one endpoint, until there is nothing more, the
// context ends or somebody else sends. Errors: as of the feed and the store.
func (d *Desk) Serve(ctx context.Context, site, id string) error {
	return d.serve(ctx, site, id, time.Time{})
}

// serve is Serve that makes way for others at a time, with what is left: one site
// with slow receivers and much to tell must not hold up all the others. The zero
// time is never.
func (d *Desk) serve(ctx context.Context, site, id string, until time.Time) error {
	for first := true; ctx.Err() == nil && (first || until.IsZero() || d.o.Clock().Before(until)); first = false {
		more, err := d.round(ctx, site, id)
		if consent.CodeOf(err) == consent.Conflict || consent.CodeOf(err) == consent.NotFound {
			// Somebody else sends, or it was deleted.
			return nil
		}
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// job is one event to be sent.
type job struct {
	event   feed.Event
	attempt int
	result  result
}

// round sends one batch. The state is stored after it, so an event is forgotten
// only once it was taken or waits as a retry.
func (d *Desk) round(ctx context.Context, site, id string) (more bool, err error) {
	calls, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	k, err := d.find(calls, site, id)
	if err != nil || k.Disabled {
		return false, err
	}
	st, err := d.state(calls, k.key())
	if err != nil {
		return false, err
	}
	d.watch.note(k.key(), st)
	now := d.o.Clock()
	if d.waits(st, now) {
		return false, nil
	}
	waiting := len(st.Retrying)
	jobs, cursor, err := d.due(calls, k, st, now)
	if err != nil || len(jobs) == 0 && cursor == st.Cursor && len(st.Retrying) == waiting {
		return false, err
	}
	st.Owner, st.Until = d.o.Node, now.Add(lease).UTC()
	if err := d.putState(calls, st); err != nil {
		return false, err
	}
	var sending sync.WaitGroup
	for i := range jobs {
		sending.Go(func() { jobs[i].result = d.send(ctx, k, jobs[i].event, jobs[i].attempt) })
	}
	sending.Wait()
	if ctx.Err() != nil {
		// Cut by our own stop: what was not taken did not fail.
		jobs = slices.DeleteFunc(jobs, func(j job) bool { return !j.result.taken() })
		if len(jobs) == 0 {
			return false, nil
		}
		cursor = st.Cursor
	}
	st.Cursor = cursor
	for _, j := range jobs {
		d.settle(st, j)
	}
	// What was sent must be known even when we are asked to stop meanwhile.
	saved, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWait)
	defer cancel()
	if err := d.putState(saved, st); err != nil {
		return false, err
	}
	return true, d.giveUp(saved, k, st, jobs)
}

// due lists what to send now: retries whose time has come, then news, as long
// as few wait. It returns the cursor behind the news.
func (d *Desk) due(ctx context.Context, k kept, st *state, now time.Time) (jobs []job, cursor string, err error) {
	cursor = st.Cursor
	for _, r := range slices.Clone(st.Retrying) {
		if len(jobs) == batch || r.waits(now) {
			continue
		}
		e, ok, err := d.o.Feed.Again(ctx, k.Site, r.Event, r.At)
		if err != nil {
			return nil, cursor, err
		}
		if !ok {
			st.dropRetry(r.Event)
			continue
		}
		jobs = append(jobs, job{event: e, attempt: r.Attempt + 1})
	}
	room := min(batch-len(jobs), maxRetrying-len(st.Retrying))
	if room <= 0 {
		return jobs, cursor, nil
	}
	page, next, err := d.o.Feed.Page(ctx, k.Site, cursor, room)
	if err != nil {
		return nil, cursor, err
	}
	for _, e := range page {
		if k.wants(e.Type) {
			jobs = append(jobs, job{event: e, attempt: 1})
		}
	}
	return jobs, next, nil
}

// settle notes what became of an event.
func (d *Desk) settle(st *state, j job) {
	now := d.o.Clock().UTC()
	st.log(j.result.Delivery)
	st.dropRetry(j.event.ID)
	if j.result.taken() {
		st.Delivered++
		if st.FailingSince != nil {
			// The receiver is back: nothing needs to wait any longer.
			st.FailingSince = nil
			st.back(now)
		}
		return
	}
	if st.FailingSince == nil {
		st.FailingSince = &now
	}
	if d.gaveUp(j) {
		st.Dead = append(st.Dead, Dead{
			Event: j.event.ID, Type: j.event.Type, Attempts: j.attempt, At: now, Error: j.result.Error, Position: j.event.At,
		})
		return
	}
	wait := max(d.pause(j.attempt), j.result.wait)
	st.Retrying = append(st.Retrying, Retry{
		Event: j.event.ID, Type: j.event.Type, Attempt: j.attempt, Next: now.Add(wait), Error: j.result.Error, Status: j.result.Status, At: j.event.At,
	})
}

// gaveUp reports whether an event is not tried again after a failure.
func (d *Desk) gaveUp(j job) bool { return !j.result.taken() && j.attempt >= d.o.Attempts }

// pause grows threefold with each attempt, and differs by up to a quarter so
// that what failed together does not come back together.
func (d *Desk) pause(attempt int) time.Duration {
	wait := d.o.Wait
	for range attempt - 1 {
		wait = min(3*wait, maxWait)
	}
	var b [8]byte
	if _, err := io.ReadFull(d.o.Random, b[:]); err != nil {
		return wait
	}
	spread := wait / 4
	if spread <= 0 {
		return wait
	}
	return wait - spread/2 + time.Duration(binary.BigEndian.Uint64(b[:])%uint64(spread))
}

// giveUp disables an endpoint whose receiver is gone, or has failed for too long.
func (d *Desk) giveUp(ctx context.Context, k kept, st *state, jobs []job) error {
	why := ""
	switch {
	case slices.ContainsFunc(jobs, func(j job) bool { return j.result.gone }):
		why = "the receiver answered 410: it wants no more"
	case st.FailingSince != nil && d.o.Clock().Sub(*st.FailingSince) > patience:
		why = "the receiver has failed for five days"
	case len(st.Dead) >= maxDead && slices.ContainsFunc(jobs, d.gaveUp):
		// Not for those of before: whoever enables it again has seen them.
		why = "200 events were given up"
	default:
		return nil
	}
	k.Disabled, k.Why = true, why
	d.o.Log.Warn("a webhook is disabled; its events wait", "site", k.Site, "webhook", k.ID, "why", why)
	return d.putHook(ctx, k)
}
