package redisstore

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// oldest is the first version of Redis that has every command in use here.
const oldest = 7

// check looks at every server that takes writes.
func check(ctx context.Context, client redis.UniversalClient, log *slog.Logger) error {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return checkServer(ctx, client, log)
	}
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, one *redis.Client) error {
		return checkServer(ctx, one, log.With("redis", one.Options().Addr))
	})
	return failure(err)
}

func checkServer(ctx context.Context, client redis.Cmdable, log *slog.Logger) error {
	info, err := client.Info(ctx).Result()
	if err != nil {
		if !refused(err) {
			return failure(err)
		}
		log.Warn("Redis forbids INFO, so its version and eviction policy are unknown; allow it for this user")
	}
	if v := field(info, "redis_version"); v != "" && !recent(v) {
		return consent.Fail(consent.Invalid, fmt.Sprintf("Redis %s is too old", v), fmt.Sprintf("use Redis %d.0 or later, or Valkey 7.2 or later", oldest))
	}
	set, err := client.ConfigGet(ctx, "*").Result()
	if err != nil {
		if !refused(err) {
			return failure(err)
		}
		log.Warn("Redis forbids CONFIG, so appendfsync cannot be checked; see to it that it is everysec or always")
	}
	return judge(info, set, log)
}

// layout is the number of the layout that keys describes. A version that changes
// it, so that this one would misread what it writes, writes a higher number first.
const layout = 1

// readable refuses a Redis whose records this version would misread.
func readable(ctx context.Context, client redis.Cmdable, k keys, log *slog.Logger) error {
	n, err := client.Get(ctx, k.format()).Int()
	switch {
	case errors.Is(err, redis.Nil):
		return nil
	case err != nil && refused(err):
		log.Warn("Redis does not let this user read our keys; allow it those that begin with "+k.prefix+", as docs/redis.md says", "error", err)
		return nil
	case err != nil:
		return failure(err)
	case n > layout:
		return consent.Fail(consent.Invalid, "Redis holds records that a later version of this program wrote", "run that version, or restore a backup made by this one into an empty Redis")
	}
	return nil
}

// judge reads what INFO and CONFIG told; either may be empty.
func judge(info string, set map[string]string, log *slog.Logger) error {
	if err := evicts(either(set["maxmemory-policy"], field(info, "maxmemory_policy"))); err != nil {
		return err
	}
	aof := set["appendonly"]
	if aof == "" && field(info, "aof_enabled") == "0" {
		aof = "no"
	}
	if aof == "no" {
		log.Warn("Redis has appendonly off: a restart loses records; run `CONFIG SET appendonly yes` and write it into redis.conf")
	}
	if sync := set["appendfsync"]; aof != "no" && sync != "" && sync != "everysec" && sync != "always" {
		log.Warn("Redis has appendfsync "+sync+": a power cut may lose many seconds of records; run `CONFIG SET appendfsync everysec`", "appendfsync", sync)
	}
	return nil
}

// evicts refuses a policy that deletes records; "" is one that is not known.
func evicts(policy string) error {
	if policy == "" || policy == "noeviction" {
		return nil
	}
	return consent.Fail(consent.Invalid,
		"Redis has the maxmemory-policy "+policy+": when memory runs short it would delete consent records",
		"run `CONFIG SET maxmemory-policy noeviction` and write `maxmemory-policy noeviction` into redis.conf")
}

// refused reports that the server answered, and answered no: the command is
// forbidden, renamed or unknown there.
func refused(err error) bool {
	var answer redis.Error
	return errors.As(err, &answer) && !strings.HasPrefix(err.Error(), "LOADING")
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// field finds a line "name:value" of INFO.
func field(info, name string) string {
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func recent(version string) bool {
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n >= oldest
}

// openError says in words why Redis could not be reached. It names hosts,
// never passwords.
func openError(addrs []string, err error) error {
	where := strings.Join(addrs, ", ")
	text := err.Error()
	for _, sign := range []string{"WRONGPASS", "NOAUTH", "invalid password", "without any password"} {
		if strings.Contains(text, sign) {
			return &consent.Error{Code: consent.Unauthorized, Cause: "Redis at " + where + " refuses the user or the password", Fix: "write them into the address: redis://user:password@host:port", Err: err}
		}
	}
	return &consent.Error{Code: consent.Unavailable, Cause: "Redis at " + where + " cannot be reached", Fix: unreachedFix(err), Err: err}
}

// unreachedFix says what to look at when Redis could not be reached.
func unreachedFix(err error) string {
	var stranger x509.UnknownAuthorityError
	var misnamed x509.HostnameError
	switch {
	case errors.As(err, &stranger):
		return "name the file of the authority that signed its certificate: rediss://host:port?ca_file=/path/ca.pem"
	case errors.As(err, &misnamed):
		return "write the host as its certificate names it"
	case errors.Is(err, io.EOF):
		return "where Redis speaks TLS, write rediss:// instead of redis://; else check that Redis runs"
	}
	return "check the address, the network and that Redis runs"
}
