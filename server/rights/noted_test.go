package rights_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/rights"
)

// away is a store that can be away.
type away struct {
	consent.Store
	is atomic.Bool
}

func (a *away) Document(ctx context.Context, kind, id string) (consent.Document, error) {
	if a.is.Load() {
		return consent.Document{}, consent.Fail(consent.Unavailable, "so it is", "nothing")
	}
	return a.Store.Document(ctx, kind, id)
}

func (a *away) PutDocument(ctx context.Context, d consent.Document, still ...consent.Document) (consent.Document, error) {
	if a.is.Load() {
		return d, consent.Fail(consent.Unavailable, "so it is", "nothing")
	}
	return a.Store.PutDocument(ctx, d, still...)
}

// pieces is a tray without a disk: many fsyncs prove nothing here.
type pieces map[string][]byte

func (p pieces) Put(name string, b []byte) error { p[name] = b; return nil }
func (p pieces) Drop(name string) error          { delete(p, name); return nil }
func (p pieces) Names() ([]string, error)        { return slices.Collect(maps.Keys(p)), nil }
func (p pieces) Get(name string) ([]byte, error) {
	if b, ok := p[name]; ok {
		return b, nil
	}
	return nil, consent.Fail(consent.Unavailable, "nothing", "nothing")
}

func TestHoweverMuchVisitorsDoInAnOutageWhatAPersonHasToAnswerIsTaken(t *testing.T) {
	t.Parallel()
	laws, keys := lawAndKeys(t)
	bolt := file(t)
	store := &away{Store: bolt}
	d := rights.New(rights.Options{
		Cabinet: store, Tray: pieces{}, Feed: store, Laws: laws, Keys: keys, Clock: time.Now, Random: rand.Reader,
		Announce: func(context.Context, rights.Request) error { return nil },
	})
	store.is.Store(true)
	for i := range 12_000 {
		d.Noted(t.Context(), rights.Asked{Site: "shop", Kind: rights.Access, Subject: fmt.Sprint(i)})
	}
	_, err := d.Ask(t.Context(), rights.Asked{Site: "shop", Kind: rights.Question}, rights.Message{Text: "What do you keep about me?", Email: "ann@example.com"})
	if err != nil {
		t.Errorf("a question: %v", err)
	}
}
