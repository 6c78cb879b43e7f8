package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Change is one entry of the audit log. It speaks of the people who manage
// sites, never of visitors.
type Change struct {
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Via    Kind      `json:"via"`
	// Action says what was done, for example member.invite.
	Action string `json:"action"`
	// Object is the id of what was changed.
	Object string `json:"object"`
	// Before and After are the SHA-256 of the document in hex, empty where
	// there was or is none.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Note is why, where somebody said so.
	Note string `json:"note,omitempty"`
}

func journal(tenant string) string { return "audit:" + tenant }

// Audit writes down a change that has happened in a tenant. Errors: Unavailable.
func (d *Desk) Audit(ctx context.Context, by Principal, tenant string, c Change) error {
	c.At, c.By, c.Via = d.o.Clock().UTC(), by.Name, by.Kind
	if by.Email != "" {
		c.By = by.Email
	}
	c.Note = c.Note[:min(len(c.Note), 500)]
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode the audit entry: %w", err)
	}
	_, err = d.o.Store.AppendNote(ctx, journal(tenant), body)
	return err
}

// Changes returns a page of a tenant's audit log, oldest first.
func (d *Desk) Changes(ctx context.Context, p Principal, after int64, limit int) ([]Change, error) {
	notes, err := d.o.Store.Notes(ctx, journal(p.Tenant), after, limit)
	if err != nil {
		return nil, err
	}
	list := make([]Change, len(notes))
	for i, n := range notes {
		if err := json.Unmarshal(n.Body, &list[i]); err != nil {
			return nil, consent.Errorf(consent.Unavailable, "an entry of the audit log is damaged: %w", err)
		}
		list[i].Number = n.Number
	}
	return list, nil
}

// Latest returns the newest changes before a number, or of all when it is 0,
// newest first.
func (d *Desk) Latest(ctx context.Context, p Principal, before int64, limit int) ([]Change, error) {
	if before == 0 {
		last, err := d.lastChange(ctx, p)
		if err != nil {
			return nil, err
		}
		before = last + 1
	}
	from := max(0, before-1-int64(limit))
	if limit = int(before - 1 - from); limit < 1 {
		return []Change{}, nil
	}
	list, err := d.Changes(ctx, p, from, limit)
	slices.Reverse(list)
	return list, err
}

// lastChange finds the number of the newest change by doubling and halving.
func (d *Desk) lastChange(ctx context.Context, p Principal) (int64, error) {
	beyond := func(n int64) (bool, error) {
		some, err := d.o.Store.Notes(ctx, journal(p.Tenant), n, 1)
		return len(some) > 0, err
	}
	low, step, growing := int64(0), int64(1), true
	for growing || step > 1 {
		if !growing {
			step /= 2
		}
		more, err := beyond(low + step - 1)
		if err != nil {
			return 0, err
		}
		if more {
			low += step
		}
		if growing = growing && more; growing {
			step *= 2
		}
	}
	return low, nil
}
