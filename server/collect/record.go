package collect

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/leadiumx/consent/consent"
)

func (d *Desk) record(live *consent.Edition, w Write, s shown, subject string, c *consent.Choice, latest *consent.Record) consent.Record {
	now := d.o.Clock().UTC().Truncate(time.Millisecond)
	clock, gap := consent.Stamp(now.UnixMilli(), w.Age, d.held(live, w, grants(c), latest))
	return consent.Record{
		ID: w.ID, Site: w.Site, Subject: subject,
		Edition: s.edition.Number, EditionHash: s.edition.Hash,
		WordsHash: d.words.hash(d.o.WordsHash, s, now),
		Regime:    s.regime.ID, Laws: d.o.Laws.Behind(s.regime.ID, now), Locale: s.locale,
		Levels: c.Levels, Vendors: c.Vendors, Over: c.Over,
		Action: w.Action, Signals: w.Signals, Time: now,
		Clock: clock, Gap: gap, PlaceSource: w.PlaceSource, Bot: w.Bot, Content: content(w),
	}
}

// held is the clock of the decision that the visitor knew of, 0 for none. A
// decision that waited knew what the browser held then, not what it holds now:
// else it would pass a withdrawal that was made meanwhile.
func (d *Desk) held(live *consent.Edition, w Write, grants bool, latest *consent.Record) int64 {
	token, err := consent.OpenSubject(d.o.Keys, live.Site.Tenant, w.Site, w.Subject)
	if err != nil {
		return 0
	}
	if w.Age == 0 {
		return token.Clock
	}
	before := consent.OpenCookie(d.o.Keys, live.Site.Tenant, w.Site, w.Before)
	if before == nil || before.Forged || before.Unproved {
		return 0
	}
	if latest != nil {
		if now := latest.Choice(); before.Clock == now.Clock && consent.SameLevels(before, now) {
			return latest.Clock
		}
	}
	// The cookie counts in seconds. Where in its second the decision was made is
	// taken so that a refusal is rather too late and a grant rather too early.
	if grants {
		return before.Clock * 1000
	}
	return before.Clock*1000 + 999
}

// content hashes what makes two writes the same decision. The age grows while
// a write waits in a queue, and the tokens may have been set by an answer that
// the sender did not see, so neither is part of it.
func content(w Write) string {
	b, err := json.Marshal(struct {
		Site, Note      string
		Levels, Vendors map[string]int
		Action          consent.Action
		Signals         consent.Signals
	}{w.Site, w.Note, w.Levels, w.Vendors, w.Action, w.Signals})
	if err != nil {
		panic("a consent write is not encodable: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:consent.ContentSize])
}
