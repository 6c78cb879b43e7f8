// Package redisstore keeps everything in Redis 7.0 or later: one server, a
// sentinel group or a cluster. Several nodes of this program share one Redis.
package redisstore

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options say where Redis is.
type Options struct {
	// URLs are redis:// or rediss:// addresses, user and password included.
	// Several are the nodes of a cluster, or, with ?master_name=NAME in the
	// first, the sentinels that know the master of that name. One node of a
	// cluster is enough: the others are found.
	URLs []string
	// Logger hears of settings that are weaker than they should be; nil is silent.
	Logger *slog.Logger
	// Prefix starts every key; empty means "lx:".
	Prefix string
}

// Limits of one call; a context that ends earlier counts first.
const (
	dialTimeout = 500 * time.Millisecond
	callTimeout = 250 * time.Millisecond
	poolTimeout = 500 * time.Millisecond
)

// Store is a consent.Store in Redis. It is safe for many goroutines.
type Store struct {
	client   redis.UniversalClient
	keys     keys
	run      scripts
	pipe     *pipe
	contexts contexts
	rounds   rounds

	once    sync.Once
	closing error
}

var _ consent.Store = (*Store)(nil)

// Open connects, and checks that Redis is fit to hold records: reachable,
// version 7.0 or later, and never evicting. Weaker persistence is only logged.
// Errors: Unavailable when Redis does not answer, Unauthorized when it refuses
// the user or password, Invalid for a malformed address or a Redis that must
// not hold records.
func Open(ctx context.Context, opts Options) (*Store, error) {
	if opts.Prefix == "" {
		opts.Prefix = "lx:"
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	o, err := parse(opts.URLs)
	if err != nil {
		return nil, err
	}
	client, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := check(ctx, client, opts.Logger); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return &Store{client: client, keys: keys{opts.Prefix}, run: newScripts(), pipe: newPipe(client)}, nil
}

// connect asks a lone node whether it belongs to a cluster, and then speaks to
// the whole cluster.
func connect(ctx context.Context, o *redis.UniversalOptions) (redis.UniversalClient, error) {
	client := redis.NewUniversalClient(o)
	if err := client.Ping(ctx).Err(); err != nil {
		return nil, errors.Join(openError(o.Addrs, err), client.Close())
	}
	if _, lone := client.(*redis.Client); !lone || o.MasterName != "" {
		return client, nil
	}
	info, err := client.Info(ctx, "cluster").Result()
	if err != nil || field(info, "cluster_enabled") != "1" {
		// A server that forbids INFO is taken for what it was given as.
		return client, nil
	}
	if err := client.Close(); err != nil {
		return nil, failure(err)
	}
	o.IsClusterMode = true
	return redis.NewUniversalClient(o), nil
}

// parse reads the addresses. Every limit is set here rather than left to the
// client library, whose own change between releases.
func parse(urls []string) (*redis.UniversalOptions, error) {
	o := &redis.UniversalOptions{
		DialTimeout: dialTimeout, ReadTimeout: callTimeout, WriteTimeout: callTimeout,
		ContextTimeoutEnabled: true,
		// No call is repeated behind our back: a repeated publish would lose
		// against itself. Callers repeat, under the same id.
		MaxRetries: -1, DialerRetries: 1,
		PoolSize: max(16, 8*runtime.GOMAXPROCS(0)), MinIdleConns: 2, PoolTimeout: poolTimeout,
		ConnMaxLifetime:          30 * time.Minute,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if len(urls) == 0 {
		return nil, consent.Fail(consent.Invalid, "no Redis address is given", "write one such as redis://localhost:6379")
	}
	for i, raw := range urls {
		raw, master := cutMaster(strings.TrimSpace(raw))
		if !strings.Contains(raw, "://") {
			raw = "redis://" + raw
		}
		one, err := redis.ParseURL(raw)
		if err != nil {
			// The error of the parser may hold the password.
			return nil, consent.Errorf(consent.Invalid, "Redis address %d is malformed; write redis://user:password@host:port/0, or rediss:// for TLS", i+1)
		}
		o.Addrs = append(o.Addrs, one.Addr)
		if i > 0 {
			continue
		}
		o.MasterName, o.DB, o.TLSConfig = master, one.DB, one.TLSConfig
		o.Username, o.Password = one.Username, one.Password
	}
	return o, nil
}

// cutMaster takes master_name out of an address.
func cutMaster(raw string) (rest, master string) {
	rest, query, _ := strings.Cut(raw, "?")
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		if name, ok := strings.CutPrefix(pair, "master_name="); ok {
			master = name
		} else if pair != "" {
			kept = append(kept, pair)
		}
	}
	if len(kept) > 0 {
		rest += "?" + strings.Join(kept, "&")
	}
	return rest, master
}

// Level is redis: an acknowledged record was acknowledged by Redis.
func (s *Store) Level() consent.Level { return consent.StoredRedis }

// Ping reports whether Redis answers.
func (s *Store) Ping(ctx context.Context) error { return failure(s.client.Ping(ctx).Err()) }

// Close ends all connections.
func (s *Store) Close() error {
	s.once.Do(func() {
		s.pipe.close()
		s.rounds.all.Wait()
		s.closing = s.client.Close()
	})
	return s.closing
}

// failure gives every error a code; those of the domain pass unchanged.
func failure(err error) error {
	if err == nil || consent.CodeOf(err) != "" {
		return err
	}
	return &consent.Error{Code: consent.Unavailable, Cause: "Redis did not do it in time", Fix: "try again with the same id", Err: err}
}
