package backup_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/backup"
	"github.com/leadiumx/consent/server/boltstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAReaderThatFailsIsNoWholeBackup(t *testing.T) {
	t.Parallel()
	if err := backup.Check(iotest.ErrReader(iotest.ErrTimeout)); consent.CodeOf(err) != consent.Invalid {
		t.Error(err)
	}
}

func FuzzOnlyAWholeBackupIsTaken(f *testing.F) {
	const head = `{"t":"backup","backup":{"version":1,"time":"2026-12-01T00:00:00Z"}}` + "\n"
	for _, s := range []string{
		"", head, head + head, head + `{"t":"end","end":{"lines":1,"sha256":"00"}}` + "\n", `{"t":"end"}`, head + "x", "[]", head + `{"t":"tombstone","tombstone":{"person":"!"}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		err := backup.Check(strings.NewReader(s))
		if err != nil && consent.CodeOf(err) != consent.Invalid {
			t.Fatalf("another code: %v", err)
		}
		if err == nil && (!strings.Contains(s, `"backup"`) || !strings.Contains(s, `"sha256"`)) {
			t.Fatalf("%q was taken", s)
		}
	})
}

// meanwhile is a store in which somebody is erased as soon as a backup has read
// their record.
type meanwhile struct{ *boltstore.Store }

func (meanwhile) Proved(context.Context, string) ([]consent.Document, string, uint64, error) {
	return nil, "", 0, nil
}

func (m meanwhile) Export(ctx context.Context, site string, each func(consent.Record) error) error {
	if err := m.Store.Export(ctx, site, each); err != nil {
		return err
	}
	return m.Erase(ctx, site, "sub", time.UnixMilli(9))
}

func TestWhoIsErasedDuringABackupIsErasedInIt(t *testing.T) {
	t.Parallel()
	open := func() *boltstore.Store {
		s, err := boltstore.Open(filepath.Join(t.TempDir(), "db"), boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	from, to := open(), open()
	if err := from.Publish(t.Context(), consent.Next(nil, consent.Site{ID: "shop"}, "a", "", time.UnixMilli(1))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := from.Append(t.Context(), consent.Record{ID: "a", Site: "shop", Subject: "sub", Content: "c", Levels: map[string]int{"x": 1}, Clock: 5, Time: time.UnixMilli(5)}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := backup.Write(t.Context(), meanwhile{from}, time.UnixMilli(10), &file); err != nil {
		t.Fatal(err)
	}
	report, err := backup.Restore(t.Context(), to, bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := to.Latest(t.Context(), "shop", "sub"); consent.CodeOf(err) != consent.Erased {
		t.Errorf("after a restore of %+v, Latest = %+v, %v", report, r, err)
	}
}
