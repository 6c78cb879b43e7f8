package admin

import (
	"cmp"
	"context"
	"crypto/subtle"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
)

// KeyPrefix begins every API key, so that scanners of leaked secrets find them.
const KeyPrefix = "lxk_"

const (
	// KeyLife is the longest that an API key may live.
	KeyLife = 366 * 24 * time.Hour
	// keyMemory is how long a key that was read is believed: as long as this,
	// a key that was just revoked may still work.
	keyMemory = time.Second
	// usedStep is how exactly the last use is noted.
	usedStep = time.Minute
	// usedWait is how long a request may wait for that.
	usedWait = 50 * time.Millisecond
)

// APIKey is a key for programs.
type APIKey struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Tenant string `json:"tenant,omitempty"`
	// Prefix is how the key begins, to recognise it by.
	Prefix      string       `json:"prefix"`
	Permissions []Permission `json:"permissions"`
	// Sites are the only sites that the key works for; empty means all.
	Sites   []string  `json:"sites,omitempty"`
	By      string    `json:"by"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	// LastUsed is at most a minute old, zero when it never was.
	LastUsed time.Time `json:"last_used,omitzero"`
	Hash     string    `json:"hash,omitempty"`
}

func (k *APIKey) grant() Grant {
	if len(k.Sites) == 0 {
		return Grant{Permissions: k.Permissions}
	}
	g := Grant{Permissions: []Permission{}, Sites: map[string][]Permission{}}
	for _, site := range k.Sites {
		g.Sites[site] = k.Permissions
	}
	return g
}

// NewKey makes an API key and returns it with its secret, which nobody can read
// again. Errors: Invalid, Forbidden for more than the caller holds.
func (d *Desk) NewKey(ctx context.Context, p Principal, in APIKey) (APIKey, string, error) {
	name, err := label("name", in.Name)
	if err != nil {
		return in, "", err
	}
	now := d.o.Clock().UTC()
	if in.Expires.IsZero() || !in.Expires.After(now) || in.Expires.Sub(now) > KeyLife {
		return in, "", consent.Fail(consent.Invalid, "`expires` is not within the coming year", "write a time such as "+now.AddDate(0, 6, 0).Format(time.RFC3339))
	}
	if len(in.Permissions) == 0 || len(in.Sites) > 500 {
		return in, "", consent.Fail(consent.Invalid, "the key has no permission, or more than 500 sites", "name what it may do, for example check")
	}
	for _, want := range in.Permissions {
		if !slices.Contains(Permissions(), want) || len(in.Sites) > 0 && !slices.Contains(ofSites(), want) {
			return in, "", consent.Fail(consent.Invalid, "the permission `"+string(want[:min(len(want), 32)])+"` does not exist, or not on single sites", "see /v1/roles for what there is")
		}
	}
	out := APIKey{Name: name, Tenant: p.Tenant, Permissions: in.Permissions, Sites: in.Sites, By: cmp.Or(p.Email, p.Name), Created: now, Expires: in.Expires.UTC()}
	if !p.MayGrant(out.grant()) {
		return in, "", consent.Fail(consent.Forbidden, "the key could do more than you may", "give it less")
	}
	have, err := d.Keys(ctx, p)
	if err != nil {
		return in, "", err
	}
	if len(have) >= maxMembers {
		return in, "", consent.Fail(consent.Conflict, "there are 1,000 keys", "revoke some")
	}
	if err := d.arrive(ctx, p); err != nil {
		return in, "", err
	}
	if out.ID, err = d.name(); err != nil {
		return in, "", err
	}
	secret, err := d.secret()
	if err != nil {
		return in, "", err
	}
	out.Prefix = KeyPrefix + out.ID
	text := out.Prefix + "." + secret
	out.Hash = digest([]byte(text))
	_, hash, err := save(ctx, d.o.Store, kindKey, out.ID, 0, out)
	if err != nil {
		return in, "", err
	}
	out.Hash, out.Tenant = "", ""
	return out, text, d.Audit(ctx, p, p.Tenant, Change{Action: "key.create", Object: out.ID, After: hash, Note: name})
}

// Keys lists the API keys of the caller's organisation.
func (d *Desk) Keys(ctx context.Context, p Principal) ([]APIKey, error) {
	list := []APIKey{}
	err := every(ctx, d.o.Store, kindKey, func(id string, k held[APIKey]) error {
		if k.value.Tenant != p.Tenant {
			return nil
		}
		if used, err := load[time.Time](ctx, d.o.Store, kindKeyUsed, id); err == nil {
			k.value.LastUsed = used.value
		}
		k.value.Hash, k.value.Tenant = "", ""
		list = append(list, k.value)
		return nil
	})
	return list, err
}

// DropKey revokes an API key. Errors: NotFound.
func (d *Desk) DropKey(ctx context.Context, p Principal, id string) error {
	k, err := load[APIKey](ctx, d.o.Store, kindKey, id)
	if err != nil {
		return hidden(err, "key")
	}
	if k.value.Tenant != p.Tenant {
		return notFound("key")
	}
	if err := d.o.Store.DropDocument(ctx, kindKey, id); err != nil {
		return err
	}
	d.known.drop(id)
	if err := d.o.Store.DropDocument(ctx, kindKeyUsed, id); err != nil {
		return err
	}
	return d.Audit(ctx, p, p.Tenant, Change{Action: "key.revoke", Object: id, Before: k.hash, Note: k.value.Name})
}

// byKey returns the principal of an API key. Errors: Unauthorized.
func (d *Desk) byKey(ctx context.Context, token string) (Principal, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(token, KeyPrefix), ".")
	k, err := d.key(ctx, id)
	if code := consent.CodeOf(err); code == consent.NotFound || code == consent.Invalid {
		return Principal{}, wrongKey()
	}
	if err != nil {
		return Principal{}, err
	}
	if subtle.ConstantTimeCompare([]byte(digest([]byte(token))), []byte(k.Hash)) != 1 || !d.o.Clock().Before(k.Expires) {
		return Principal{}, wrongKey()
	}
	d.noteUse(ctx, id)
	return Principal{Kind: ByKey, Name: "key " + k.Name, Tenant: k.Tenant, Grant: k.grant()}, nil
}

func wrongKey() error {
	return consent.Fail(consent.Unauthorized, "the API key is not valid, was revoked or has expired", "make a new one in the dashboard")
}

func (d *Desk) key(ctx context.Context, id string) (APIKey, error) {
	now := d.o.Clock()
	if k, ok := d.known.get(id, now); ok {
		return k, nil
	}
	k, err := load[APIKey](ctx, d.o.Store, kindKey, id)
	if err == nil {
		d.known.put(id, k.value, now)
	}
	return k.value, err
}

// noteUse remembers when a key was used last. It is a help for people, so its
// failure fails nothing.
func (d *Desk) noteUse(ctx context.Context, id string) {
	now := d.o.Clock().UTC()
	if !d.known.due(id, now) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, usedWait)
	defer cancel()
	used, err := load[time.Time](ctx, d.o.Store, kindKeyUsed, id)
	if err != nil && consent.CodeOf(err) != consent.NotFound {
		return
	}
	if now.Sub(used.value) >= usedStep {
		_, _, _ = save(ctx, d.o.Store, kindKeyUsed, id, used.version, now)
	}
}

// knownKeys are the keys that were read lately.
type knownKeys struct {
	mu   sync.Mutex
	keys map[string]knownKey
}

type knownKey struct {
	key   APIKey
	read  time.Time
	noted time.Time
}

const maxKnownKeys = 10_000

func (k *knownKeys) get(id string, now time.Time) (APIKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	x, ok := k.keys[id]
	return x.key, ok && now.Sub(x.read) < keyMemory && !now.Before(x.read)
}

func (k *knownKeys) put(id string, key APIKey, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.keys) >= maxKnownKeys {
		clear(k.keys)
	}
	x := k.keys[id]
	x.key, x.read = key, now
	k.keys[id] = x
}

// due reports, once per step, whether the use of a key is to be noted.
func (k *knownKeys) due(id string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	x, ok := k.keys[id]
	if !ok || now.Sub(x.noted) < usedStep {
		return false
	}
	x.noted = now
	k.keys[id] = x
	return true
}

func (k *knownKeys) drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.keys, id)
}
