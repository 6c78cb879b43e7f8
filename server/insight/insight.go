// Package insight counts how banners do: shown, accepted, refused, and what
// cookies pages hold that nobody declared. It knows no visitor: there is no
// identifier in anything that it takes, keeps or tells.
package insight

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Store is what counts and names are kept in.
type Store interface {
	consent.Counters
	consent.Cabinet
}

// Options are what a Desk needs; all are required.
type Options struct {
	Store Store
	Clock func() time.Time
	Log   *slog.Logger
}

// Desk gathers what browsers tell in memory and hands it over in batches: these
// are statistics, and a crash may lose the last seconds of them.
type Desk struct {
	o       Options
	mu      sync.Mutex
	counts  map[place]map[string]int64
	names   map[string]map[string]string
	pending int
}

// place is where counts go.
type place struct{ site, day string }

// New makes a desk; Run hands over what it gathers.
func New(o Options) *Desk {
	return &Desk{o: o, counts: map[place]map[string]int64{}, names: map[string]map[string]string{}}
}

// Event is what happened to a banner.
type Event string

// The events of a banner.
const (
	Shown     Event = "shown"
	Accepted  Event = "accepted"
	Rejected  Event = "rejected"
	Partial   Event = "partial"
	Dismissed Event = "dismissed"
	Withdrawn Event = "withdrawn"
)

// EventOf names what an action of the script is to a statistic; "" for one that
// is no answer to a banner.
func EventOf(action string) Event {
	switch consent.Action(action) {
	case "":
		return Shown
	case consent.AcceptAll:
		return Accepted
	case consent.RejectAll:
		return Rejected
	case consent.Save:
		return Partial
	case consent.Dismiss:
		return Dismissed
	case consent.Withdraw:
		return Withdrawn
	}
	return ""
}

// Device is a class of screens.
type Device string

// DeviceOf reads the class that a script states; anything else is a desktop's.
func DeviceOf(n int) Device {
	switch n {
	case 1:
		return "phone"
	case 2:
		return "tablet"
	}
	return "desktop"
}

// Seen is one thing that a browser tells.
type Seen struct {
	Site    string
	Event   Event
	Country string
	Locale  string
	Edition string
	Device  Device
	// Bot says that a program rather than a visitor seems to look.
	Bot bool
	// Names are of cookies and storage keys that the site does not declare,
	// with their kind.
	Names map[string]string
}

const (
	// maxPending bounds the memory between two handings over.
	maxPending = 100_000
	// maxKeys is the most that one call of the store counts.
	maxKeys = 1000
)

const botKey = "seen:bot"

func seenKey(dimension, value string, e Event) string {
	return "seen:" + string(e) + ":" + dimension + ":" + value
}

// Add takes in what a browser tells. When too much waits it is dropped.
func (d *Desk) Add(s Seen) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pending >= maxPending {
		return
	}
	at := place{s.Site, d.o.Clock().UTC().Format(time.DateOnly)}
	if d.counts[at] == nil {
		d.counts[at] = map[string]int64{}
	}
	if s.Bot {
		d.count(at, botKey)
		return
	}
	if s.Event != "" {
		d.count(at, seenKey("all", "", s.Event))
		for _, x := range [...][2]string{{Country, s.Country}, {Locale, s.Locale}, {Edition, s.Edition}, {ByDevice, string(s.Device)}} {
			d.count(at, seenKey(x[0], orUnknown(x[1]), s.Event))
		}
	}
	for name, kind := range s.Names {
		if name, ok := plainName(name); ok {
			d.name(s.Site, name, kindOf(kind))
		}
	}
}

func (d *Desk) name(site, name, kind string) {
	if d.names[site] == nil {
		d.names[site] = map[string]string{}
	}
	if _, there := d.names[site][name]; !there {
		d.pending++
	}
	d.names[site][name] = kind
}

func (d *Desk) count(at place, key string) {
	if _, there := d.counts[at][key]; !there {
		d.pending++
	}
	d.counts[at][key]++
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// Run hands over what was gathered, until the context ends; then once more.
func (d *Desk) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for told := false; ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		// The last handing over needs a context of its own.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		err := d.Flush(last)
		cancel()
		if err != nil && !told {
			d.o.Log.Warn("statistics wait for the store", "error", err)
		}
		told = err != nil
	}
}

// Flush hands over what was gathered. What the store does not take waits for
// the next time.
func (d *Desk) Flush(ctx context.Context) error {
	d.mu.Lock()
	counts, names := d.counts, d.names
	d.counts, d.names, d.pending = map[place]map[string]int64{}, map[string]map[string]string{}, 0
	d.mu.Unlock()
	var failed error
	for at, add := range counts {
		keys := make([]string, 0, len(add))
		for k := range add {
			keys = append(keys, k)
		}
		for part := range slices.Chunk(keys, maxKeys) {
			batch := make(map[string]int64, len(part))
			for _, k := range part {
				batch[k] = add[k]
			}
			if err := d.o.Store.Count(ctx, at.site, at.day, batch); err != nil {
				failed = err
				d.back(at, batch)
			}
		}
	}
	for site, found := range names {
		if err := d.meet(ctx, site, found); err != nil {
			failed = err
			d.namesBack(site, found)
		}
	}
	return failed
}

// namesBack puts names among what waits, as long as there is room.
func (d *Desk) namesBack(site string, found map[string]string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, kind := range found {
		if d.pending < maxPending {
			d.name(site, name, kind)
		}
	}
}

// back puts counts among what waits.
func (d *Desk) back(at place, batch map[string]int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts[at] == nil {
		d.counts[at] = map[string]int64{}
	}
	for k, n := range batch {
		if _, there := d.counts[at][k]; !there {
			if d.pending >= maxPending {
				continue
			}
			d.pending++
		}
		d.counts[at][k] += n
	}
}
