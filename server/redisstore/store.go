// Package redisstore keeps everything in Redis 7.0 or later: one server, a
// sentinel group or a cluster. Several nodes of this program share one Redis.
package redisstore

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Options say where Redis is.
type Options struct {
	// URLs are redis:// or rediss:// addresses, user and password included.
	// Several are the nodes of a cluster, or, with ?master_name=NAME in the
	// first, the sentinels that know the master of that name. One node of a
	// cluster is enough: the others are found. With rediss://, ?ca_file=FILE
	// names who signed the server's certificate, and ?cert_file=FILE&key_file=FILE
	// our own certificate. What the first address says holds for all.
	URLs []string
	// Logger hears of settings that are weaker than they should be; nil is silent.
	Logger *slog.Logger
	// Prefix starts every key; empty means "lx:".
	Prefix string
	// Tries is how often a Redis that does not answer is asked before Open
	// gives up; less than 2 means once.
	Tries int
	// Late lets Open return a store although Redis does not answer. Every call
	// fails with Unavailable then, and at once, until Redis was reached and found
	// fit; that is tried for as long as the store is open.
	Late bool
	// Look is for who only looks at a Redis: none of its settings is changed.
	Look bool
}

// Store is a consent.Store in Redis. It is safe for many goroutines.
type Store struct {
	link
	keys     keys
	run      scripts
	pipe     *pipe
	reads    *reads
	contexts contexts
	rounds   rounds

	once    sync.Once
	closing error
}

var _ consent.Store = (*Store)(nil)

// Open connects, and checks that Redis is fit to hold records: reachable,
// version 7.0 or later, and never evicting. Weaker persistence is only logged.
// Errors: Unavailable when Redis does not answer and Late is not set,
// Unauthorized when it refuses
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
	o.OnConnect = (&limits{log: opts.Logger, look: opts.Look}).keep
	s := &Store{keys: keys{opts.Prefix}, run: newScripts(), contexts: contexts{asking: make(chan struct{}, 1)}, link: link{stop: make(chan struct{}), ended: make(chan struct{})}}
	client, err := opts.reach(ctx, o)
	switch {
	case err == nil:
		close(s.ended)
	case opts.Late && consent.CodeOf(err) == consent.Unavailable && ctx.Err() == nil:
		client = away()
		go opts.follow(&s.link, o)
	default:
		return nil, err
	}
	s.held.Store(&client)
	s.pipe = newPipe(s.client)
	s.reads = newReads(s.client, s.keys, s.run.latest)
	return s, nil
}

// Level is redis: an acknowledged record was acknowledged by Redis.
func (s *Store) Level() consent.Level { return consent.StoredRedis }

// Ping reports whether Redis answers.
func (s *Store) Ping(ctx context.Context) error { return failure(s.client().Ping(ctx).Err()) }

// Close ends all connections.
func (s *Store) Close() error {
	s.once.Do(func() {
		s.pipe.close()
		s.reads.close()
		s.rounds.all.Wait()
		s.closing = s.link.close()
	})
	return s.closing
}

// Time is the earliest clock of the servers.
func (s *Store) Time(ctx context.Context) (time.Time, error) {
	micro, err := s.now(ctx)
	return time.UnixMicro(int64(micro)).UTC(), failure(err)
}
