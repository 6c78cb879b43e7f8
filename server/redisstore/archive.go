package redisstore

import (
	"context"
	"encoding/binary"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// scanPage is how many keys are asked for at a time.
const scanPage = 512

// Tombstones tells who was erased; see consent.Archive. It walks through all
// states.
func (s *Store) Tombstones(ctx context.Context, each func(consent.Tombstone) error) error {
	return s.scan(ctx, s.keys.prefix+"s:{*", func(ctx context.Context, names []string) error {
		at, err := s.keys.places(names)
		if err != nil {
			return err
		}
		found := make([]*redis.MapStringStringCmd, len(names))
		if _, err := s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
			for i, name := range names {
				found[i] = to.HGetAll(ctx, name)
			}
			return nil
		}); err != nil {
			return err
		}
		for i, bucket := range found {
			for field, state := range bucket.Val() {
				if len(field) != personSize || len(state) < 7 || state[0]&1 == 0 {
					continue
				}
				t := consent.Tombstone{Site: at[i].site, At: readClock([]byte(state[1:7]))}
				binary.BigEndian.PutUint16(t.Person[:], at[i].bucket)
				copy(t.Person[2:], field)
				if err := each(t); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// places reads the names of states: the bucket of each.
func (k keys) places(names []string) ([]place, error) {
	all := make([]place, len(names))
	for i, name := range names {
		tag, local, ok := strings.Cut(strings.TrimPrefix(name, k.prefix+"s:{"), "}")
		cut := strings.LastIndexByte(tag, '/')
		if !ok || cut < 0 {
			return nil, damaged("key's name")
		}
		site, err := url.PathUnescape(tag[:cut])
		part, err2 := strconv.ParseUint(tag[cut+1:], 16, 8)
		within, err3 := strconv.ParseUint(local, 16, 16)
		if err != nil || err2 != nil || err3 != nil || part >= partitions || within >= perPart<<stateBits {
			return nil, damaged("key's name")
		}
		all[i] = place{site, uint16(part*perPart + within>>stateBits)}
	}
	return all, nil
}

// scan gives the names of all keys of a pattern to each, a page at a time, in
// no order; a name may come twice. The masters of a cluster are walked through
// side by side, each is called by one at a time.
func (s *Store) scan(ctx context.Context, pattern string, each func(context.Context, []string) error) error {
	var one sync.Mutex
	walk := func(ctx context.Context, client *redis.Client) error {
		for cursor := uint64(0); ; {
			names, next, err := client.Scan(ctx, cursor, pattern, scanPage).Result()
			if err != nil {
				return err
			}
			if len(names) > 0 {
				one.Lock()
				err = each(ctx, names)
				one.Unlock()
				if err != nil {
					return err
				}
			}
			if cursor = next; cursor == 0 {
				return nil
			}
		}
	}
	switch client := s.client().(type) {
	case *redis.ClusterClient:
		return failure(client.ForEachMaster(ctx, walk))
	case *redis.Client:
		return failure(walk(ctx, client))
	default:
		return consent.Fail(consent.Unavailable, "this kind of connection cannot list keys", "use one server, sentinels or a cluster")
	}
}

// Bury erases by a tombstone; see consent.Archive.
func (s *Store) Bury(ctx context.Context, t consent.Tombstone) error {
	if err := named(t.Site, "-", ""); err != nil {
		return err
	}
	return failure(s.erase(ctx, place{t.Site, t.Person.Bucket()}, t.Person.Hash(), "", time.UnixMilli(t.At)))
}

// Contents names what documents and journals there are; see consent.Archive.
func (s *Store) Contents(ctx context.Context) (kinds, journals []string, err error) {
	if kinds, err = s.tags(ctx, "docs"); err == nil {
		journals, err = s.tags(ctx, "notes")
	}
	return kinds, journals, err
}

// tags lists what stands in braces behind a word.
func (s *Store) tags(ctx context.Context, word string) ([]string, error) {
	found := map[string]bool{}
	before := s.keys.prefix + word + "{"
	err := s.scan(ctx, before+"*", func(_ context.Context, names []string) error {
		for _, name := range names {
			found[strings.TrimSuffix(strings.TrimPrefix(name, before), "}")] = true
		}
		return nil
	})
	var all []string
	for name := range found {
		all = append(all, name)
	}
	slices.Sort(all)
	return all, err
}
