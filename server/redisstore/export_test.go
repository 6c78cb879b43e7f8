package redisstore

import (
	"context"
	"log/slog"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// ParseCursor reads a cursor and writes it again, for the tests.
func ParseCursor(s string) (string, error) {
	o, err := parseCursor(s)
	return o.cursor(), err
}

// ParseURLs reads addresses as Open does.
func ParseURLs(urls []string) error {
	_, err := parse(urls)
	return err
}

// ReadBucket reads the name under which states of a bucket stand.
func ReadBucket(name string) error {
	_, err := keys{"lx:"}.places([]string{name})
	return err
}

// Printer is the client library's log, for the tests.
func Printer(log *slog.Logger, clock func() time.Time) interface {
	Printf(ctx context.Context, format string, v ...any)
} {
	return &library{log: log, clock: clock, told: map[string]trouble{}}
}

// ReadLine reads a line of a journal.
func ReadLine(line string) error {
	_, err := readLine("shop", partitions-1, line)
	return err
}

// WriteKeys are the keys of a write, and those under which reads look.
func WriteKeys(site string, bucket uint16, day string) (got, want []string, err error) {
	k, at := keys{prefix: "lx:"}, place{site, bucket}
	var one parcel
	person := []byte("\xf0person")
	err = one.add(k, &contexts{}, &step{at: at, person: string(person)}, &consent.Record{Site: site}, day, "")
	want = []string{k.journal(site, at.part()), k.counts(site, at.part(), day), k.contexts(site, at.part()), k.state(at, person), k.bucket(at)}
	return one.job(context.Background(), &scripts{}).keys, want, err
}

// LateLooks says whether a read whose caller waits no more is over after each of
// some looks, all of which come late.
func LateLooks(late time.Duration, looks int) (over []bool) {
	r := newReads(nil, keys{}, nil)
	defer r.close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	one := &read{ctx: ctx}
	one.answer.Add(1)
	r.mu.Lock()
	r.sent[0] = []*read{one}
	r.mu.Unlock()
	for range looks {
		r.mu.Lock()
		r.due = time.Now().Add(-late)
		r.mu.Unlock()
		r.look()
		r.mu.Lock()
		over = append(over, one.over)
		r.mu.Unlock()
	}
	return over
}

// AddHook hears of what a store says to Redis.
func (s *Store) AddHook(h redis.Hook) { s.client().AddHook(h) }
