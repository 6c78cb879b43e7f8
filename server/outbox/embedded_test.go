package outbox_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

func TestAnEmbeddedFileThatWasLostOrPutBackGetsAgainWhatTheLogHas(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]bool{"lost": false, "put back to an earlier state": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path, now := filepath.Join(dir, "store.db"), early()
			begin := func() (consent.Store, *outbox.Outbox) {
				store := bolt(t, path)
				o := small(filepath.Join(dir, "log"), store)
				o.Clock = func() time.Time { return now }
				signing(t)(&o)
				return store, open(t, o)
			}
			end := func(stores ...consent.Store) {
				for _, s := range stores {
					if err := s.(interface{ Close() error }).Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
			store, s := begin()
			put(t, s, record("a", "one", 1))
			put(t, s, record("b", "two", 1))
			end(s, store)
			earlier, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			store, s = begin()
			put(t, s, record("c", "one", 2))
			erase(t, s, "two", 5)
			end(s, store)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if file {
				if err := os.WriteFile(path, earlier, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			// Longer ago than what is handed over again at every start.
			now = now.Add(3 * time.Hour)
			_, s = begin()
			once(t, s, "a", "b", "c")
			wantLatest(t, s, "one", "c")
			_, err = s.Latest(t.Context(), "shop", "two")
			wantCode(t, "who was erased", err, consent.Erased)
		})
	}
}
