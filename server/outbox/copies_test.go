package outbox_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

func TestWhatANodeKeptIsReadWhileRedisDoesNotAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	dir := filepath.Join(t.TempDir(), "log")
	o := small(dir, overRedis(t, redisstore.Options{URLs: []string{server.URL()}}))
	o.Copied = []string{"catalog"}
	s := open(t, o)
	one := consent.Next(nil, consent.Site{ID: "shop"}, "a", "", early())
	two := consent.Next(&one, consent.Site{ID: "shop", Name: "x"}, "a", "", early())
	for _, e := range []consent.Edition{one, two} {
		if err := s.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	d := consent.Document{Kind: "catalog", ID: "archived", Body: []byte(`{"sites":{}}`)}
	for _, kind := range []string{"catalog", "member"} {
		d.Kind = kind
		if _, err := s.PutDocument(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Document(t.Context(), kind, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	server.Kill()

	o.Inner = overRedis(t, redisstore.Options{URLs: []string{server.URL()}, Late: true})
	s = open(t, o)
	kept := s.KeptEditions()
	if len(kept) != 1 || kept[0].Hash != two.Hash || kept[0].Number != 2 {
		t.Errorf("KeptEditions = %+v", kept)
	}
	if e, err := s.Edition(t.Context(), "shop", 1); err != nil || e.Hash != one.Hash {
		t.Errorf("Edition = %+v, %v", e, err)
	}
	if got, found, err := s.KeptDocument("catalog", d.ID); err != nil || !found || string(got.Body) != string(d.Body) {
		t.Errorf("KeptDocument = %+v, %v, %v", got, found, err)
	}
	if _, found, err := s.KeptDocument("member", d.ID); found || err != nil {
		t.Errorf("a document of another kind was copied: %v", err)
	}

	name := filepath.Join(dir, "documents", "catalog.archived.json")
	if err := os.WriteFile(name, []byte(`{"Kind":"cata`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.KeptDocument("catalog", d.ID); found || consent.CodeOf(err) != consent.Unavailable {
		t.Errorf("a torn copy = %v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "editions", "shop", "2.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if kept := s.KeptEditions(); len(kept) != 0 {
		t.Errorf("a torn copy of an edition is served: %+v", kept)
	}
}

func TestACopiedDocumentIsPutBackIntoARedisThatWasWiped(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	o := small(filepath.Join(t.TempDir(), "log"), overRedis(t, redisstore.Options{URLs: []string{server.URL()}}))
	o.Copied = []string{"catalog"}
	s := open(t, o)
	d := consent.Document{Kind: "catalog", ID: "archived", Body: []byte("old")}
	if _, err := s.Document(t.Context(), d.Kind, d.ID); consent.CodeOf(err) != consent.NotFound {
		t.Fatalf("Document of a new store = %v", err)
	}
	d, err := s.PutDocument(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.Body = []byte("new")
	for range 2 {
		if _, err := s.PutDocument(t.Context(), d); err != nil && consent.CodeOf(err) != consent.Conflict {
			t.Fatal(err)
		}
		if _, err := s.Document(t.Context(), d.Kind, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	raw := server.Client()
	if err := raw.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Document(t.Context(), d.Kind, d.ID); err != nil || string(got.Body) != "new" {
		t.Fatalf("after the loss Document = %q, %v", got.Body, err)
	}
	if got, err := o.Inner.Document(t.Context(), d.Kind, d.ID); err != nil || string(got.Body) != "new" {
		t.Fatalf("in the store Document = %q, %v", got.Body, err)
	}
}
