package redisstore

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/leadiumx/consent/consent"
)

// slack is by how much the clocks of servers may differ.
const slack = 5 * time.Minute

// Find returns one record; see consent.Finder. The id's own bucket holds it, or
// says where it is.
func (s *Store) Find(ctx context.Context, site, id string) (consent.Record, error) {
	none := consent.Fail(consent.NotFound, "there is no such record", "check the id, and on which site it was made")
	if err := named(site, id, ""); err != nil {
		return consent.Record{}, err
	}
	at, mark := locateID(site, id)
	for range 2 {
		v, err := s.client().HGet(ctx, s.keys.bucket(at), mark).Result()
		switch {
		case missing(err) || err == nil && v == "":
			return consent.Record{}, none
		case err != nil:
			return consent.Record{}, failure(err)
		case v[0] == kindSettled && len(v) == 3:
			at = place{site, binary.BigEndian.Uint16([]byte(v[1:]))}
			continue
		case v[0] == kindClaim:
			at, _ = locate(site, v[1:])
			continue
		}
		r, err := s.record(ctx, at, mark, v)
		if err != nil {
			return consent.Record{}, failure(err)
		}
		if r.ID != id {
			return consent.Record{}, none
		}
		return r, nil
	}
	return consent.Record{}, none
}

// Since returns a cursor; see consent.Finder. Arrivals are numbered by time.
func (s *Store) Since(_ context.Context, _ string, t time.Time) (string, error) {
	micro := t.Add(-slack).UnixMicro()
	if micro <= 0 {
		return "", nil
	}
	return order{micro: uint64(micro)}.cursor(), nil
}
