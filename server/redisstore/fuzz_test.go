package redisstore_test

import (
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/redisstore"
)

func FuzzACursorHasOneSpelling(f *testing.F) {
	for _, s := range []string{"", "1795478400000000-3", "1-32", "1--1", "01-1", "1.1", "9007199254740992-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		again, err := redisstore.ParseCursor(s)
		if err != nil && consent.CodeOf(err) != consent.Invalid {
			t.Fatalf("another code: %v", err)
		}
		if err == nil && s != "" && again != s {
			t.Fatalf("%q is read as %q", s, again)
		}
	})
}

func FuzzAnAddressIsReadOrRefusedWithoutItsPassword(f *testing.F) {
	for _, s := range []string{"redis://u:p@h:1/0", "rediss://h?master_name=x", "h:1", "redis://:p@[::1]:1", "http://h", "redis://h?x=%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		err := redisstore.ParseURLs([]string{strings.Replace(s, "u:p@", "u:fuzz-secret@", 1)})
		if err != nil && strings.Contains(err.Error(), "fuzz-secret") {
			t.Fatalf("the error tells the password: %v", err)
		}
	})
}

func FuzzTheNameOfABucket(f *testing.F) {
	for _, s := range []string{"lx:s:{shop/00}000", "lx:s:{shop/1f}fff", "lx:s:{shop/20}000", "lx:s:{a%2Fb/00}000", "lx:s:{", ""} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { _ = redisstore.ReadBucket(s) })
}

func FuzzALineOfAJournal(f *testing.F) {
	head := "\x32\x69\xb1\x0f\x5a\x00\x07\xff"
	for _, s := range []string{"", head, head + "markmark", head + "+0001795478400000000", head + "+0001795478400000000x\x00\x01markmarkresttt", head + "+0001795478400000000X\x00\x02id", head + "+0001795478400000000y"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { _ = redisstore.ReadLine(s) })
}
