package feed

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
)

// The sources, as a Position names them.
const (
	sourceArrivals = "arrivals"
	sourceNotes    = "notes"
	sourceEditions = "editions"
)

func journal(site string) string { return "events:" + site }

type erasedJSON struct {
	Site string `json:"site"`
	// IDs are the records whose subject was erased; whoever keeps the events of
	// these records deletes what they told.
	IDs []string `json:"ids"`
}

// arrivals reads records and erasures; Cursor is the store's.
func (d *Desk) arrivals(ctx context.Context, site string, c cursor, limit int) ([]Event, error) {
	list, err := d.o.Feed.Arrivals(ctx, site, c.arrival, limit)
	if err != nil {
		return nil, err
	}
	before := c.arrival
	out := make([]Event, len(list))
	for i, a := range list {
		e := Event{Cursor: a.Cursor, At: Position{sourceArrivals, before}}
		if a.Erasure != nil {
			e.ID, e.Type, e.Time = "evt_era_"+site+"_"+a.Cursor, Erased, a.Erasure.Time
			e.Data = erasedJSON{site, a.Erasure.IDs}
		} else {
			// Of what somebody spoiled, not even the id may be left.
			e.ID, e.Type, e.Time, e.Data = "evt_rec_"+site+"_"+cmp.Or(a.Record.ID, a.Cursor), Recorded, a.Record.Time, LineOf(site, a.Record)
			if a.Record.Action == consent.Identify {
				e.Type = Linked
			}
		}
		out[i], before = e, a.Cursor
	}
	return out, nil
}

// note is an event that no store tells by itself.
type note struct {
	Type string          `json:"type"`
	Time time.Time       `json:"time"`
	Data json.RawMessage `json:"data"`
}

// Announce adds an event to a site's feed. Errors: Unavailable.
func (d *Desk) Announce(ctx context.Context, site, event string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode an event: %w", err)
	}
	body, err := json.Marshal(note{event, d.o.Clock().UTC(), raw})
	if err != nil {
		return fmt.Errorf("encode an event: %w", err)
	}
	_, err = d.o.Cabinet.AppendNote(ctx, journal(site), body)
	return err
}

func (d *Desk) notes(ctx context.Context, site string, c cursor, limit int) ([]Event, error) {
	list, err := d.o.Cabinet.Notes(ctx, journal(site), c.note, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Event, len(list))
	for i, n := range list {
		var x note
		if err := json.Unmarshal(n.Body, &x); err != nil {
			return nil, consent.Errorf(consent.Unavailable, "an event is damaged: %w", err)
		}
		out[i] = Event{
			ID: fmt.Sprintf("evt_note_%s_%d", site, n.Number), Type: x.Type, Time: x.Time, Data: x.Data,
			At: Position{sourceNotes, strconv.FormatInt(n.Number-1, 10)},
		}
	}
	return out, nil
}

type publishedJSON struct {
	Site    string `json:"site"`
	Edition int    `json:"edition"`
	Hash    string `json:"hash"`
	// Since is the first edition whose choices still hold; when it equals
	// Edition, visitors are asked again.
	Since int    `json:"since"`
	Note  string `json:"note,omitempty"`
}

// editions are numbered by themselves, so none is missed.
func (d *Desk) editions(ctx context.Context, site string, c cursor, limit int) ([]Event, error) {
	live, err := d.o.Editions.Newest(site)
	if err != nil {
		return nil, err
	}
	var out []Event
	for n := c.edition + 1; n <= live.Number && len(out) < limit; n++ {
		e, err := d.o.Editions.Edition(ctx, site, n)
		if err != nil {
			return nil, err
		}
		out = append(out, Event{
			ID: fmt.Sprintf("evt_ed_%s_%d", site, n), Type: Published, Time: e.PublishedAt,
			Data: publishedJSON{site, e.Number, e.Hash, e.Since, e.Note},
			At:   Position{sourceEditions, strconv.Itoa(n - 1)},
		})
	}
	return out, nil
}

// Again returns the event behind a position; ok is false when it was swept
// since. Errors as in Page.
func (d *Desk) Again(ctx context.Context, site, id string, at Position) (e Event, ok bool, err error) {
	var list []Event
	switch at.Source {
	case sourceArrivals:
		list, err = d.arrivals(ctx, site, cursor{arrival: at.Before}, 1)
	case sourceNotes, sourceEditions:
		n, bad := strconv.Atoi(at.Before)
		if bad != nil {
			return e, false, consent.BadCursor()
		}
		if at.Source == sourceNotes {
			list, err = d.notes(ctx, site, cursor{note: int64(n)}, 1)
		} else {
			list, err = d.editions(ctx, site, cursor{edition: n}, 1)
		}
	}
	if err != nil || len(list) == 0 || list[0].ID != id {
		return e, false, err
	}
	return list[0], true, nil
}
