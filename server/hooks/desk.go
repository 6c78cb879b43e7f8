package hooks

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
)

// Options are what a Desk needs; Allow, Log and the last ones are optional.
type Options struct {
	Cabinet consent.Cabinet
	Feed    *feed.Desk
	Keys    *consent.Keyring
	Clock   func() time.Time
	Random  io.Reader
	Log     *slog.Logger
	// Node names this process, so that of several one sends.
	Node string
	// Allow are networks that are reached although they are not public, also
	// without TLS.
	Allow []netip.Prefix
	// Attempts is how often an event is sent before it is given up; 0 means 12.
	Attempts int
	// Wait is how long after the first failure it is sent again; 0 means 5 seconds.
	Wait time.Duration
	// Owner names whose a site is, so that all receivers of one organisation that
	// hang hold up no other; nil takes each site for itself.
	Owner func(site string) string
	// Version stands in the User-Agent.
	Version string
	// Resolve finds the addresses of a name; nil asks this machine's resolver.
	Resolve func(ctx context.Context, name string) ([]netip.Addr, error)
}

// Desk manages endpoints and sends to them.
type Desk struct {
	o      Options
	guard  *guard
	client *http.Client
	mu     sync.Mutex
	// busy are endpoints that are being sent to.
	busy map[string]bool
	// leases are those of other processes.
	leases map[string]leased
	watch  watch
	// stale says that an endpoint was changed here since all were listed.
	stale atomic.Bool
}

// New makes a desk; call Run to send.
func New(o Options) *Desk {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Attempts, o.Wait = cmp.Or(o.Attempts, 12), cmp.Or(o.Wait, 5*time.Second)
	if o.Owner == nil {
		o.Owner = func(site string) string { return site }
	}
	if o.Resolve == nil {
		o.Resolve = func(ctx context.Context, name string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		}
	}
	g := &guard{allowed: o.Allow}
	return &Desk{o: o, guard: g, client: g.client(), busy: map[string]bool{}, leases: map[string]leased{}}
}

const (
	kindHook  = "hook"
	kindState = "hook-state"
)

// key names an endpoint, so that those of a site stand together.
func (e *Endpoint) key() string { return e.Site + "/" + e.ID }

// RotateLife is how long an old secret signs beside the new one.
const RotateLife = 24 * time.Hour

// Create stores a new endpoint, which gets what happens from now on, or all
// from the cursor after on, and returns its secret: the only time that it is
// told. Errors: Invalid, Conflict when site or organisation has too many, UnknownSite,
// Unavailable.
func (d *Desk) Create(ctx context.Context, e Endpoint, after *string) (Endpoint, string, error) {
	if err := e.check(); err != nil {
		return e, "", err
	}
	if err := d.reachable(ctx, e.URL); err != nil {
		return e, "", err
	}
	if err := d.room(ctx, e.Site); err != nil {
		return e, "", err
	}
	var id [8]byte
	if _, err := io.ReadFull(d.o.Random, id[:]); err != nil {
		return e, "", fmt.Errorf("name the webhook: %w", err)
	}
	e.ID, e.CreatedAt, e.Disabled, e.Why = "wh_"+hex.EncodeToString(id[:]), d.o.Clock().UTC(), false, ""
	if e.Events == nil {
		e.Events = []string{}
	}
	begin, err := "", error(nil)
	if after == nil {
		if begin, err = d.o.Feed.End(ctx, e.Site); err != nil {
			return e, "", err
		}
	} else {
		begin = *after
		if _, _, err := d.o.Feed.Page(ctx, e.Site, begin, 1); err != nil {
			return e, "", err
		}
	}
	k := kept{Endpoint: e}
	told, err := d.addSecret(&k)
	if err != nil {
		return e, "", err
	}
	if err := d.putState(ctx, &state{Status: Status{Cursor: begin}, key: e.key()}); err != nil {
		return e, "", err
	}
	return e, told, d.putHook(ctx, k)
}

// List returns a site's endpoints in the order of their ids. Errors: Unavailable.
func (d *Desk) List(ctx context.Context, site string) ([]Endpoint, error) {
	list := []Endpoint{}
	docs, err := d.o.Cabinet.Documents(ctx, kindHook, site+"/", consent.MaxPage)
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		if !strings.HasPrefix(doc.ID, site+"/") {
			break
		}
		k, err := decode(doc)
		if err != nil {
			return nil, err
		}
		list = append(list, k.Endpoint)
	}
	return list, nil
}

