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

// kept is a record of a usual size as a store has it.
func kept(b *testing.B) (r consent.Record, known *consent.KnownContext, evidence, secret []byte) {
	b.Helper()
	r = full()
	madeFor(&r)
	r.Vendors = nil
	s, secret, err := r.Pack()
	if err != nil {
		b.Fatal(err)
	}
	if known, err = consent.KnowContext(s.Context); err != nil {
		b.Fatal(err)
	}
	return r, known, s.Evidence, secret
}

// BenchmarkStanding reads what every check by subject reads.
func BenchmarkStanding(b *testing.B) {
	r, known, _, _ := kept(b)
	brief := known.AppendBrief(nil, &r)
	var got consent.Standing
	b.ReportAllocs()
	for b.Loop() {
		if err := known.Brief(&got, brief, r.Clock); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnpack reads all of the record.
func BenchmarkUnpack(b *testing.B) {
	r, known, evidence, secret := kept(b)
	var got consent.Record
	b.ReportAllocs()
	for b.Loop() {
		if err := known.Unpack(&got, r.ID, evidence, secret); err != nil {
			b.Fatal(err)
		}
	}
}
