package hooks

import "time"

// longest is more than a pause ever is. What is to wait longer was put off by a
// process whose clock was wrong.
const longest = maxWait + maxWait/4

// waits reports whether it is not yet time for another attempt.
func (r *Retry) waits(now time.Time) bool {
	return r.Next.After(now) && r.Next.Before(now.Add(longest))
}

// leased is the state of an endpoint that another process sends to, and since when
// it is as it is by the clock of this one.
type leased struct {
	version int64
	since   time.Time
}

// waits reports whether another process sends to an endpoint. That one's clock may
// be ahead of ours by years, and it may be gone: a lease that is not used for as
// long as it lasts has ended, whatever it says.
func (d *Desk) waits(st *state, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if st.Owner == d.o.Node || !now.Before(st.Until) {
		delete(d.leases, st.key)
		return false
	}
	seen, ok := d.leases[st.key]
	if !ok || seen.version != st.version {
		seen = leased{st.version, now}
		d.leases[st.key] = seen
	}
	return now.Sub(seen.since) < lease
}
