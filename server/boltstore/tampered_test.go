package boltstore_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/leadiumx/consent/consent"
)

// alter changes what stands in the file under the number of a record.
func alter(t *testing.T, path string, change func(records *bbolt.Bucket, key []byte) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	key := binary.BigEndian.AppendUint64([]byte("\x00\x04shop"), 1)
	if err := db.Update(func(tx *bbolt.Tx) error { return change(tx.Bucket([]byte("records")), key) }); err != nil {
		t.Fatal(err)
	}
}

// takenOut is a file out of which somebody took its one record, and that record.
func takenOut(t *testing.T) (path string, r consent.Record) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "consent.db")
	r = consent.Record{ID: "a", Site: "shop", Subject: "sub", Content: "c", Levels: map[string]int{"x": 1}, Clock: 5}
	s := open(t, path)
	if _, _, err := s.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	s.Close()
	alter(t, path, func(records *bbolt.Bucket, key []byte) error { return records.Delete(key) })
	return path, r
}

func TestARecordThatSomebodyTookOutOrSpoiledStopsNeitherItsRetryNorAnErasure(t *testing.T) {
	t.Parallel()
	path, r := takenOut(t)
	s := open(t, path)
	if _, fresh, err := s.Append(t.Context(), r); err != nil || !fresh {
		t.Fatalf("the retry of one that was taken out = %v, %v", fresh, err)
	}
	if got, err := s.Latest(t.Context(), "shop", "sub"); err != nil || got.ID != "a" {
		t.Fatalf("Latest = %+v, %v", got, err)
	}
	s.Close()
	alter(t, path, func(records *bbolt.Bucket, _ []byte) error {
		key, _ := records.Cursor().First()
		return records.Put(key, []byte{9})
	})
	s = open(t, path)
	if stored, _, err := s.Append(t.Context(), r); consent.CodeOf(err) != consent.Invalid || !stored.Damaged {
		t.Errorf("the retry of one that was spoiled = %+v, %v", stored, err)
	}
	if err := s.Erase(t.Context(), "shop", "sub", time.UnixMilli(9)); err != nil {
		t.Errorf("Erase = %v", err)
	}
	if _, err := s.Latest(t.Context(), "shop", "sub"); consent.CodeOf(err) != consent.Erased {
		t.Errorf("Latest after the erasure = %v", err)
	}
	s.Close()
}

func TestARecordThatSomebodySpoiledIsFoundAsSuchAndHidesNoDeviceOfItsAccount(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(v []byte) []byte{
		"a part of it":  func(v []byte) []byte { return v[:len(v)-3] },
		"all but a bit": func([]byte) []byte { return []byte{9} },
	} {
		path := filepath.Join(t.TempDir(), "consent.db")
		s := open(t, path)
		devices := []string{"AQAAAAAAAAAAAAAAAAAAAA", "AgAAAAAAAAAAAAAAAAAAAA"}
		for i, id := range []string{"a", "b"} {
			r := consent.Record{ID: id, Site: "shop", Subject: "account", Action: consent.Identify, Peer: devices[i], Levels: map[string]int{"x": 1}, Clock: int64(i)}
			if _, _, err := s.Append(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
		alter(t, path, func(records *bbolt.Bucket, key []byte) error {
			return records.Put(key, spoil(bytes.Clone(records.Get(key))))
		})
		s = open(t, path)
		if r, err := s.Find(t.Context(), "shop", "a"); err != nil || !r.Damaged || r.ID != "a" {
			t.Errorf("%s: Find = %+v, %v", name, r, err)
		}
		if got, err := s.Devices(t.Context(), "shop", "account"); err != nil || len(got) != 1 || got[0] != devices[1] {
			t.Errorf("%s: Devices = %v, %v", name, got, err)
		}
		if _, err := s.History(t.Context(), "shop", "account"); consent.CodeOf(err) != consent.Unavailable || !errors.Is(err, consent.ErrDamaged) {
			t.Errorf("%s: History = %v", name, err)
		}
		s.Close()
	}
}

func TestASweepGoesPastARecordThatSomebodySpoiledAndSaysSo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "consent.db")
	s := open(t, path)
	var all []consent.Record
	for i := range 700 {
		all = append(all, consent.Record{ID: fmt.Sprintf("%03d", i), Site: "shop", Levels: map[string]int{"x": 1}})
	}
	for _, got := range s.AppendAll(t.Context(), all) {
		if got.Err != nil {
			t.Fatal(got.Err)
		}
	}
	s.Close()
	alter(t, path, func(records *bbolt.Bucket, key []byte) error {
		for n := uint64(1); n <= 300; n++ {
			binary.BigEndian.PutUint64(key[len(key)-8:], n)
			if err := records.Put(key, []byte{9}); err != nil {
				return err
			}
		}
		return nil
	})
	s = open(t, path)
	defer s.Close()
	for _, want := range []int{250, 149} {
		n, err := s.Sweep(t.Context(), "shop", func(r consent.Record) bool { return r.ID != "699" }, 250)
		if n != want || consent.CodeOf(err) != consent.Unavailable || !errors.Is(err, consent.ErrDamaged) {
			t.Errorf("Sweep = %d, %v", n, err)
		}
	}
	var left []string
	if err := s.Export(t.Context(), "shop", func(r consent.Record) error { left = append(left, r.ID); return nil }); err != nil || len(left) != 301 || left[300] != "699" {
		t.Errorf("the export is %q, %v", left, err)
	}
}

