package consent

import "slices"

const (
	otherAction = 15
	// gapBit stands beside the action and the signals.
	gapBit = 1 << 7
)

// actionCodes gives actions their numbers. Never change one: only append.
func actionCodes() [8]Action {
	return [...]Action{AcceptAll, RejectAll, Save, Dismiss, Withdraw, Embed, API, GPC}
}

// appendHow packs the action and the signals, and whether there is a gap.
func (r *Record) appendHow(b []byte) []byte {
	known := actionCodes()
	action := slices.Index(known[:], r.Action)
	how := byte(otherAction)
	if action >= 0 {
		how = byte(action)
	}
	for i, on := range r.Signals.all() {
		if *on {
			how |= 1 << (4 + i)
		}
	}
	if r.Gap != 0 {
		how |= gapBit
	}
	if b = append(b, how); action < 0 {
		b = appendWord(b, string(r.Action))
	}
	return b
}

func (s *Signals) all() [3]*bool { return [3]*bool{&s.GPC, &s.Minor, &s.Sensitive} }

// how reads what appendHow wrote, and reports whether there is a gap.
func (r *reader) how(out *outline) (gap bool) {
	b := r.byte()
	for i, on := range out.signals.all() {
		*on = b&(1<<(4+i)) != 0
	}
	n, known := int(b&15), actionCodes()
	switch {
	case n < len(known):
		out.action = known[n]
	case n == otherAction:
		out.action = Action(r.word())
		r.bad = r.bad || slices.Contains(known[:], out.action)
	default:
		r.bad = true
	}
	return b&gapBit != 0
}
