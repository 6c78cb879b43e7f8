package redisstore

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

const (
	// attemptWait bounds one attempt to reach Redis and to look at it.
	attemptWait = 3 * time.Second
	// The pause after a failed attempt doubles between these.
	firstPause, lastPause = 100 * time.Millisecond, 2 * time.Second
)

// link is how a store reaches Redis. One that was opened before Redis answered
// refuses every call at once, until Redis was found fit to hold records.
type link struct {
	held atomic.Pointer[redis.UniversalClient]
	// stop ends the attempts, ended is closed when they have ended.
	stop, ended chan struct{}
}

func (l *link) client() redis.UniversalClient { return *l.held.Load() }

func (l *link) close() error {
	close(l.stop)
	<-l.ended
	return l.client().Close()
}

// reach connects to a Redis and looks whether it is fit. It repeats that as
// often as Tries says while Redis does not answer.
func (o Options) reach(ctx context.Context, to *redis.UniversalOptions) (redis.UniversalClient, error) {
	pause := firstPause
	for left := max(o.Tries, 1); ; left-- {
		client, err := o.attempt(ctx, to)
		if err == nil || left == 1 || consent.CodeOf(err) != consent.Unavailable {
			return client, err
		}
		o.Logger.Warn("Redis does not answer yet; it is tried again", "tries_left", left-1, "error", err)
		if !rest(ctx, pause) {
			return nil, err
		}
		pause = min(2*pause, lastPause)
	}
}

func (o Options) attempt(ctx context.Context, to *redis.UniversalOptions) (redis.UniversalClient, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptWait)
	defer cancel()
	own := *to
	client, err := connect(ctx, &own)
	if err != nil {
		return nil, err
	}
	err = check(ctx, client, o.Logger)
	if err == nil {
		err = readable(ctx, client, keys{o.Prefix}, o.Logger)
	}
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

// follow goes on trying until Redis is reached, and takes it into use.
func (o Options) follow(l *link, to *redis.UniversalOptions) {
	defer close(l.ended)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-l.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	log := o.Logger
	var told consent.Error
	for pause := firstPause; rest(ctx, pause); pause = min(2*pause, lastPause) {
		client, err := o.attempt(ctx, to)
		if err == nil {
			before := l.client()
			l.held.Store(&client)
			log.Info("Redis answers, and is used from now on")
			_ = before.Close()
			return
		}
		var e *consent.Error
		if !errors.As(err, &e) || ctx.Err() != nil || e.Code == told.Code && e.Cause == told.Cause {
			continue
		}
		// A reason is told once, and so are the warnings that come with it.
		told = *e
		log.Error("Redis is not used yet", "error", err, "fix", e.Fix)
		if e.Code != consent.Unavailable {
			o.Logger = slog.New(slog.DiscardHandler)
		}
	}
}

func rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// away is a client that refuses every call.
func away() redis.UniversalClient {
	client := redis.NewClient(&redis.Options{MaxRetries: -1, DisableIdentity: true})
	client.AddHook(refusing{})
	return client
}

type refusing struct{}

func notYet() error {
	return consent.Fail(consent.Unavailable, "Redis has not answered since this server was started", "look at the server's log; it goes on by itself once Redis answers")
}

func (refusing) DialHook(next redis.DialHook) redis.DialHook { return next }

func (refusing) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		cmd.SetErr(notYet())
		return cmd.Err()
	}
}

func (refusing) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(_ context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			cmd.SetErr(notYet())
		}
		return notYet()
	}
}
