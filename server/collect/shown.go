package collect

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// canonical names purposes by their ids where other names for them are known.
// Of a purpose that is named more than once the lowest level counts. Levels
// without such names come back as they are.
func canonical(site *consent.Site, levels map[string]int) map[string]int {
	same := true
	for name := range levels {
		same = same && site.Canonical(name) == name
	}
	if same && levels != nil {
		return levels
	}
	out := make(map[string]int, len(levels))
	for name, n := range levels {
		id := site.Canonical(name)
		if other, twice := out[id]; !twice || n < other {
			out[id] = n
		}
	}
	return out
}

// knows refuses purposes and vendors that the notice did not show.
func (s shown) knows(w Write) error {
	for id := range w.Levels {
		if _, ok := s.edition.Site.Purpose(id); !ok {
			return consent.Fail(consent.UnknownPurpose, "the notice has no such purpose as `levels` names", "send only purposes of the notice, by their ids")
		}
	}
	for id := range w.Vendors {
		if _, ok := s.edition.Site.Vendor(id); !ok {
			return consent.Fail(consent.UnknownPurpose, "the notice has no such vendor as `vendors` names", "send only vendors of the notice, by their ids")
		}
	}
	return nil
}

// shown is what the visitor saw, as the note proves it.
type shown struct {
	*notice
	edition *consent.Edition
}

func (d *Desk) shown(ctx context.Context, live *consent.Edition, w Write) (shown, error) {
	key := noticeKey{d.o.Keys.Current(), live.Site.Tenant, w.Note}
	known := d.notices.get(key)
	var note consent.Note
	if known != nil {
		note = known.note
	} else {
		// What is remembered keeps no more of the request than the note.
		key.note = strings.Clone(key.note)
		var err error
		if note, err = consent.OpenNote(key.keys, key.tenant, key.note); err != nil {
			return shown{}, err
		}
	}
	if note.Site != w.Site {
		return shown{}, consent.Fail(consent.BadNote, "the note belongs to another site", "send the `note` of this site's script or notice")
	}
	e, err := d.o.Editions.Edition(ctx, w.Site, note.Edition)
	if err != nil {
		return shown{}, fmt.Errorf("find the edition of the note: %w", err)
	}
	now := d.o.Clock().UTC()
	regime, ok := d.o.Laws.SharedByID(note.Regime, now)
	if !ok {
		return shown{}, consent.Fail(consent.BadNote, "the note names a regime that this server does not know", "load the script or the notice again")
	}
	day := now.Unix() / 86_400
	if known != nil && known.hash == e.Hash && known.regime == regime && known.day == day {
		return shown{known, e}, nil
	}
	n := &notice{
		note: note, regime: regime, hash: e.Hash, day: day,
		rules: e.Rules(regime.Terms, consent.Place{}), laws: d.o.Laws.Behind(regime.ID, now),
	}
	at := *regime
	at.At = now
	n.words = d.o.WordsHash(&e.Site, at, note.Locale)
	key.note = strings.Clone(key.note)
	d.notices.put(key, n)
	return shown{n, e}, nil
}

// rules are those of the notice, held against the law under which the earlier
// choice was made.
func (d *Desk) rules(s shown, earlier *consent.Choice) []consent.Rule {
	if earlier == nil {
		return s.rules
	}
	there, ok := d.o.Laws.ByID(earlier.Regime, time.Unix(earlier.Clock, 0).UTC())
	if !ok {
		return s.rules
	}
	return consent.Elsewhere(s.rules, s.edition.Rules(there.Terms, consent.Place{}))
}
