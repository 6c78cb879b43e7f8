package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"
)

// limits are those under which Redis keeps a hash as one block of memory. Redis
// works without them, but takes some three times the memory.
type limits struct {
	log *slog.Logger
	// look says that nothing is to be changed.
	look bool
	// told holds what was warned about.
	told sync.Map
}

// The least that a bucket of visitors needs.
func compactLimits() map[string]int64 {
	return map[string]int64{"hash-max-listpack-entries": 1024, "hash-max-listpack-value": 256}
}

// keep raises the limits at each new connection, if it may: a server that was
// restarted, or took over, has those of its file.
func (l *limits) keep(ctx context.Context, conn *redis.Conn) error {
	set, err := conn.ConfigGet(ctx, "hash-max-listpack-*").Result()
	if err != nil {
		if refused(err) {
			return nil
		}
		return err
	}
	for name, least := range compactLimits() {
		have, err := strconv.ParseInt(set[name], 10, 64)
		if err != nil || have >= least {
			continue
		}
		until := "which is raised until it restarts"
		if l.look {
			until = "which a server raises, if it may, until Redis restarts"
		} else if err := conn.ConfigSet(ctx, name, strconv.FormatInt(least, 10)).Err(); err != nil {
			until = "which may not be raised from here"
		}
		if _, before := l.told.LoadOrStore(name, true); !before {
			l.log.Warn(fmt.Sprintf("Redis had %s %d, %s; write `%s %d` into redis.conf, or visitors take three times the memory", name, have, until, name, least))
		}
	}
	return nil
}
