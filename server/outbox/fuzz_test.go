package outbox_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/leadiumx/consent/server/outbox"
)

// FuzzScan changes a real segment file: whatever it holds, a start ends by
// itself, never reads past the end, and never finds more than was written.
func FuzzScan(f *testing.F) {
	const count = 5
	_, files := written(f, count, 64<<10)
	whole, err := os.ReadFile(files[0])
	if err != nil {
		f.Fatal(err)
	}
	whole = whole[:len(bytes.TrimRight(whole, "\x00"))+8]
	if n, _, err := outbox.Scan(whole); n != count || err != nil {
		f.Fatalf("Scan = %d entries, %v; want %d", n, err, count)
	}
	f.Add(uint(40), byte(1), uint(0))
	f.Add(uint(len(whole)/2), byte(0xff), uint(9))
	f.Add(uint(36), byte(0x80), uint(len(whole)-50))
	f.Fuzz(func(t *testing.T, at uint, change byte, cut uint) {
		b := bytes.Clone(whole[:uint(len(whole))-cut%uint(len(whole))])
		b[at%uint(len(b))] ^= change
		n, end, err := outbox.Scan(b)
		if end > len(b) || n > count {
			t.Fatalf("Scan = %d entries up to %d of %d bytes, %v", n, end, len(b), err)
		}
	})
}