func TestARetryOfWhatWasTakenOutIsStoredOnceHoweverOftenItComesAtOnce(t *testing.T) {
	t.Parallel()
	path, r := takenOut(t)
	s := open(t, path)
	defer s.Close()
	other := r
	other.Content = "d"
	got := s.AppendAll(t.Context(), []consent.Record{r, r, other})
	for i, want := range []struct {
		fresh bool
		code  consent.Code
	}{{true, ""}, {false, ""}, {false, consent.IDReused}} {
		if got[i].Fresh != want.fresh || consent.CodeOf(got[i].Err) != want.code {
			t.Errorf("record %d = %+v, want %+v", i, got[i], want)
		}
	}
	all, err := s.History(t.Context(), "shop", "sub")
	if err != nil || len(all) != 1 || all[0].ID != "a" {
		t.Errorf("History = %+v, %v", all, err)
	}
}

func TestIDsThatWereMadeToBeginAlikeAreToldApart(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "consent.db"))
	defer s.Close()
	const ids, rounds = 500, 4
	var all []consent.Record
	for n := range ids * rounds {
		// All share the two bytes by which a step sorts them, and come again in another order.
		raw := binary.BigEndian.AppendUint64([]byte("alike-00"), uint64(n*(1+n/ids*2)%ids))
		r := consent.Record{ID: base64.RawURLEncoding.EncodeToString(raw), Site: "shop", Content: "c", Levels: map[string]int{"x": 1}, Clock: int64(n)}
		if n/ids == 2 {
			r.Content = "d"
		}
		all = append(all, r)
	}
	for n, got := range s.AppendAll(t.Context(), all) {
		var want consent.Code
		if n/ids == 2 {
			want = consent.IDReused
		}
		if got.Fresh != (n < ids) || consent.CodeOf(got.Err) != want {
			t.Fatalf("record %d = %+v", n, got)
		}
	}
	n := 0
	err := s.Export(t.Context(), "shop", func(r consent.Record) error {
		if r.ID != all[n].ID {
			t.Fatalf("record %d is %s, want %s", n, r.ID, all[n].ID)
		}
		n++
		return nil
	})
	if err != nil || n != ids {
		t.Errorf("%d records, %v", n, err)
	}
}

func TestAnErasureThatSomebodySpoiledStopsNoFeed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "consent.db")
	s := open(t, path)
	put := func(id, subject string) {
		if _, _, err := s.Append(t.Context(), consent.Record{ID: id, Site: "shop", Subject: subject, Levels: map[string]int{"x": 1}}); err != nil {
			t.Fatal(err)
		}
	}
	put("a", "sub")
	if err := s.Erase(t.Context(), "shop", "sub", time.UnixMilli(9)); err != nil {
		t.Fatal(err)
	}
	put("b", "")
	s.Close()
	alter(t, path, func(records *bbolt.Bucket, _ []byte) error {
		erasures := records.Tx().Bucket([]byte("erasures"))
		key, _ := erasures.Cursor().First()
		return erasures.Put(key, []byte("{"))
	})
	s = open(t, path)
	defer s.Close()
	list, err := s.Arrivals(t.Context(), "shop", "", 10)
	if err != nil || len(list) != 3 || !list[1].Record.Damaged || list[1].Erasure != nil || list[2].Record.ID != "b" {
		t.Errorf("Arrivals = %+v, %v", list, err)
	}
}
