package redisstore_test

import (
	"errors"
	"slices"
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

func TestASweepGoesPastARecordThatSomebodySpoiledAndSaysSo(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	// All but the last of one partition, then one of another, then one that is
	// the newest of its own.
	var all []consent.Record
	for _, bucket := range []uint16{3, 4, 5, 3000, 6, 7, 5000} {
		all = append(all, inBucket("shop", bucket, 1))
	}
	for _, r := range all {
		if _, _, err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, bucket := range []string{"lx:b:{shop/00}004", "lx:b:{shop/00}006", "lx:b:{shop/02}388"} {
		spoil(t, server.Client(), bucket, 3)
	}
	young := all[5].ID
	for range 2 {
		n, err := s.Sweep(t.Context(), "shop", func(r consent.Record) bool { return r.ID != young }, 10)
		if consent.CodeOf(err) != consent.Unavailable || !errors.Is(err, consent.ErrDamaged) {
			t.Errorf("Sweep = %d, %v", n, err)
		}
		sees(t, s, "-"+all[1].ID, "-"+all[4].ID, young, "-"+all[6].ID)
	}
	// Once the last goes there is a damaged record at the end of each journal, or in it.
	young = ""
	for range 2 {
		if n, err := s.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 10); !errors.Is(err, consent.ErrDamaged) {
			t.Errorf("Sweep = %d, %v", n, err)
		}
		sees(t, s, "-"+all[1].ID, "-"+all[4].ID, "-"+all[6].ID)
	}
	// What comes then stands behind them.
	late := inBucket("shop", 8, 1)
	if _, _, err := s.Append(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	sees(t, s, "-"+all[1].ID, "-"+all[4].ID, "-"+all[6].ID, late.ID)
}

func TestASweepOfMoreThanAPageGoesPastThem(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	var all []consent.Record
	for i := range 1500 {
		all = append(all, inBucket("shop", uint16(i%3), i))
	}
	for _, got := range s.AppendAll(t.Context(), all) {
		if got.Err != nil {
			t.Fatal(got.Err)
		}
	}
	spoil(t, server.Client(), "lx:b:{shop/00}001", 3)
	n, err := s.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 700)
	if n != 700 || !errors.Is(err, consent.ErrDamaged) {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	n, err = s.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 700)
	if n != 300 || !errors.Is(err, consent.ErrDamaged) {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	left := exported(t, s)
	if len(left) != 500 {
		t.Errorf("%d are left", len(left))
	}
	for _, r := range left {
		if !r.Damaged {
			t.Errorf("%s is left", r.ID)
		}
	}
}

// sees compares what the export holds, in order; a damaged record has a line before it.
func sees(t *testing.T, s *redisstore.Store, want ...string) {
	t.Helper()
	var got []string
	for _, r := range exported(t, s) {
		id := r.ID
		if r.Damaged {
			id = "-" + id
		}
		got = append(got, id)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the export is %q, want %q", got, want)
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

// paged reads a feed page by page, and names what it tells: a damaged record by a
// line alone, an erasure by a star.
func paged(t *testing.T, page func(cursor string) ([]consent.Arrival, error)) (told []string) {
	t.Helper()
	for cursor := ""; len(told) < 100; {
		list, err := page(cursor)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return told
		}
		for _, a := range list {
			name := a.Record.ID
			switch {
			case a.Erasure != nil:
				name = "*"
			case a.Record.Damaged:
				name = "-" + name
			}
			told, cursor = append(told, name), a.Cursor
		}
	}
	t.Fatalf("there is no end: %q", told)
	return nil
}

func TestALineOfTheJournalThatSomebodySpoiledStopsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoiled func(line string) string
		told    bool
	}{
		"cut to nothing":      {func(string) string { return "" }, false},
		"cut within its time": {func(l string) string { return l[:5] }, false},
		"cut behind its time": {func(l string) string { return l[:11] }, true},
		"longer than it was":  {func(l string) string { return l + "more" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			s, raw := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
			var all []string
			var first consent.Record
			put := func(bucket uint16) {
				r := inBucket("shop", bucket, 1)
				if _, _, err := s.Append(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				if all = append(all, r.ID); bucket == 0 {
					first = r
				}
			}
			for bucket := range uint16(4) {
				put(bucket)
			}
			if err := s.Erase(t.Context(), "shop", first.Subject, time.UnixMilli(9)); err != nil {
				t.Fatal(err)
			}
			put(4)
			// Records, an erasure, and what is the newest of all when the next comes.
			for _, i := range []int64{1, 2, 4, 5} {
				line, err := raw.LIndex(t.Context(), "lx:j:{shop/00}", i).Result()
				if err != nil {
					t.Fatal(err)
				}
				if err := raw.LSet(t.Context(), "lx:j:{shop/00}", i, c.spoiled(line)).Err(); err != nil {
					t.Fatal(err)
				}
			}
			put(5)
			want := []string{all[0], "-", "-", all[3], "-", "-", all[5]}
			if !c.told {
				want = []string{all[0], all[3], all[5]}
			}
			sees(t, s, want...)
			back := slices.Clone(want)
			slices.Reverse(back)
			for _, limit := range []int{1, 100} {
				if got := paged(t, func(after string) ([]consent.Arrival, error) { return s.Arrivals(t.Context(), "shop", after, limit) }); !slices.Equal(got, want) {
					t.Errorf("the feed by %d is %q, want %q", limit, got, want)
				}
				if got := paged(t, func(before string) ([]consent.Arrival, error) { return s.Before(t.Context(), "shop", before, limit) }); !slices.Equal(got, back) {
					t.Errorf("backwards by %d it is %q, want %q", limit, got, back)
				}
			}
			// What cannot be read does not vanish by itself, and is said each time.
			for _, want := range []int{3, 0} {
				n, err := s.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 10)
				if n != want || errors.Is(err, consent.ErrDamaged) != c.told {
					t.Errorf("Sweep = %d, %v", n, err)
				}
			}
			put(6)
			if got := exported(t, s); got[len(got)-1].ID != all[6] {
				t.Errorf("after a sweep the export is %+v", got)
			}
		})
	}
}

func TestAPageOfSpoiledLinesStopsNoFeed(t *testing.T) {
	t.Parallel()
	for name, spoiled := range map[string]string{"without a time": "", "with nothing but rubbish behind it": "rubbish"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
			var all []consent.Record
			for i := range 200 {
				all = append(all, inBucket("shop", uint16(i%7), i))
			}
			for _, r := range all {
				if _, _, err := s.Append(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			for i := int64(1); i < 199; i++ {
				line := spoiled
				if line != "" {
					line = c.LIndex(t.Context(), "lx:j:{shop/00}", i).Val()[:8] + spoiled
				}
				if err := c.LSet(t.Context(), "lx:j:{shop/00}", i, line).Err(); err != nil {
					t.Fatal(err)
				}
			}
			left := slices.DeleteFunc(exported(t, s), func(r consent.Record) bool { return r.Damaged })
			if len(left) != 2 || left[0].ID != all[0].ID || left[1].ID != all[199].ID {
				t.Errorf("the export is %+v", left)
			}
		})
	}
}
