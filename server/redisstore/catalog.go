package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

const fieldNewest = "newest"

// Publish stores the next edition; see consent.Catalog.
func (s *Store) Publish(ctx context.Context, e consent.Edition) error {
	body, err := json.Marshal(e)
	if err != nil {
		return consent.Errorf(consent.Invalid, "the edition is not encodable: %w", err)
	}
	site := e.Site.ID
	newest, err := s.run.publish.Run(ctx, s.client(),
		[]string{s.keys.editions(site), s.keys.live(), s.keys.version()}, site, e.Number, body).Int64()
	if err != nil {
		return failure(err)
	}
	if newest >= 0 {
		return consent.Fail(consent.Conflict, fmt.Sprintf("edition %d does not follow edition %d of site %s", e.Number, newest, site), "load the site again and publish once more")
	}
	return nil
}

// Edition returns one edition; see consent.Catalog.
func (s *Store) Edition(ctx context.Context, site string, n int) (consent.Edition, error) {
	body, err := s.client().HGet(ctx, s.keys.editions(site), strconv.Itoa(n)).Result()
	if errors.Is(err, redis.Nil) {
		return consent.Edition{}, consent.Fail(consent.NotFound, fmt.Sprintf("site %s has no edition %d", site, n), "list the site's editions")
	}
	if err != nil {
		return consent.Edition{}, failure(err)
	}
	return document[consent.Edition](body)
}

// Editions returns all editions of a site, newest first; see consent.Catalog.
func (s *Store) Editions(ctx context.Context, site string) ([]consent.Edition, error) {
	fields, err := s.client().HGetAll(ctx, s.keys.editions(site)).Result()
	if err != nil {
		return nil, failure(err)
	}
	if len(fields) == 0 {
		return nil, consent.Fail(consent.NotFound, "site "+site+" was never published", "publish it first")
	}
	delete(fields, fieldNewest)
	all, err := documents[consent.Edition](fields)
	slices.SortFunc(all, func(a, b consent.Edition) int { return b.Number - a.Number })
	return all, err
}

// Live returns the newest edition of every site; see consent.Catalog.
func (s *Store) Live(ctx context.Context) ([]consent.Edition, error) {
	fields, err := s.client().HGetAll(ctx, s.keys.live()).Result()
	if err != nil {
		return nil, failure(err)
	}
	return documents[consent.Edition](fields)
}

// Numbers tells the newest edition of every site; see consent.Catalog. A site
// whose number somebody has removed is left out.
func (s *Store) Numbers(ctx context.Context) (map[string]int, error) {
	sites, err := s.client().HKeys(ctx, s.keys.live()).Result()
	if err != nil {
		return nil, failure(err)
	}
	found := make([]*redis.StringCmd, len(sites))
	_, err = s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for i, site := range sites {
			found[i] = to.HGet(ctx, s.keys.editions(site), fieldNewest)
		}
		return nil
	})
	if err != nil && !missing(err) {
		return nil, failure(err)
	}
	all := make(map[string]int, len(sites))
	for i, site := range sites {
		n, err := found[i].Int()
		switch {
		case err == nil:
			all[site] = n
		case !missing(err):
			return nil, failure(err)
		}
	}
	return all, nil
}

// Version counts the publishes; see consent.Catalog.
func (s *Store) Version(ctx context.Context) (int64, error) {
	v, err := s.client().Get(ctx, s.keys.version()).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return v, failure(err)
}

// documents decodes the values of a hash in the order of its fields.
func documents[T any](fields map[string]string) ([]T, error) {
	all := make([]T, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		d, err := document[T](fields[name])
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func document[T any](body string) (d T, err error) {
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return d, failure(fmt.Errorf("a stored document is damaged: %w", err))
	}
	return d, nil
}
