package consent_test

import (
	"testing"

	"github.com/leadiumx/consent/consent"
)

// BenchmarkChain is what the one writer of a node log does for each record
// beside the fsync.
func BenchmarkChain(b *testing.B) {
	var head consent.Head
	var packer consent.Packer
	record := full()
	b.ReportAllocs()
	for b.Loop() {
		r := record
		next, err := packer.Chain(&r, head)
		if err != nil {
			b.Fatal(err)
		}
		head = next
	}
}

// BenchmarkUnpack reads what every check by subject reads.
func BenchmarkUnpack(b *testing.B) {
	r := full()
	madeFor(&r)
	r.Vendors = nil
	s, secret, err := r.Pack()
	if err != nil {
		b.Fatal(err)
	}
	known, err := consent.KnowContext(s.Context)
	if err != nil {
		b.Fatal(err)
	}
	var got consent.Record
	b.ReportAllocs()
	for b.Loop() {
		if err := known.Unpack(&got, r.ID, s.Evidence, secret); err != nil {
			b.Fatal(err)
		}
	}
}
