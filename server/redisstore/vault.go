package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// PutSecret stores a value until expires; see consent.Vault.
func (s *Store) PutSecret(ctx context.Context, key string, value []byte, now, expires time.Time) error {
	return failure(s.run.putSecret.Run(ctx, s.client(), s.vault(), key, now.UnixMicro(), expires.UnixMicro(), value).Err())
}

// Secret returns a value that has not expired; see consent.Vault.
func (s *Store) Secret(ctx context.Context, key string, now time.Time) ([]byte, error) {
	v, err := s.client().HGet(ctx, s.keys.secrets(), key).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, failure(err)
	}
	end, value, _ := strings.Cut(v, ":")
	if n, err := strconv.ParseInt(end, 10, 64); err != nil || now.UnixMicro() >= n {
		return nil, noSecret()
	}
	return []byte(value), nil
}

// TakeSecret returns a value once; see consent.Vault. It also clears away some
// of what has expired.
func (s *Store) TakeSecret(ctx context.Context, key string, now time.Time) ([]byte, error) {
	v, err := s.run.takeSecret.Run(ctx, s.client(), s.vault(), key, now.UnixMicro()).Text()
	if errors.Is(err, redis.Nil) {
		return nil, noSecret()
	}
	if err != nil {
		return nil, failure(err)
	}
	_, value, _ := strings.Cut(v, ":")
	return []byte(value), nil
}

// DropSecret deletes a value; see consent.Vault.
func (s *Store) DropSecret(ctx context.Context, key string) error {
	return failure(s.run.dropKey.Run(ctx, s.client(), s.vault(), key).Err())
}

func (s *Store) vault() []string { return []string{s.keys.secrets(), s.keys.ends()} }

func noSecret() error {
	return consent.Fail(consent.NotFound, "there is no such secret, or it has expired", "sign in again")
}
