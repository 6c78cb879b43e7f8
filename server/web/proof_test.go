package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/web"
)

// meanwhile is a store in which something happens while its records are exported.
type meanwhile struct {
	consent.Store
	happens func() error
}

func (m meanwhile) Export(ctx context.Context, site string, each func(consent.Record) error) error {
	if err := m.happens(); err != nil {
		return err
	}
	return m.Store.Export(ctx, site, each)
}

func (m meanwhile) KeptEditions() []consent.Edition { return (*stuck)(nil).KeptEditions() }

func (m meanwhile) KeptDocument(string, string) (consent.Document, bool, error) {
	return consent.Document{}, false, nil
}

func TestAnEditionThatIsPublishedDuringAnExportIsNotMissingInIt(t *testing.T) {
	t.Parallel()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	bolt, err := boltstore.Open(filepath.Join(t.TempDir(), "db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bolt.Close() })
	first := (*stuck)(nil).KeptEditions()[0]
	if err := bolt.Publish(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	store := meanwhile{bolt, func() error {
		site := first.Site
		site.Name = "Another name"
		next := consent.Next(&first, site, "a", "", time.Unix(0, 0))
		if err := bolt.Publish(t.Context(), next); err != nil {
			return err
		}
		_, _, err := bolt.Append(t.Context(), consent.Record{ID: "id", Site: "shop", Time: time.Unix(1, 0), Content: "c", Action: consent.RejectAll, Edition: next.Number, EditionHash: next.Hash})
		return err
	}}
	at := httptest.NewServer(server(t, store, keys))
	defer at.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.URL+"/v1/sites/shop/proof", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+operatorsToken())
	res, err := at.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	shown, there, ended, excused := map[int]string{}, map[int]string(nil), false, 0
	for d := json.NewDecoder(res.Body); d.More(); {
		var l web.ProofLine
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		switch l.Type {
		case web.ProofEditions:
			there = l.Editions
		case web.ProofStatement:
			// What went meanwhile is told of behind the records.
			excused += len(shown)
		case web.ProofRecord:
			shown[l.Record.Edition] = l.Record.EditionHash
		case web.ProofEnd:
			ended = true
		}
	}
	if res.StatusCode != http.StatusOK || !ended || excused != 1 || len(shown) != 1 || there[2] != shown[2] || there[1] != first.Hash {
		t.Errorf("%d: records show editions %v, and there are %v; %d excuses", res.StatusCode, shown, there, excused)
	}
}
