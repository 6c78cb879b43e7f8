package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/redisstore"
	"github.com/redis/go-redis/v9"
)

// memory measures bytes in Redis per visitor, against JSON under a key each.
func memory(ctx context.Context, b *bench) (string, error) {
	server, err := startRedis(ctx, b, "")
	if err != nil {
		return "", err
	}
	defer server.stop()
	store, err := redisstore.Open(ctx, redisstore.Options{URLs: []string{server.url()}})
	if err != nil {
		return "", err
	}
	defer store.Close()
	before, err := server.used(ctx)
	if err != nil {
		return "", err
	}
	start := time.Now()
	if _, err := fill(ctx, store, b.visitors); err != nil {
		return "", err
	}
	took := time.Since(start)
	after, err := server.used(ctx)
	if err != nil {
		return "", err
	}
	ours := float64(after-before) / float64(b.visitors)
	parts, err := server.parts(ctx, float64(after-before))
	if err != nil {
		return "", err
	}
	other, err := jsonBytes(ctx, b, min(b.visitors, 200_000))
	if err != nil {
		return "", err
	}
	state := parts.state / float64(b.visitors)
	rows := [][]string{
		{"bytes per visitor", "measured", "aim", "× JSON"},
		{"JSON per key, with a history of one decision", num(other), "", "1.00"},
		{"**ours**, all of Redis", num(ours), "≤ 160", ratio(ours, other)},
		{"of it state", num(state), "≤ 64", ""},
		{"of it evidence", num(ours - state), "≤ 96", ""},
		{"… of which the order of arrival", num(parts.journal / float64(b.visitors)), "", ""},
		{"… of which counters, contexts and the keys of partitions", num(parts.rest / float64(b.visitors)), "", ""},
	}
	return fmt.Sprintf(`## Memory in Redis

%s visitors of one site, each with a first decision that the node log had taken (chained and sealed, with its own secret), were appended
to an empty Redis in %.0f s; the difference of `+"`used_memory`"+` divided by the visitors. State and evidence stand in hashes of their own, of which
each takes its share of Redis's table of keys. The JSON is what is usual: the decision under `+"`consent:{site}:{id}`"+` with a time to live, and a list of decisions per
visitor, %s of them.

%s`, thousands(b.visitors), took.Seconds(), thousands(min(b.visitors, 200_000)), table(rows...)), nil
}

// fill appends first decisions of new subjects and returns some of those.
func fill(ctx context.Context, store consent.Records, n int) (subjects []string, err error) {
	made := make(chan consent.Record, 1024)
	var group sync.WaitGroup
	var bad atomic.Pointer[error]
	for range 256 {
		group.Go(func() {
			for r := range made {
				_, _, err := store.Append(ctx, r)
				for range 20 {
					// A busy machine may be late; a record is taken once.
					if consent.CodeOf(err) == consent.Unavailable {
						_, _, err = store.Append(ctx, r)
					}
				}
				if err != nil {
					bad.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	maker := newMaker()
	for i := range n {
		r, err := maker.next()
		if err != nil {
			return nil, err
		}
		if i%max(1, n/100_000) == 0 {
			subjects = append(subjects, r.Subject)
		}
		made <- r
		if bad.Load() != nil {
			break
		}
	}
	close(made)
	group.Wait()
	if e := bad.Load(); e != nil {
		return nil, *e
	}
	return subjects, nil
}

// maker makes records as a server does.
type maker struct {
	head consent.Head
	hash string
	node string
	now  time.Time
}

func newMaker() *maker {
	return &maker{hash: base64.RawURLEncoding.EncodeToString(random(32)), node: hex.EncodeToString(random(16)), now: time.Now().UTC()}
}

func (m *maker) next() (r consent.Record, err error) {
	m.now = m.now.Add(time.Millisecond)
	id := base64.RawURLEncoding.EncodeToString(random(16))
	subject, secret, err := consent.NewSubjectFor(rand.Reader, id)
	if err != nil {
		return r, err
	}
	grant := int(random(1)[0]) % 2
	r = consent.Record{
		ID: id, Site: "demo", Subject: subject, Edition: 3, EditionHash: m.hash, WordsHash: m.hash,
		Regime: "FR+FR", Locale: "fr", Action: consent.Save, PlaceSource: "database", Laws: []string{"eu-gdpr", "fr-cnil"},
		Levels: map[string]int{"functional": 1, "analytics": grant, "marketing": 0, "recording": grant},
		Time:   m.now, Clock: m.now.UnixMilli(), Node: m.node, Secret: secret,
		Content: base64.RawURLEncoding.EncodeToString(random(consent.ContentSize)),
	}
	m.head, err = r.Chain(m.head)
	return r, err
}

func random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand.Reader, b); err != nil {
		panic(err)
	}
	return b
}

// parts is how the memory of keys divides.
type parts struct{ state, journal, rest float64 }

// parts looks at all keys, which take so much together. What Redis does not count
// with any of them is its table of keys.
func (r *redisServer) parts(ctx context.Context, together float64) (p parts, err error) {
	var counted, keys, states float64
	for cursor := uint64(0); ; {
		var names []string
		if names, cursor, err = r.client.Scan(ctx, cursor, "*", 1000).Result(); err != nil {
			return p, err
		}
		sizes := make([]*redis.IntCmd, len(names))
		if _, err = r.client.Pipelined(ctx, func(to redis.Pipeliner) error {
			for i, name := range names {
				sizes[i] = to.MemoryUsage(ctx, name, 0)
			}
			return nil
		}); err != nil {
			return p, err
		}
		for i, name := range names {
			size := float64(sizes[i].Val())
			counted, keys = counted+size, keys+1
			switch {
			case strings.HasPrefix(name, "lx:s:"):
				p.state, states = p.state+size, states+1
			case strings.HasPrefix(name, "lx:j:"):
				p.journal += size
			case !strings.HasPrefix(name, "lx:b:"):
				p.rest += size
			}
		}
		if cursor == 0 {
			p.state += (together - counted) * states / keys
			return p, nil
		}
	}
}

// jsonBytes measures the usual layout.
func jsonBytes(ctx context.Context, b *bench, n int) (float64, error) {
	server, err := startRedis(ctx, b, "")
	if err != nil {
		return 0, err
	}
	defer server.stop()
	before, err := server.used(ctx)
	if err != nil {
		return 0, err
	}
	const batch = 1000
	for range n / batch {
		_, err := server.client.Pipelined(ctx, func(to redis.Pipeliner) error {
			for range batch {
				id := fmt.Sprintf("%x-%x-%x-%x-%x", random(4), random(2), random(2), random(2), random(6))
				body, err := json.Marshal(map[string]any{
					"id": id[:8], "v": 3, "t": time.Now().Unix(), "regime": "FR+FR", "locale": "fr", "action": "save",
					"levels": map[string]int{"functional": 1, "analytics": 1, "marketing": 0, "recording": 1},
				})
				if err != nil {
					return err
				}
				to.Set(ctx, "consent:demo:"+id, body, 400*24*time.Hour)
				to.RPush(ctx, "history:demo:"+id, body)
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	after, err := server.used(ctx)
	return float64(after-before) / float64(n), err
}

func num(v float64) string      { return fmt.Sprintf("%.1f", v) }
func ratio(a, b float64) string { return fmt.Sprintf("%.2f", a/b) }

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
