package gate

import "github.com/leadiumx/consent/consent"

// newer prefers the record unless the cookie is proved and younger. Of a
// cookie that waits for its proof the refusals count on top of the record.
func newer(c *consent.Choice, s *consent.Standing) *consent.Choice {
	switch {
	case c == nil:
		return &s.Choice
	case c.Forged, !c.Unproved && c.Clock > s.At/1000:
		return c
	case c.Unproved:
		s.Choice.Refuse(c)
	}
	return &s.Choice
}
