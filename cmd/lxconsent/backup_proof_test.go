package main

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestABackupOfAServerThatIsWrittenToProvesItselfWhereItIsRestored(t *testing.T) {
	t.Parallel()
	for name, kind := range homes(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := kind(t)
			s := from.start(t)
			note := s.note("FR")
			n := 0
			put := func() {
				n++
				s.write(write{"note": note, "id": numbered(n), "action": "accept_all", "levels": acceptAll})
			}
			for range 300 {
				put()
			}
			stop, began := make(chan struct{}), n
			var writes sync.WaitGroup
			writes.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						put()
					}
				}
			})
			file := filepath.Join(t.TempDir(), "backup.ndjson")
			s.backup(file)
			close(stop)
			writes.Wait()
			s.stop()
			to := home{dir: t.TempDir()}
			if r := to.restore(t, file); r.Records < began {
				t.Errorf("%d records are in the backup, and %d were acknowledged before", r.Records, began)
			}
			// All is old when somebody verifies.
			by := streams{patience: 4 * time.Second, now: func() time.Time { return time.Now().Add(5 * time.Minute) }}
			restored := startBy(t, by, to.dir, "--key-file", filepath.Join(from.dir, "keys"))
			if status, out := restored.command("ledger", "verify"); status != 0 || !strings.Contains(out, "intact") {
				t.Errorf("%d %.600s", status, out)
			}
		})
	}
}
