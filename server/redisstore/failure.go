package redisstore

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// failure gives every error a code and says why Redis did not do what it was
// asked for; those of the domain pass unchanged. Whatever Redis answered, the
// same call may be made again: all that is written is written once.
func failure(err error) error {
	if err == nil || consent.CodeOf(err) != "" {
		return err
	}
	cause, fix := why(err)
	return &consent.Error{Code: consent.Unavailable, Cause: cause, Fix: fix, Err: err}
}

// answers are the refusals of Redis, by how they may begin.
func answers() [][3]string {
	return [][3]string{
		{"OOM", "Redis has used all its memory (maxmemory) and takes no writes", "give it more with `CONFIG SET maxmemory`, or delete what else is in it; keep maxmemory-policy noeviction"},
		{"READONLY", "Redis is a replica and takes no writes", "after a failover the master is found by itself; if it lasts, name the master, the sentinels or the cluster in --redis"},
		{"MISCONF", "Redis cannot save to its disk and takes no writes", "make room on Redis's disk and look at its log"},
		{"NOREPLICAS", "Redis has fewer replicas than its min-replicas-to-write asks for", "bring the replicas back, or lower min-replicas-to-write"},
		{"MASTERDOWN", "Redis is a replica whose master is away", "bring the master back, or let the sentinels promote a replica"},
		{"CLUSTERDOWN", "the Redis Cluster is down: some of its slots are served by nobody", "look at `CLUSTER INFO`, and bring the missing servers back"},
		{"LOADING", "Redis is still reading its data from the disk", "wait until it has; it goes on by itself"},
		{"BUSY", "Redis is busy with a script", "it goes on by itself; if it lasts, look at what else runs scripts in this Redis"},
		{"NOAUTH", "Redis asks for a password", "write it into the address: redis://user:password@host:port"},
		{"WRONGPASS", "Redis refuses the user or the password", "write them into the address: redis://user:password@host:port"},
		// What a script may not do, Redis 7.0 and later ones say so.
		{"NOPERM|The user executing the script|ACL failure in script", "Redis does not let this user do it", "give the user the rights that docs/redis.md lists, with `ACL SETUSER`"},
		{"WRONGTYPE", "something else has written into our keys in Redis", "let nothing but this program use keys that begin with lx:"},
		{"max number of clients", "Redis takes no more connections (maxclients)", "raise maxclients in redis.conf"},
	}
}

func why(err error) (cause, fix string) {
	const again = "try again with the same id"
	for _, a := range answers() {
		for begin := range strings.SplitSeq(a[0], "|") {
			if redis.HasErrorPrefix(err, begin) {
				return a[1], a[2]
			}
		}
	}
	var said redis.Error
	var network *net.OpError
	switch {
	case errors.Is(err, consent.ErrDamaged):
		return "something that Redis holds cannot be read", "look with `lxconsent ledger verify` what was done, and restore it from a backup"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, redis.ErrPoolTimeout), timedOut(err):
		return "Redis did not do it in time", again
	case errors.As(err, &said):
		return "Redis refused it", "look at this server's log for what Redis said"
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, redis.ErrClosed):
		return "Redis cannot be reached, or ended the connection", "check the address, the network and that Redis runs; " + again
	}
	return "Redis did not do it", again
}

func timedOut(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}