// Find returns an endpoint and how its deliveries go. Errors: NotFound, Unavailable.
func (d *Desk) Find(ctx context.Context, site, id string) (View, Status, error) {
	k, err := d.find(ctx, site, id)
	if err != nil {
		return View{}, Status{}, err
	}
	st, err := d.state(ctx, k.key())
	return View{k.Endpoint, st.failing(k.Disabled)}, st.shown(), err
}

// Change replaces what may be changed of an endpoint and returns it as it is
// now. Enabling one that was disabled by failures lets it go on where it stood;
// any other change leaves standing why it is disabled.
// Errors: Invalid, NotFound, Conflict, Unavailable.
func (d *Desk) Change(ctx context.Context, site, id string, change func(*Endpoint)) (Endpoint, error) {
	k, err := d.find(ctx, site, id)
	if err != nil {
		return Endpoint{}, err
	}
	before := k.Endpoint
	change(&k.Endpoint)
	k.ID, k.Site, k.CreatedAt, k.CreatedBy = before.ID, before.Site, before.CreatedAt, before.CreatedBy
	switch k.Why = before.Why; {
	case !k.Disabled:
		k.Why = ""
	case !before.Disabled:
		k.Why = "disabled by hand"
	}
	if err := k.check(); err != nil {
		return Endpoint{}, err
	}
	if k.URL != before.URL {
		if err := d.reachable(ctx, k.URL); err != nil {
			return Endpoint{}, err
		}
	}
	if before.Disabled && !k.Disabled {
		if err := d.amend(ctx, k.key(), func(st *state) { st.FailingSince = nil; st.allDue(d.o.Clock()) }); err != nil {
			return Endpoint{}, err
		}
	}
	return k.Endpoint, d.putHook(ctx, k)
}

// Delete removes an endpoint with all that waits for it. Errors: NotFound, Unavailable.
func (d *Desk) Delete(ctx context.Context, site, id string) (Endpoint, error) {
	k, err := d.find(ctx, site, id)
	if err != nil {
		return Endpoint{}, err
	}
	defer d.stale.Store(true)
	if err := d.o.Cabinet.DropDocument(ctx, kindHook, k.key()); err != nil {
		return k.Endpoint, err
	}
	return k.Endpoint, d.o.Cabinet.DropDocument(ctx, kindState, k.key())
}

// Rotate gives an endpoint a new secret and returns it. The one before signs
// for RotateLife more. Errors: NotFound, Conflict, Unavailable.
func (d *Desk) Rotate(ctx context.Context, site, id string) (string, error) {
	k, err := d.find(ctx, site, id)
	if err != nil {
		return "", err
	}
	told, err := d.addSecret(&k)
	if err != nil {
		return "", err
	}
	return told, d.putHook(ctx, k)
}

func (d *Desk) addSecret(k *kept) (string, error) {
	told, err := newSecret(d.o.Random)
	if err != nil {
		return "", err
	}
	sealed, err := d.o.Keys.Seal(d.o.Random, "webhook", k.key(), []byte(told))
	if err != nil {
		return "", err
	}
	now := d.o.Clock().UTC()
	list := []secret{{Sealed: sealed}}
	if len(k.Secrets) > 0 {
		old := k.Secrets[0]
		old.Until = now.Add(RotateLife)
		list = append(list, old)
	}
	k.Secrets = list
	return told, nil
}

// secrets opens those that sign at a time.
func (d *Desk) secrets(k kept, now time.Time) []string {
	var list []string
	for _, s := range k.Secrets {
		if !s.Until.IsZero() && now.After(s.Until) {
			continue
		}
		if raw, err := d.o.Keys.Open("webhook", k.key(), s.Sealed); err == nil {
			list = append(list, string(raw))
		}
	}
	return list
}

func (d *Desk) find(ctx context.Context, site, id string) (k kept, err error) {
	none := consent.Fail(consent.NotFound, "there is no such webhook", "list the webhooks of the site")
	if id == "" || len(id) > 64 {
		return k, none
	}
	doc, err := d.o.Cabinet.Document(ctx, kindHook, site+"/"+id)
	if consent.CodeOf(err) == consent.NotFound {
		return k, none
	}
	if err != nil {
		return k, err
	}
	return decode(doc)
}

func decode(doc consent.Document) (k kept, err error) {
	if err := json.Unmarshal(doc.Body, &k); err != nil {
		return k, fmt.Errorf("read a webhook: %w", err)
	}
	k.version = doc.Version
	return k, nil
}

func (d *Desk) putHook(ctx context.Context, k kept) error {
	body, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encode a webhook: %w", err)
	}
	_, err = d.o.Cabinet.PutDocument(ctx, consent.Document{Kind: kindHook, ID: k.key(), Version: k.version, Body: body})
	d.stale.Store(true)
	return err
}
