package admin

import (
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Codes of failures that only people who sign in meet.
const (
	TooMany      consent.Code = "too-many-requests"
	SecondFactor consent.Code = "second-factor"
	NotConfirmed consent.Code = "confirm"
)

// The limits of failed sign-ins.
const (
	window          = 15 * time.Minute
	accountTries    = 5
	networkTries    = 30
	everyoneTries   = 50
	maxThrottleKeys = 50_000
)

// throttle counts tries by account, by network and by everybody. It lives in
// memory, so that it works without any store; a node counts for itself.
type throttle struct {
	clock func() time.Time
	mu    sync.Mutex
	tries map[string]*tries
	// second and count bound the tries of everybody in one second.
	second int64
	count  int
}

type tries struct {
	n     int
	since time.Time
	// until is when the next try is heard.
	until time.Time
}

func newThrottle(clock func() time.Time) *throttle {
	return &throttle{clock: clock, tries: map[string]*tries{}}
}

// confirming stands for a device where somebody who is signed in gives their
// password once more.
const confirming = "confirm"

func accountKey(email, device string) string { return "a " + digest([]byte(email)) + " " + device }
func networkKey(network string) string       { return "n " + network }

func limitOf(key string) int {
	if key[0] == 'n' {
		return networkTries
	}
	return accountTries
}

// waits reports whether a try under a key would not be heard now. It counts none.
func (t *throttle) waits(key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now, x := t.clock(), t.tries[key]; x != nil && now.Before(x.until) {
		return tooMany(x.until.Sub(now))
	}
	return nil
}

// takeAll counts a try of everybody.
func (t *throttle) takeAll() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.clock().Unix(); now != t.second {
		t.second, t.count = now, 0
	}
	if t.count++; t.count > everyoneTries {
		return tooMany(time.Second)
	}
	return nil
}

// take counts a try under a key before it is known whether it succeeds. Above
// the limit each try waits twice as long as the one before, at most a window:
// never for good.
func (t *throttle) take(key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	x := t.tries[key]
	if x == nil || now.Sub(x.since) >= window && now.After(x.until) {
		t.makeRoom(now)
		x = &tries{since: now}
		t.tries[key] = x
	}
	if now.Before(x.until) {
		return tooMany(x.until.Sub(now))
	}
	x.n++
	if over := x.n - limitOf(key); over >= 0 {
		wait := min(window, time.Minute<<min(over, 5))
		x.until = now.Add(wait)
		x.since = now
	}
	return nil
}

// forgive forgets the tries under a key: one of them succeeded.
func (t *throttle) forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, key)
}

// giveBack takes back one try under a key, which succeeded. The others stay: who
// has an account of their own must not wipe out what they tried at others'.
func (t *throttle) giveBack(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.tries[key]
	if x == nil {
		return
	}
	if x.n--; x.n <= 0 {
		delete(t.tries, key)
	} else if x.n < limitOf(key) {
		x.until = time.Time{}
	}
}

// makeRoom keeps the memory bounded: what has ended goes first, then any.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.tries) < maxThrottleKeys {
		return
	}
	for k, x := range t.tries {
		if now.Sub(x.since) >= window && now.After(x.until) {
			delete(t.tries, k)
		}
	}
	for k := range t.tries {
		if len(t.tries) < maxThrottleKeys {
			return
		}
		delete(t.tries, k)
	}
}

func tooMany(wait time.Duration) error {
	// Up to a whole second, as Retry-After says it.
	wait = max((wait + time.Second - 1).Truncate(time.Second), time.Second)
	return &consent.Error{Code: TooMany, Cause: "there were too many tries to sign in", Fix: "wait " + wait.String() + " and try again; the account is not locked", Wait: wait}
}
