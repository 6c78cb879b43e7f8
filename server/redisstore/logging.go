package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// LogTo passes on to log what the client library has to say, such as trouble
// with its connections. The library has one log for the whole process, so this
// is for the program's start, not for each store. While Redis is away it has the
// same to say many times a second; each kind of trouble is told once in a while.
func LogTo(log *slog.Logger, clock func() time.Time) {
	redis.SetLogger(&library{log: log, clock: clock, told: map[string]trouble{}})
}

// silence is how long the library's trouble of one kind is told only once.
const silence = 10 * time.Second

type library struct {
	log   *slog.Logger
	clock func() time.Time

	mu sync.Mutex
	// told is by the library's formats, of which there are some dozens.
	told map[string]trouble
}

type trouble struct {
	at   time.Time
	more int
}

func (l *library) Printf(ctx context.Context, format string, v ...any) {
	l.mu.Lock()
	now, last := l.clock(), l.told[format]
	if since := now.Sub(last.at); since >= 0 && since < silence {
		last.more++
		l.told[format] = last
		l.mu.Unlock()
		return
	}
	l.told[format] = trouble{at: now}
	l.mu.Unlock()
	l.log.WarnContext(ctx, "the Redis client has trouble", "error", fmt.Sprintf(format, v...), "untold_before", last.more)
}
