package publish

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// snapshot is what is live, and what will be.
type snapshot struct {
	// sites holds the newest edition of each site that is served, scheduled or
	// not; shelved are not served any more.
	sites   map[string]*consent.Edition
	shelved map[string]*consent.Edition
	// earlier holds, for a site whose newest edition was scheduled when it was
	// read, the editions before it, the newest first, down to one in force.
	earlier map[string][]*consent.Edition
	order   []string
	shelf   shelf
	// version is the catalogue's, read before the editions. It is part of what is
	// swapped: of two who load at once the slower one may win, and then its own
	// version says that there is something newer.
	version int64
	// kept says that this is what the node had a copy of: other sites may exist.
	kept bool
}

// at returns the edition of a site that is in force: the newest of those that
// have taken effect. It is nil before the first one has.
func (s *snapshot) at(site string, now time.Time) *consent.Edition {
	e := s.sites[site]
	if e == nil || e.InForce(now) {
		return e
	}
	for _, e := range s.earlier[site] {
		if e.InForce(now) {
			return e
		}
	}
	return nil
}

// upcoming returns the edition that will take effect next.
func (s *snapshot) upcoming(site string, now time.Time) *consent.Edition {
	next := s.sites[site]
	if next == nil || next.InForce(now) {
		return nil
	}
	for _, e := range s.earlier[site] {
		if e.InForce(now) {
			break
		}
		if e.EffectiveAt.Before(next.EffectiveAt) {
			next = e
		}
	}
	return next
}

// Load reads every live edition from the store.
func (d *Desk) Load(ctx context.Context) error {
	// The version is read first: a publication in between is loaded twice,
	// never missed.
	version, err := d.o.Store.Version(ctx)
	if err != nil {
		return fmt.Errorf("read the catalogue's version: %w", err)
	}
	editions, err := d.newest(ctx, version)
	if err != nil {
		return fmt.Errorf("read live editions: %w", err)
	}
	shelf, err := d.readShelf(ctx)
	if err != nil {
		return fmt.Errorf("read which sites are archived: %w", err)
	}
	s, err := d.snapshot(ctx, editions, shelf)
	if err != nil {
		return err
	}
	s.version = version
	d.live.Store(s)
	return nil
}

// fewNew is how many editions are read one by one.
const fewNew = 16

// newest reads the newest edition of every site. What is known is not read again,
// as long as the version, which counts publications, tells that nothing else has
// changed: else each publication would cost as much as all sites together.
func (d *Desk) newest(ctx context.Context, version int64) ([]consent.Edition, error) {
	known := d.live.Load()
	numbers, err := d.o.Store.Numbers(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]consent.Edition, 0, len(numbers))
	var fresh []string
	published, same := int64(0), 0
	for _, site := range slices.Sorted(maps.Keys(numbers)) {
		switch e := cmp.Or(known.sites[site], known.shelved[site]); {
		case e == nil:
			published += int64(numbers[site])
			fresh = append(fresh, site)
		case e.Number == numbers[site]:
			same++
			all = append(all, *e)
		default:
			same++
			published += int64(numbers[site] - e.Number)
			fresh = append(fresh, site)
		}
	}
	if published != version-known.version || same < len(known.sites)+len(known.shelved) || len(fresh) > fewNew {
		return d.o.Store.Live(ctx)
	}
	for _, site := range fresh {
		e, err := d.o.Store.Edition(ctx, site, numbers[site])
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b consent.Edition) int { return strings.Compare(a.Site.ID, b.Site.ID) })
	return all, nil
}

// snapshot is made of the newest editions.
func (d *Desk) snapshot(ctx context.Context, editions []consent.Edition, shelf shelf) (*snapshot, error) {
	known := d.live.Load()
	s := &snapshot{
		sites: make(map[string]*consent.Edition, len(editions)), shelved: map[string]*consent.Edition{},
		earlier: map[string][]*consent.Edition{}, shelf: shelf,
	}
	for _, read := range editions {
		e := known.same(read)
		if _, off := shelf.Sites[e.Site.ID]; off {
			s.shelved[e.Site.ID] = e
			continue
		}
		s.sites[e.Site.ID] = e
		s.order = append(s.order, e.Site.ID)
		if last := known.sites[e.Site.ID]; last != nil && last.Number < e.Number {
			// Its pages are still open.
			d.past.put(last)
		}
		var err error
		if s.earlier[e.Site.ID], err = d.before(ctx, e, known); err != nil {
			return nil, fmt.Errorf("read the edition before a scheduled one: %w", err)
		}
	}
	return s, nil
}

// same is an edition as it was known before, if it is that very one: what is
// remembered of it, here and by others, stays of use, and nothing holds on to the
// list in which it was read again.
func (s *snapshot) same(read consent.Edition) *consent.Edition {
	id := read.Site.ID
	for _, e := range append([]*consent.Edition{s.sites[id], s.shelved[id]}, s.earlier[id]...) {
		if e != nil && reflect.DeepEqual(*e, read) {
			return e
		}
	}
	return &read
}

// before reads what a scheduled edition will replace.
func (d *Desk) before(ctx context.Context, e *consent.Edition, known *snapshot) ([]*consent.Edition, error) {
	var list []*consent.Edition
	for now := d.o.Clock(); !e.InForce(now) && e.Number > 1; {
		earlier, err := d.o.Store.Edition(ctx, e.Site.ID, e.Number-1)
		if err != nil {
			return nil, err
		}
		e = known.same(earlier)
		list = append(list, e)
	}
	return list, nil
}

// Live returns the live edition of a site. The edition is shared: do not
// change it. Errors: UnknownSite; Unavailable for a site of which LoadKept found
// nothing.
func (d *Desk) Live(site string) (*consent.Edition, error) {
	s := d.live.Load()
	e := s.sites[site]
	if e != nil && !e.EffectiveAt.IsZero() {
		e = s.at(site, d.o.Clock())
	}
	if e != nil {
		return e, nil
	}
	if s.kept && s.shelved[site] == nil {
		return nil, consent.Fail(consent.Unavailable, fmt.Sprintf("this server has no copy of a site %q, and its store has not answered since it was started", clip(site)),
			"try again once the store answers")
	}
	return nil, NoSite(site)
}

// Current returns the live edition of a site; of one that is archived, or not
// live yet, the newest. Errors: UnknownSite.
func (d *Desk) Current(site string) (*consent.Edition, error) {
	if e, err := d.Live(site); err == nil {
		return e, nil
	}
	return d.Newest(site)
}

// Upcoming returns the edition that will take effect next, nil when none is
// scheduled.
func (d *Desk) Upcoming(site string) *consent.Edition {
	s := d.live.Load()
	if e := s.sites[site]; e == nil || e.EffectiveAt.IsZero() {
		return nil
	}
	return s.upcoming(site, d.o.Clock())
}

// Sites lists the ids of all sites that are served, in order.
func (d *Desk) Sites() []string { return d.live.Load().order }

// Published lists the ids of all sites that were ever published, in order:
// archived and deleted ones, which are not served, still have records.
func (d *Desk) Published() []string {
	s := d.live.Load()
	all := make([]string, 0, len(s.sites)+len(s.shelved))
	for _, sites := range []map[string]*consent.Edition{s.sites, s.shelved} {
		all = slices.AppendSeq(all, maps.Keys(sites))
	}
	slices.Sort(all)
	return all
}
