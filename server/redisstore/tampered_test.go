package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

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

// spoil shortens, by some bytes, what stands under the marks of a bucket.
func spoil(t *testing.T, c redis.Cmdable, bucket string, bytes int) {
	t.Helper()
	fields, err := c.HGetAll(t.Context(), bucket).Result()
	if err != nil {
		t.Fatal(err)
	}
	for f, v := range fields {
		if err := c.HSet(t.Context(), bucket, f, v[:max(0, len(v)-bytes)]).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARecordThatSomebodySpoiledIsFoundAsSuchAndHidesNoDeviceOfItsAccount(t *testing.T) {
	t.Parallel()
	for cut, keep := range map[string]func(n int) int{
		"of its evidence": func(n int) int { return n - 3 }, "of its head": func(int) int { return 30 }, "of its id": func(int) int { return 20 },
	} {
		server := redistest.Start(t)
		s := open(t, redisstore.Options{URLs: []string{server.URL()}})
		all := []consent.Record{inBucket("shop", 3, 1), inBucket("shop", 4, 2)}
		for i := range all {
			r := &all[i]
			r.Subject, r.Action, r.Peer, r.Clock = all[0].Subject, consent.Identify, r.ID, int64(i+1)
			if _, _, err := s.Append(t.Context(), *r); err != nil {
				t.Fatal(err)
			}
		}
		// The first stands by itself in the bucket that both share with their subject.
		key, c := "lx:b:{shop/00}003", server.Client()
		for f, v := range c.HGetAll(t.Context(), key).Val() {
			if v[0] == 'r' {
				if err := c.HSet(t.Context(), key, f, v[:keep(len(v))]).Err(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if r, err := s.Find(t.Context(), "shop", all[0].ID); err != nil || !r.Damaged || r.ID != all[0].ID {
			t.Errorf("without a part %s: Find = %+v, %v", cut, r, err)
		}
		if got, err := s.Devices(t.Context(), "shop", all[0].Subject); err != nil || len(got) != 1 || got[0] != all[1].ID {
			t.Errorf("without a part %s: Devices = %v, %v", cut, got, err)
		}
		if _, err := s.History(t.Context(), "shop", all[0].Subject); consent.CodeOf(err) != consent.Unavailable || !errors.Is(err, consent.ErrDamaged) {
			t.Errorf("without a part %s: History = %v", cut, err)
		}
	}
}

func TestASweepEndsAtARecordThatSomebodySpoiledAndSaysSo(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	all := []consent.Record{inBucket("shop", 3, 1), inBucket("shop", 4, 1), inBucket("shop", 5, 1)}
	for _, r := range all {
		if _, _, err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	spoil(t, server.Client(), "lx:b:{shop/00}004", 3)
	n, err := s.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 10)
	if n != 1 || consent.CodeOf(err) != consent.Unavailable || !errors.Is(err, consent.ErrDamaged) {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if left := exported(t, s); len(left) != 2 || left[0].ID != all[1].ID || !left[0].Damaged || left[1].ID != all[2].ID {
		t.Errorf("the export is %+v", left)
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
