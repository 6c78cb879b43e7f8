package boltstore_test

import (
	"encoding/binary"
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
