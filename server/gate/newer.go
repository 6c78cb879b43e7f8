package gate

import (
	"maps"

	"github.com/leadiumx/consent/consent"
)

// newer prefers the record unless the cookie is proved and younger. Of a
// cookie that waits for its proof the refusals count on top of the record.
func newer(c *consent.Choice, s *consent.Standing) *consent.Choice {
	switch {
	case c == nil:
		return &s.Choice
	case c.Forged, !c.Unproved && c.Clock > s.At/1000:
		return c
	case c.Unproved:
		s.Levels, s.Vendors = refused(s.Levels, c.Levels), refused(s.Vendors, c.Vendors)
	}
	return &s.Choice
}

func refused(levels, by map[string]int) map[string]int {
	out := maps.Clone(levels)
	if out == nil {
		out = map[string]int{}
	}
	for id, n := range by {
		if n == 0 {
			out[id] = 0
		}
	}
	return out
}
