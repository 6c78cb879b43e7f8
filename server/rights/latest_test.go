package rights_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/rights"
)

func TestTheNewestRequestsComeFirstPageByPageWhateverTimeLiesBetweenThem(t *testing.T) {
	t.Parallel()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := consent.NewKeyring(consent.Key{ID: "a", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	begin := time.Date(2024, 2, 28, 23, 0, 0, 0, time.UTC)
	now := begin
	d := rights.New(rights.Options{
		Cabinet: store, Tray: pieces{}, Feed: store, Laws: laws, Keys: keys, Clock: func() time.Time { return now }, Random: rand.Reader,
		Announce: func(context.Context, rights.Request) error { return nil },
	})
	for i, hours := range []int{0, 1, 1, 2, 20, 24, 24 * 40, 24 * 41, 24 * 700} {
		now = begin.Add(time.Duration(hours) * time.Hour)
		d.Noted(t.Context(), rights.Asked{Site: "shop", Kind: rights.Access, Subject: fmt.Sprint(i)})
		if _, err := d.Ask(t.Context(), rights.Asked{Site: "shop", Kind: rights.Question}, rights.Message{Text: "Who?"}); err != nil {
			t.Fatal(err)
		}
	}
	now = now.AddDate(0, 5, 0)
	for name, f := range map[string]rights.Filter{
		"all":       {},
		"of a kind": {Kind: rights.Access},
		"open":      {Status: rights.Open},
		"some days": {From: begin.Add(2 * time.Hour), To: begin.AddDate(0, 0, 41)},
		"no day":    {From: begin.AddDate(0, 0, 5), To: begin.AddDate(0, 0, 6)},
	} {
		f.Limit = consent.MaxPage
		forwards, _, err := d.List(t.Context(), "shop", f)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, r := range slices.Backward(forwards) {
			want = append(want, r.ID)
		}
		for _, f.Limit = range []int{1, 4, consent.MaxPage} {
			got = nil
			for f.After = ""; ; {
				page, next, err := d.Latest(t.Context(), "shop", f)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page {
					got = append(got, r.ID)
				}
				if next == "" {
					break
				}
				f.After = next
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, %d a page:\n got %v\nwant %v", name, f.Limit, got, want)
			}
		}
	}
}
