package redisstore

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Limits of one call; a context that ends earlier counts first, and those of
// checks do.
const (
	dialTimeout = 500 * time.Millisecond
	callTimeout = time.Second
	poolTimeout = 500 * time.Millisecond
	// reload is how often a cluster is asked who serves what; an answer that a
	// slot is elsewhere is followed at once.
	reload = 2 * time.Second
)

// connect asks a lone node whether it belongs to a cluster, and then speaks to
// the whole cluster.
func connect(ctx context.Context, o *redis.UniversalOptions) (redis.UniversalClient, error) {
	client := newClient(o)
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
	return newClient(o), nil
}

func newClient(o *redis.UniversalOptions) redis.UniversalClient {
	if o.MasterName != "" || !o.IsClusterMode && len(o.Addrs) == 1 {
		return redis.NewUniversalClient(o)
	}
	c := o.Cluster()
	c.ClusterStateReloadInterval = reload
	return redis.NewClusterClient(c)
}

// parse reads the addresses. Every limit is set here rather than left to the
// client library, whose own change between releases.
func parse(urls []string) (*redis.UniversalOptions, error) {
	o := &redis.UniversalOptions{
		DialTimeout: dialTimeout, ReadTimeout: callTimeout, WriteTimeout: callTimeout,
		// Without this a call may last as long as all timeouts together.
		ContextTimeoutEnabled: true,
		// No call is repeated behind our back: a repeated publish would lose
		// against itself. Callers repeat, under the same id. Redirections of a
		// cluster are followed.
		MaxRetries: -1, DialerRetries: 1, MaxRedirects: 3,
		PoolSize: max(16, 8*runtime.GOMAXPROCS(0)), MinIdleConns: 4, PoolTimeout: poolTimeout,
		ConnMaxLifetime:          30 * time.Minute,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if len(urls) == 0 {
		return nil, consent.Fail(consent.Invalid, "no Redis address is given", "write one such as redis://localhost:6379")
	}
	for i, raw := range urls {
		raw, more := cutOurs(strings.TrimSpace(raw))
		if !strings.Contains(raw, "://") {
			raw = "redis://" + raw
		}
		one, err := redis.ParseURL(raw)
		if err != nil {
			// The error of the parser may hold the password.
			return nil, consent.Fail(consent.Invalid, fmt.Sprintf("Redis address %d is malformed", i+1), "write it as redis://user:password@host:port/0, or with rediss:// for TLS")
		}
		o.Addrs = append(o.Addrs, one.Addr)
		if i > 0 {
			continue
		}
		o.MasterName, o.DB, o.TLSConfig = more["master_name"], one.DB, one.TLSConfig
		o.Username, o.Password = one.Username, one.Password
		o.SentinelUsername, o.SentinelPassword = more["sentinel_user"], more["sentinel_password"]
		if err := certificates(o.TLSConfig, more); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// cutOurs takes out of an address what the client library does not know.
func cutOurs(raw string) (rest string, ours map[string]string) {
	rest, query, _ := strings.Cut(raw, "?")
	ours = map[string]string{}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "master_name", "sentinel_user", "sentinel_password", "ca_file", "cert_file", "key_file":
			if plain, err := url.QueryUnescape(value); err == nil {
				value = plain
			}
			ours[name] = value
		case "":
		default:
			kept = append(kept, pair)
		}
	}
	if len(kept) > 0 {
		rest += "?" + strings.Join(kept, "&")
	}
	return rest, ours
}

// certificates reads whom to trust and who we are.
func certificates(c *tls.Config, more map[string]string) error {
	ca, cert, key := more["ca_file"], more["cert_file"], more["key_file"]
	if ca == "" && cert == "" && key == "" {
		return nil
	}
	if c == nil {
		return consent.Fail(consent.Invalid, "certificates are named for an address without TLS", "write rediss:// instead of redis://")
	}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return &consent.Error{Code: consent.Invalid, Cause: "the file of Redis's certificate authority cannot be read", Fix: "check ca_file in the address, and that this user may read it", Err: err}
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return consent.Fail(consent.Invalid, "the file "+ca+" holds no certificate", "name the PEM file of the authority that signed the server's certificate")
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return &consent.Error{Code: consent.Invalid, Cause: "our certificate for Redis cannot be read", Fix: "name both cert_file and key_file in the address, PEM files that this user may read", Err: err}
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return nil
}
