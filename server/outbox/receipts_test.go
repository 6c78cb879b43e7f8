package outbox_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestReceiptsThatShareAnFsyncVerifyAndAreTheSameOnARetry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := nodeIn(t, dir, false, signing(t))
	const writers, rounds = 48, 4
	first := make([]string, writers*rounds)
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			for i := w; i < len(first); i += writers {
				kept, err := n.Keep(t.Context(), record(fmt.Sprint(i), fmt.Sprint("sub-", i), int64(i)))
				if err != nil {
					t.Error(err)
				}
				first[i] = string(kept.Receipt.JWS)
			}
		})
	}
	running.Wait()
	shared := 0
	check := func() {
		for i, want := range first {
			r, err := consent.VerifyReceipt(keyring(t).PublicKeys(), want)
			if err != nil || r.ID != fmt.Sprint(i) || r.Seq == 0 {
				t.Fatalf("receipt %d = %+v, %v", i, r, err)
			}
			kept, err := n.Keep(t.Context(), record(fmt.Sprint(i), fmt.Sprint("sub-", i), int64(i)))
			if err != nil || kept.Fresh || string(kept.Receipt.JWS) != want {
				t.Fatalf("the retry of %d has the receipt %s, want %s: %v", i, kept.Receipt.JWS, want, err)
			}
			if alone, err := keyring(t).SignReceipt(r); err != nil || alone != want {
				shared++
			}
		}
	}
	check()
	if shared == 0 {
		t.Error("no two receipts share a signature")
	}
	// The same from the disk alone.
	n.close(t)
	n = nodeIn(t, dir, false, signing(t))
	check()
}
