package redisstore_test

import (
	"slices"
	"strings"
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

// Sites have names without such characters, and a mistake there must not mix what
// two of them keep.
func TestNoNameOfASiteReachesTheKeysOfAnother(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, site := range []string{"a", "a/00}000", "a/00", "a}", "{a}", "a%2F00", "b:{a", "A", "a ", "", "a\x00", "a\r\nFLUSHALL"} {
		list, _, err := redisstore.WriteKeys(site, 0, "2026-11-26")
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range list {
			if other, taken := seen[key]; taken && other != site {
				t.Errorf("%q and %q share the key %q", site, other, key)
			}
			seen[key] = site
			if strings.Count(key, "{") != 1 || strings.Count(key, "}") != 1 || strings.ContainsAny(key, "\r\n\x00 ") {
				t.Errorf("%q decides the slot of %q", site, key)
			}
		}
	}
}
