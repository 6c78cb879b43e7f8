package redisstore

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// LogTo passes on to log what the client library has to say, such as trouble
// with its connections. The library has one log for the whole process, so this
// is for the program's start, not for each store.
func LogTo(log *slog.Logger) { redis.SetLogger(library{log}) }

type library struct{ log *slog.Logger }

func (l library) Printf(ctx context.Context, format string, v ...any) {
	l.log.WarnContext(ctx, "the Redis client has trouble", "error", fmt.Sprintf(format, v...))
}
