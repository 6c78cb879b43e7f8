package collect

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/leadiumx/consent/consent"
)

func (d *Desk) record(live *consent.Edition, w Write, s shown, subject string, j *judged, before before) consent.Record {
	now := d.o.Clock().UTC().Truncate(time.Millisecond)
	clock, gap := consent.Stamp(now.UnixMilli(), w.Age, d.held(live, w, j.grants, before, now.UnixMilli()))
	return consent.Record{
		ID: w.ID, Site: w.Site, Subject: subject,
		Edition: s.edition.Number, EditionHash: s.edition.Hash,
		WordsHash: s.words,
		Regime:    s.regime.ID, Laws: s.laws, Locale: s.note.Locale,
		Levels: j.choice.Levels, Vendors: j.choice.Vendors, Over: j.choice.Over,
		Action: w.Action, Signals: w.Signals, Time: now,
		Clock: clock, Gap: gap, PlaceSource: w.PlaceSource, Bot: w.Bot, Content: j.content,
	}
}

// held is the clock of the decision that the visitor knew of, 0 for none. A
// decision that waited knew what the browser held then, not what it holds now:
// else it would pass a withdrawal that was made meanwhile.
func (d *Desk) held(live *consent.Edition, w Write, grants bool, known before, now int64) int64 {
	if w.Subject == "" {
		return 0
	}
	token, err := consent.OpenSubject(d.o.Keys, live.Site.Tenant, w.Site, w.Subject)
	if err != nil {
		return 0
	}
	// A refusal of now comes after all that is known here, whichever device decided
	// it: a linking stands ahead of the clock. So does one that waited when the clock
	// of the node that took the latest is ahead of ours: then nobody can tell which
	// came first. A grant passes only what its own browser held.
	latest := known.latest
	if latest != nil && !grants && (w.Age == 0 || latest.Clock > now) {
		return max(token.Clock, latest.Clock)
	}
	// What is decided now comes after an erasure by a node whose clock is ahead. A click
	// is some milliseconds old when it is sent.
	if w.Age == 0 || known.erased > now && w.Age <= consent.SkewBound.Milliseconds() {
		return max(token.Clock, known.erased)
	}
	before := consent.OpenCookie(d.o.Keys, live.Site.Tenant, w.Site, w.Before)
	if before == nil || before.Forged {
		return 0
	}
	if latest != nil {
		now := latest.Choice()
		// A refusal of what had no proof yet comes after it, however long that was on its way.
		known := before.Clock == now.Clock && !before.Unproved || before.Unproved && !grants
		if known && consent.SameLevels(before, now) {
			return latest.Clock
		}
	}
	if before.Unproved {
		return 0
	}
	// The cookie counts in seconds. Where in its second the decision was made is
	// taken so that a refusal is rather too late and a grant rather too early.
	if grants {
		return before.Clock * 1000
	}
	return before.Clock*1000 + 999
}

// content hashes, as JSON, what makes two writes the same decision. The age grows while
// a write waits in a queue, and the tokens may have been set by an answer that
// the sender did not see, so neither is part of it.
func content(w *Write) string {
	b := make([]byte, 0, 512)
	b = consent.AppendText(append(b, `{"Site":`...), w.Site)
	b = consent.AppendText(append(b, `,"Note":`...), w.Note)
	b = consent.AppendLevels(append(b, `,"Levels":`...), w.Levels)
	b = consent.AppendLevels(append(b, `,"Vendors":`...), w.Vendors)
	b = consent.AppendText(append(b, `,"Action":`...), string(w.Action))
	b = append(b, `,"Signals":{`...)
	comma := ""
	for _, s := range [...]struct {
		name string
		on   bool
	}{{"gpc", w.Signals.GPC}, {"minor", w.Signals.Minor}, {"sensitive", w.Signals.Sensitive}} {
		if s.on {
			b = append(append(append(b, comma...), '"'), s.name...)
			b, comma = append(b, `":true`...), ","
		}
	}
	b = append(b, "}}"...)
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:consent.ContentSize])
}
