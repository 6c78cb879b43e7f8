package redisstore_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

func TestARecordThatSomebodySpoiledStopsNeitherItsRetryNorAnErasure(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	all := []consent.Record{inBucket("shop", 3, 1), inBucket("shop", 4, 1)}
	for _, r := range all {
		if _, _, err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	key := "lx:b:{shop/00}003"
	fields, err := c.HGetAll(t.Context(), key).Result()
	if err != nil {
		t.Fatal(err)
	}
	for f, v := range fields {
		if len(f) == 8 {
			if err := c.HSet(t.Context(), key, f, v[:30]).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	stored, _, err := s.Append(t.Context(), all[0])
	if consent.CodeOf(err) != consent.Invalid || !stored.Damaged {
		t.Errorf("its retry = %+v, %v", stored, err)
	}
	if _, err := s.Latest(t.Context(), "shop", all[0].Subject); consent.CodeOf(err) != consent.Unavailable {
		t.Errorf("Latest = %v", err)
	}
	if err := s.Erase(t.Context(), "shop", all[0].Subject, time.UnixMilli(9)); err != nil {
		t.Errorf("Erase = %v", err)
	}
	if _, err := s.Latest(t.Context(), "shop", all[0].Subject); consent.CodeOf(err) != consent.Erased {
		t.Errorf("Latest after the erasure = %v", err)
	}
	for _, r := range exported(t, s) {
		if r.ID == all[0].ID && !r.Damaged {
			t.Errorf("the export holds %+v", r)
		}
	}
}

func TestABucketThatSomebodySpoiledStopsNoOtherRecord(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	if err := c.Set(t.Context(), "lx:b:{shop/00}004", "not ours", 0).Err(); err != nil {
		t.Fatal(err)
	}
	all := []consent.Record{inBucket("shop", 3, 1), inBucket("shop", 4, 1), inBucket("shop", 5, 1), inBucket("shop", 3000, 1)}
	for range 2 {
		for i, got := range s.AppendAll(t.Context(), all) {
			switch spoiled := i == 1; {
			case spoiled && consent.CodeOf(got.Err) != consent.Unavailable:
				t.Errorf("the record of the spoiled bucket: %+v", got)
			case !spoiled && (got.Err != nil || got.Record.ID != all[i].ID):
				t.Errorf("record %d: %+v", i, got)
			}
		}
	}
	counted, err := s.Counts(t.Context(), "shop", all[0].Day(), all[0].Day())
	if err != nil || counted[all[0].Day()]["records"] != 3 {
		t.Errorf("the counters are %v, %v", counted, err)
	}
}

func TestAMarkThatSomebodyEmptiedStopsNoOtherRecord(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	// A claim is made again, what stands for a record is not.
	all := []consent.Record{inBucket("shop", 3, 1), inBucket("shop", 4, 1), inBucket("shop", 5, 1)}
	all[1].Subject = inBucket("shop", 40, 1).Subject
	for _, r := range all {
		if _, _, err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"lx:b:{shop/00}003", "lx:b:{shop/00}004"} {
		fields, err := c.HKeys(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			if len(f) == 8 {
				if err := c.HSet(t.Context(), key, f, "").Err(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	again := append(all, inBucket("shop", 6, 1))
	for i, got := range s.AppendAll(t.Context(), again) {
		switch spoiled := i == 0; {
		case spoiled && (consent.CodeOf(got.Err) != consent.Invalid || !got.Record.Damaged):
			t.Errorf("the record of the emptied mark: %+v", got)
		case !spoiled && (got.Err != nil || got.Record.ID != again[i].ID):
			t.Errorf("record %d: %+v", i, got)
		}
	}
	if err := s.Erase(t.Context(), "shop", all[0].Subject, time.UnixMilli(9)); err != nil {
		t.Errorf("Erase = %v", err)
	}
}

func TestADocumentThatSomebodyRemovedHidesNoOther(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	for _, id := range []string{"a", "b", "c", "d"} {
		if _, err := s.PutDocument(t.Context(), consent.Document{Kind: "member", ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.HDel(t.Context(), "lx:docs{member}", "a", "c").Err(); err != nil {
		t.Fatal(err)
	}
	// A page that is not full would be taken for the last one.
	for after, want := range map[string]string{"": "b", "b": "d", "d": ""} {
		page, err := s.Documents(t.Context(), "member", after, 1)
		if err != nil || len(page) > 1 || len(page) == 1 && page[0].ID != want || len(page) == 0 && want != "" {
			t.Errorf("after %q: %+v, %v; want %q", after, page, err, want)
		}
	}
}
