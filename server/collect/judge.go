package collect

import (
	"strings"
	"sync/atomic"

	"github.com/leadiumx/consent/consent"
)

// maxJudged bounds the acts that are remembered beside a notice, maxSaid how long
// what they said may be.
const maxJudged, maxSaid = 128, 512

// act is all that the judgement of a first act depends on beside its notice.
type act struct {
	said    string
	action  consent.Action
	signals consent.Signals
}

// judged is what follows from an act. Most visitors do one of a few things, so
// nothing of it may be changed.
type judged struct {
	// content is the same for the same decision; see Record.Content.
	content string
	choice  *consent.Choice
	grants  bool
	// cookie is the one that was sealed last.
	cookie atomic.Pointer[sealedChoice]
}

// sealedChoice is a cookie and what it was made with and for.
type sealedChoice struct {
	keys *consent.Keyring
	// at is Choice.Clock: a cookie counts in seconds, and names nobody.
	at    int64
	value string
}

func judge(w *Write, choice *consent.Choice) *judged {
	return &judged{content: content(w), choice: choice, grants: grants(choice)}
}

// judge lays an act over the earlier choice. What was said beside the same notice
// before, by others without an earlier choice too, is not judged again.
func (d *Desk) judge(s shown, before before, w Write) (*judged, error) {
	by := act{w.Said, w.Action, w.Signals}
	alone := w.Said != "" && len(w.Said) <= maxSaid && len(w.Vendors) == 0 && before.choice == nil
	if alone {
		if j, ok := s.judged.Known(by); ok {
			return j, nil
		}
	}
	w.Levels = canonical(&s.edition.Site, w.Levels)
	if err := s.knows(w); err != nil {
		return nil, err
	}
	choice, err := consent.Merge(d.rules(s, before.choice), s.edition.Site.Vendors, before.choice, consent.Given{
		Action: w.Action, Levels: w.Levels, Vendors: w.Vendors, Signals: w.Signals,
	})
	if err != nil {
		return nil, err
	}
	j := judge(&w, choice)
	if alone {
		// What is remembered keeps nothing of the request.
		by.said, by.action = strings.Clone(by.said), consent.Action(strings.Clone(string(by.action)))
		s.judged.Keep(by, j, maxJudged)
	}
	return j, nil
}

// seal is consent.SealCookie for the choice at a time.
func (j *judged) seal(keys *consent.Keyring, tenant, site string, c *consent.Choice) string {
	if last := j.cookie.Load(); last != nil && last.keys == keys && last.at == c.Clock {
		return last.value
	}
	made := &sealedChoice{keys: keys, at: c.Clock, value: consent.SealCookie(keys, tenant, site, c)}
	j.cookie.Store(made)
	return made.value
}

func grants(c *consent.Choice) bool {
	for _, n := range c.Levels {
		if n > 0 {
			return true
		}
	}
	for _, n := range c.Vendors {
		if n > 0 {
			return true
		}
	}
	return false
}
