package main

import (
	"net/url"
	"time"
)

// when are the flags of commands that publish.
type when struct {
	Note        string    `help:"Why, for the history."`
	EffectiveAt time.Time `help:"When it takes effect, such as 2027-01-31T00:00:00Z; left out, at once. Until then the pages announce it." placeholder:"TIME"`
}

// query writes them into an address.
func (w when) query() url.Values {
	q := url.Values{"note": {w.Note}}
	if !w.EffectiveAt.IsZero() {
		q.Set("effective_at", w.EffectiveAt.Format(time.RFC3339))
	}
	return q
}

// body writes them into a JSON body.
func (w when) body() map[string]any {
	b := map[string]any{"note": w.Note}
	if !w.EffectiveAt.IsZero() {
		b["effective_at"] = w.EffectiveAt
	}
	return b
}
