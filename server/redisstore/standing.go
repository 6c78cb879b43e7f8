package redisstore

import (
	"context"
	"encoding/binary"

	"github.com/leadiumx/consent/consent"
)

// Standing is what counts of Latest; see consent.Records.
func (s *Store) Standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	return failure(s.standing(ctx, site, subject, out))
}

// standing reads the state of the subject alone, and its records when that does
// not tell.
func (s *Store) standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	h, err := s.newest(ctx, site, subject, askBrief)
	if err != nil {
		return err
	}
	if clock, brief, ok := h.brief(); ok {
		code, _ := consent.BriefCode(brief)
		if known := s.contexts.get(code); known != nil {
			return known.Brief(out, brief, clock)
		}
	}
	var r consent.Record
	if h.several {
		err = s.readNewest(ctx, &r, &h, subject)
	} else {
		err = s.latest(ctx, &r, site, subject)
	}
	if err == nil {
		*out = r.Standing()
	}
	return err
}

// brief takes apart what was said of the newest record, if it has a brief.
func (h *newest) brief() (clock int64, brief []byte, ok bool) {
	if len(h.said) < clockSize {
		return 0, nil, false
	}
	return readClock(h.said), h.said[clockSize:], true
}

// clockSize is the length of a clock.
const clockSize = 6

// readClock reads a clock as scripts write it.
func readClock(b []byte) int64 {
	var room [8]byte
	copy(room[8-clockSize:], b[:clockSize])
	return int64(binary.BigEndian.Uint64(room[:])) - clockLimit
}
