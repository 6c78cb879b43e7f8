package redisstore_test

import (
	"slices"
	"testing"

	"github.com/leadiumx/consent/server/redisstore"
)

func TestTheKeysOfAWriteAreThoseThatReadsUse(t *testing.T) {
	t.Parallel()
	for _, site := range []string{"demo", "a site/ü"} {
		for _, bucket := range []uint16{0, 1, 255, 256, 4095, 4096, 54321, 65535} {
			if got, want, err := redisstore.WriteKeys(site, bucket, "2026-11-26"); err != nil || !slices.Equal(got, want) {
				t.Errorf("the keys are %q, want %q: %v", got, want, err)
			}
		}
	}
}
