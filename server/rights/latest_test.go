package rights_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/rights"
)

func TestTheNewestRequestsComeFirstPageByPageWhateverTimeLiesBetweenThem(t *testing.T) {
	t.Parallel()
	laws, keys := lawAndKeys(t)
	store := file(t)
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

// counted counts how often the store is asked for a list.
type counted struct {
	consent.Cabinet
	lists int
}

func (c *counted) Documents(ctx context.Context, kind, after string, limit int) ([]consent.Document, error) {
	c.lists++
	return c.Cabinet.Documents(ctx, kind, after, limit)
}

func TestAnEndOfTimeHidesNoRequestAndCostsNoLookAtTheYearsBefore(t *testing.T) {
	t.Parallel()
	laws, keys := lawAndKeys(t)
	store := file(t)
	cabinet := &counted{Cabinet: store}
	d := rights.New(rights.Options{
		Cabinet: cabinet, Tray: pieces{}, Feed: store, Laws: laws, Keys: keys, Random: rand.Reader,
		Clock:    func() time.Time { return time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC) },
		Announce: func(context.Context, rights.Request) error { return nil },
	})
	d.Noted(t.Context(), rights.Asked{Site: "shop", Kind: rights.Access, Subject: "ann"})
	type list = func(context.Context, string, rights.Filter) ([]rights.Request, string, error)
	for name, ask := range map[string]list{"oldest first": d.List, "newest first": d.Latest} {
		for what, f := range map[string]rights.Filter{
			"up to the last year that a date can name": {To: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)},
			"up to the end of its last day":            {To: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		} {
			f.Limit, cabinet.lists = 10, 0
			page, _, err := ask(t.Context(), "shop", f)
			if err != nil || len(page) != 1 || cabinet.lists > 4 {
				t.Errorf("%s, %s: %d requests after %d looks, %v", name, what, len(page), cabinet.lists, err)
			}
		}
	}
	cabinet.lists = 0
	if page, _, err := d.Latest(t.Context(), "shop", rights.Filter{After: "99991231", Limit: 10}); err != nil || len(page) != 1 || cabinet.lists > 4 {
		t.Errorf("behind an id to come: %d requests after %d looks, %v", len(page), cabinet.lists, err)
	}
}
