package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/leadiumx/consent/consent"
)

const (
	editionsName = "editions"
	// mirrorBatch is how many editions are copied at a time.
	mirrorBatch = 64
)

// mirror holds a copy of every edition on this node's disk, one file each, for
// a store that may lose them: without its edition a site would be unknown, and
// what visitors decide there refused. Editions never change, so a copy is never
// stale; one that is torn is fetched again.
type mirror struct {
	dir string
	mu  sync.Mutex
	// have is the newest edition of a site up to which all are here, want the
	// newest that the store has told of.
	have, want map[string]int
}

// openMirror looks at what is there. Errors: Unavailable.
func openMirror(dir string) (*mirror, error) {
	m := &mirror{dir: filepath.Join(dir, editionsName), have: map[string]int{}, want: map[string]int{}}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return nil, unread(err)
	}
	sites, err := os.ReadDir(m.dir)
	if err != nil {
		return nil, unread(err)
	}
	for _, s := range sites {
		site, err := url.PathUnescape(s.Name())
		if err != nil || !s.IsDir() {
			continue
		}
		files, err := os.ReadDir(filepath.Join(m.dir, s.Name()))
		if err != nil {
			return nil, unread(err)
		}
		here := map[int]bool{}
		for _, f := range files {
			if n, err := strconv.Atoi(strings.TrimSuffix(f.Name(), ".json")); err == nil {
				here[n] = true
			}
		}
		for n := 1; here[n]; n++ {
			m.have[site] = n
		}
	}
	return m, nil
}

func (m *mirror) path(site string, n int) string {
	return filepath.Join(m.dir, url.PathEscape(site), strconv.Itoa(n)+".json")
}

// put keeps an edition, if it is the next one of its site.
func (m *mirror) put(e consent.Edition) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.Number != m.have[e.Site.ID]+1 {
		return nil
	}
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	path := m.path(e.Site.ID, e.Number)
	err = os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = writeSynced(path+".new", b)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		m.have[e.Site.ID] = e.Number
	}
	return err
}

func (m *mirror) get(site string, n int) (e consent.Edition, err error) {
	b, err := os.ReadFile(m.path(site, n))
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	if err == nil && (e.Site.ID != site || e.Number != n || e.Hash != e.Site.Hash()) {
		err = fmt.Errorf("the copy of edition %d of site %s is damaged", n, site)
	}
	return e, err
}

// newestHere is the newest edition of a site up to which all are here.
type newestHere struct {
	site   string
	number int
}

func (m *mirror) newest() []newestHere {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []newestHere
	for _, site := range slices.Sorted(maps.Keys(m.have)) {
		all = append(all, newestHere{site, m.have[site]})
	}
	return all
}

// lacking lists what the store has lost: each site with its newest edition there.
func (m *mirror) lacking(there map[string]int) map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(m.want, there)
	lost := map[string]int{}
	for site, n := range m.have {
		if there[site] < n {
			lost[site] = there[site]
		}
	}
	return lost
}

// missing is the next edition that is not here yet, if any.
func (m *mirror) missing() (site string, n int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for site, newest := range m.want {
		if m.have[site] < newest {
			return site, m.have[site] + 1, true
		}
	}
	return "", 0, false
}

// Live returns the newest edition of every site; see consent.Catalog. What a
// store has lost is published there again first.
func (b *Outbox) Live(ctx context.Context) ([]consent.Edition, error) {
	live, err := b.inner.Live(ctx)
	if err != nil || b.mirror == nil {
		return live, err
	}
	there := make(map[string]int, len(live))
	for i := range live {
		there[live[i].Site.ID] = live[i].Number
	}
	lost := b.mirror.lacking(there)
	if len(lost) == 0 {
		return live, nil
	}
	b.o.Log.Error("the store has lost editions of sites; they are published there again from this node's copy", "sites", len(lost))
	for site, n := range lost {
		for e, err := b.mirror.get(site, n+1); !errors.Is(err, os.ErrNotExist); e, err = b.mirror.get(site, n+1) {
			if err == nil {
				err = b.inner.Publish(ctx, e)
			}
			if err != nil && consent.CodeOf(err) != consent.Conflict {
				return nil, coded(err)
			}
			n++
		}
	}
	return b.inner.Live(ctx)
}

// Numbers tells the newest edition of every site; see consent.Catalog. What a
// store has lost is published there again first.
func (b *Outbox) Numbers(ctx context.Context) (map[string]int, error) {
	there, err := b.inner.Numbers(ctx)
	if err != nil || b.mirror == nil || len(b.mirror.lacking(there)) == 0 {
		return there, err
	}
	if _, err := b.Live(ctx); err != nil {
		return nil, err
	}
	return b.inner.Numbers(ctx)
}

// Publish stores an edition; see consent.Catalog.
func (b *Outbox) Publish(ctx context.Context, e consent.Edition) error {
	err := b.inner.Publish(ctx, e)
	if err == nil && b.mirror != nil {
		if err := b.mirror.put(e); err != nil {
			b.o.Log.Warn("an edition cannot be copied to this node", "err", err)
		}
	}
	return err
}

// copyEditions gives the store back what it has lost, and fetches some of the
// editions that are not here.
func (a *applier) copyEditions(ctx context.Context) {
	if a.mirror == nil || a.pause > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	if a.restores {
		// Nobody else may look: when it loses them twice in a moment, the version of
		// the catalogue is the same as before.
		if _, err := a.Live(ctx); err != nil {
			a.o.Log.Warn("what the store has lost of the sites cannot be looked for", "err", err)
			return
		}
		a.restores = false
	}
	for range mirrorBatch {
		site, n, ok := a.mirror.missing()
		if !ok {
			return
		}
		e, err := a.inner.Edition(ctx, site, n)
		if err == nil {
			err = a.mirror.put(e)
		}
		if err != nil {
			a.o.Log.Warn("an edition cannot be copied to this node", "err", err)
			return
		}
	}
}
