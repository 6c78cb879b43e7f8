package outbox_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// What the store settled otherwise is in memory only, and a start gives it no more
// than the last minutes again.
func TestWhatTheStoreSettledOtherwiseIsNoLossAfterAStart(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"a retry that came to another node first": "", "an id that another node used first": "another"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, dir, now := bolt(t, filepath.Join(t.TempDir(), "store.db")), t.TempDir(), early()
			node := func(dir string) *outbox.Outbox {
				o := small(filepath.Join(dir, "log"), shared{store})
				at := now
				o.Clock = func() time.Time { return at }
				return open(t, o)
			}
			two := node(dir)
			one := node(t.TempDir())
			put(t, one, record("a", "sub", 1000))
			handedOver(t, one)
			again := record("a", "sub", 3000)
			if content != "" {
				again.Content = content
			}
			// It is taken, and settled when the store has it.
			if _, _, err := two.Append(t.Context(), again); err != nil {
				t.Fatal(err)
			}
			handedOver(t, two)
			wantLatest(t, two, "sub", "a")
			if err := two.Close(); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Hour)
			two = node(dir)
			var s consent.Standing
			if err := two.Standing(t.Context(), "shop", "sub", &s); err != nil {
				t.Errorf("a check after the start: %v", err)
			}
			wantLatest(t, two, "sub", "a")
			once(t, two, "a")
		})
	}
}
