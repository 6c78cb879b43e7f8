package consent_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestAnIDComesBackFromItsParts(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"AAAAAAAAAAAAAAAAAAAAAA", "_____________________w", "AQIDBAUGBwgJCgsMDQ4PEA"} {
		s, ok := consent.Split(id)
		if !ok || s.ID() != id {
			t.Errorf("%s comes back as %s, %v", id, s.ID(), ok)
		}
		if want := consent.NameBucket(id, [sha256.Size]byte{}); s.Bucket != want {
			t.Errorf("%s is in bucket %d, not in %d", id, s.Bucket, want)
		}
	}
	for _, bad := range []string{"", "id", "_____________________x", "AAAAAAAAAAAAAAAAAAAAAAA"} {
		if s, ok := consent.Split(bad); ok {
			t.Errorf("%q is taken apart into %v", bad, s)
		}
	}
}

func TestIDsThatCountHaveMarksOfTheirOwn(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]int{"in front": 2, "in the middle": 6, "at the end": 12} {
		seen := map[[4]byte]int{}
		for i := range 20_000 {
			var raw [16]byte
			binary.BigEndian.PutUint32(raw[at:], uint32(i))
			s, _ := consent.Split(base64.RawURLEncoding.EncodeToString(raw[:]))
			for _, half := range [][4]byte{[4]byte(s.Mark[:4]), [4]byte(s.Mark[4:])} {
				if seen[half]++; seen[half] > 2 {
					t.Fatalf("%s: half a mark comes back more than twice", name)
				}
			}
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("sixteen bytes ok"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		id := base64.RawURLEncoding.EncodeToString(raw)
		if s, ok := consent.Split(id); ok && s.ID() != id || ok != (len(raw) == 16) {
			t.Fatalf("%s comes back as %s, %v", id, s.ID(), ok)
		}
	})
}
