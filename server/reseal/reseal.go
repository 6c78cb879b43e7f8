// Package reseal seals everything that has to be read again under the key that
// signs now, so that an earlier key can go.
package reseal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Store is where documents are kept.
type Store interface {
	consent.Cabinet
	// Contents names the kinds of documents that there are; see consent.Archive.
	Contents(ctx context.Context) (kinds, journals []string, err error)
}

// Again seals one value again, and returns it as it is when that is not needed
// or not possible.
type Again = func(kind, bound, sealed string) string

// Rewrite seals again what a document holds at a time and returns its value,
// which is written as JSON; nil when nothing in it is sealed. Mine says whether
// the document is of a kind that it knows.
type Rewrite func(d consent.Document, now time.Time, again Again) (value any, mine bool, err error)

// Options are what Run needs; all are required.
type Options struct {
	Store    Store
	Keys     *consent.Keyring
	Random   io.Reader
	Clock    func() time.Time
	Rewrites []Rewrite
}

// Resealing is what became of the sealed values.
type Resealing struct {
	// Signs is the key under which all of them are sealed now, but those of Lost.
	Signs string `json:"signs"`
	// Kept counts those that were so before, Resealed those that were not, by
	// their kind: totp, webhook or request.
	Kept     map[string]int `json:"kept"`
	Resealed map[string]int `json:"resealed"`
	// Lost are those that no key opens.
	Lost []Lost `json:"lost"`
}

// Lost is a value that no key opens.
type Lost struct {
	Kind string `json:"kind"`
	// Of is what it belongs to: an e-mail address, or a site and an id.
	Of string `json:"of"`
	// Key is the key that sealed it.
	Key string `json:"key"`
}

const tries = 5

// Run looks at every document. It may be cut and run again: what was sealed
// again stays so. Errors: Unavailable.
func Run(ctx context.Context, o Options) (Resealing, error) {
	out := Resealing{Signs: o.Keys.Active(), Kept: map[string]int{}, Resealed: map[string]int{}, Lost: []Lost{}}
	kinds, _, err := o.Store.Contents(ctx)
	if err != nil {
		return out, err
	}
	for _, kind := range kinds {
		for after := ""; ; {
			page, err := o.Store.Documents(ctx, kind, after, consent.MaxPage)
			if err != nil {
				return out, err
			}
			mine := true
			for _, d := range page {
				if mine, err = o.document(ctx, d, &out); err != nil {
					return out, err
				}
				if after = d.ID; !mine {
					break
				}
			}
			if !mine || len(page) < consent.MaxPage {
				break
			}
		}
	}
	return out, nil
}

// document seals one document again, also when somebody changes it meanwhile.
func (o Options) document(ctx context.Context, d consent.Document, out *Resealing) (mine bool, err error) {
	for range tries {
		t := tally{o: o, signs: out.Signs}
		body, mine, err := o.rewrite(d, t.again)
		if err != nil || !mine {
			return mine, err
		}
		if t.err != nil {
			return true, t.err
		}
		if len(t.resealed) > 0 && !bytes.Equal(body, d.Body) {
			d.Body = body
			_, err = o.Store.PutDocument(ctx, d)
		}
		if err == nil {
			t.into(out)
			return true, nil
		}
		if consent.CodeOf(err) != consent.Conflict {
			return true, err
		}
		d, err = o.Store.Document(ctx, d.Kind, d.ID)
		if consent.CodeOf(err) == consent.NotFound {
			return true, nil
		}
		if err != nil {
			return true, err
		}
	}
	return true, consent.Fail(consent.Unavailable, "others change a document again and again", "try again")
}

func (o Options) rewrite(d consent.Document, again Again) ([]byte, bool, error) {
	for _, r := range o.Rewrites {
		value, mine, err := r(d, o.Clock(), again)
		body := d.Body
		if err == nil && value != nil {
			body, err = json.Marshal(value)
		}
		if err != nil {
			return nil, true, fmt.Errorf("seal the document %s of %s again: %w", d.ID, d.Kind, err)
		}
		if mine {
			return body, true, nil
		}
	}
	return nil, false, nil
}

// tally counts what one document holds.
type tally struct {
	o              Options
	signs          string
	kept, resealed []string
	lost           []Lost
	err            error
}

func (t *tally) again(kind, bound, sealed string) string {
	next, err := t.o.Keys.Reseal(t.o.Random, kind, bound, sealed)
	switch {
	case consent.CodeOf(err) == consent.BadToken:
		t.lost = append(t.lost, Lost{kind, bound, consent.SealedUnder(sealed)})
	case err != nil:
		t.err = err
	case next == sealed:
		t.kept = append(t.kept, kind)
	default:
		t.resealed = append(t.resealed, kind)
		return next
	}
	return sealed
}

func (t *tally) into(out *Resealing) {
	for _, kind := range t.kept {
		out.Kept[kind]++
	}
	for _, kind := range t.resealed {
		out.Resealed[kind]++
	}
	out.Lost = append(out.Lost, t.lost...)
}
