package redisstore_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// neighbours are subjects of one bucket, each with two decisions, oldest first.
func neighbours(t *testing.T, s *redisstore.Store) [][2]consent.Record {
	t.Helper()
	all := make([][2]consent.Record, 64)
	for i := range all {
		r := inBucket("shop", 3, i)
		// The id of the second one belongs into another bucket.
		next := inBucket("shop", uint16(100+i), 1000+i)
		next.Subject, next.Clock = r.Subject, 5000
		all[i] = [2]consent.Record{r, next}
		for _, r := range all[i] {
			if _, _, err := s.Append(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

func TestSubjectsThatShareAPlaceKeepTheirRecordsApart(t *testing.T) {
	t.Parallel()
	s := open(t, redisstore.Options{URLs: []string{redistest.Start(t).URL()}})
	all := neighbours(t, s)
	for _, of := range all[:8] {
		if err := s.Erase(t.Context(), "shop", of[0].Subject, time.UnixMilli(9000)); err != nil {
			t.Fatal(err)
		}
	}
	for _, of := range all[8:] {
		history, err := s.History(t.Context(), "shop", of[0].Subject)
		if err != nil || len(history) != 2 || history[0].ID != of[0].ID || history[1].ID != of[1].ID {
			t.Fatalf("%v, %v, want %s and %s", history, err, of[0].ID, of[1].ID)
		}
	}
	erased := 0
	for _, r := range exported(t, s) {
		if r.Subject == "" {
			erased++
		}
	}
	if erased != 16 {
		t.Errorf("%d records are erased, want 16", erased)
	}
}

func TestASweepLeavesNothingOfARecord(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	all := neighbours(t, s)
	alone := inBucket("shop", 7, 1)
	alone.Subject = ""
	if _, _, err := s.Append(t.Context(), alone); err != nil {
		t.Fatal(err)
	}
	n, err := s.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 1000)
	if want := 2*len(all) + 1; err != nil || n != want {
		t.Fatalf("swept %d of %d, %v", n, want, err)
	}
	for _, kind := range []string{"lx:b:*", "lx:s:*"} {
		if keys, err := server.Client().Keys(t.Context(), kind).Result(); err != nil || len(keys) > 0 {
			t.Errorf("left behind: %q, %v", keys, err)
		}
	}
}

func TestWhoRepeatsAnErasedIDIsToldOfTheRecordThatHasItWhereverThatBelongs(t *testing.T) {
	t.Parallel()
	s := open(t, redisstore.Options{URLs: []string{redistest.Start(t).URL()}})
	for name, id := range map[string]string{"where the subject's records are": inBucket("shop", 3, 1).ID, "elsewhere": inBucket("shop", 100, 1001).ID} {
		r := inBucket("shop", 3, 1)
		r.ID, r.Subject, r.Node = id, inBucket("shop", 3, len(name)).Subject, "n"
		if _, _, err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if err := s.Erase(t.Context(), "shop", r.Subject, time.UnixMilli(9)); err != nil {
			t.Fatal(err)
		}
		r.Node = "m"
		if stored, _, err := s.Append(t.Context(), r); consent.CodeOf(err) != consent.Erased || stored.ID != r.ID || stored.Node != "n" {
			t.Errorf("%s: %+v, %v", name, stored, err)
		}
	}
}

// Of a code there are seven bytes, so that two notices may share one.
func TestARecordWhoseNoticeHasTheCodeOfAnotherIsRefusedAndARepeatedOneAnswered(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	before, after := inBucket("shop", 3, 1), inBucket("shop", 3, 2)
	after.Levels = before.Levels
	if _, _, err := s.Append(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	keys, err := c.Keys(t.Context(), "lx:d:*").Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("%q, %v", keys, err)
	}
	codes, err := c.HKeys(t.Context(), keys[0]).Result()
	if err != nil || len(codes) != 1 {
		t.Fatalf("%q, %v", codes, err)
	}
	if err := c.HSet(t.Context(), keys[0], codes[0], "another context").Err(); err != nil {
		t.Fatal(err)
	}
	// Another node has not seen the context that is there.
	other := open(t, redisstore.Options{URLs: []string{server.URL()}})
	if _, _, err := other.Append(t.Context(), after); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("a new record: %v", err)
	}
	if n, err := c.HLen(t.Context(), "lx:b:{shop/00}003").Result(); err != nil || n != 1 {
		t.Errorf("%d records are stored, %v", n, err)
	}
	if stored, fresh, err := other.Append(t.Context(), before); stored.ID != before.ID || fresh || err != nil {
		t.Errorf("a repeated one: %+v, fresh %v, %v", stored, fresh, err)
	}
}
