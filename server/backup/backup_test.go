package backup_test

import (
	"strings"
	"testing"
	"testing/iotest"

	"go.uber.org/goleak"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/backup"
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
