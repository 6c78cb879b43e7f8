package consent_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func TestReceiptsThatSayNearlyTheSameAreEachWrittenAsTheyAre(t *testing.T) {
	t.Parallel()
	k := receiptKeyring(t, "old")
	changes := []func(*consent.Record){
		func(*consent.Record) {},
		func(r *consent.Record) { r.Site = "blog" },
		func(r *consent.Record) { r.Edition = 3 },
		func(r *consent.Record) { r.EditionHash = "e" },
		func(r *consent.Record) { r.WordsHash = "w" },
		func(r *consent.Record) { r.Regime = "us" },
		func(r *consent.Record) { r.Locale = "de" },
		func(r *consent.Record) { r.Action = consent.AcceptAll },
		func(r *consent.Record) { r.Node = "n2" },
		func(r *consent.Record) { r.Levels = map[string]int{"analytics": 0} },
		func(r *consent.Record) { r.Levels = map[string]int{"marketing": 1} },
		func(r *consent.Record) { r.Levels = map[string]int{} },
		func(r *consent.Record) { r.Levels = nil },
		func(r *consent.Record) { r.Vendors = map[string]int{} },
		func(r *consent.Record) { r.Vendors = map[string]int{"youtube": 0} },
		func(r *consent.Record) { r.Vendors = map[string]int{"youtube": 1} },
		func(r *consent.Record) { r.Time = r.Time.Add(time.Millisecond) },
		func(r *consent.Record) { r.Locale = "\"<\u2028" },
		func(r *consent.Record) { r.Site = "a site of another length" },
		func(r *consent.Record) { r.Site = "a site of one more length" },
	}
	var records []*consent.Record
	for i := range 3 * len(changes) {
		r := &consent.Record{
			ID: fmt.Sprint("record-", i), Site: "shop", Edition: 2, Regime: "eea", Locale: "en", Levels: map[string]int{"analytics": 1},
			Action: consent.Save, Node: "n1", Time: time.Unix(1, 0).UTC(),
		}
		changes[i%len(changes)](r)
		head, err := r.Chain(consent.Head{Seq: uint64(i)})
		if err != nil || head.Seq != r.Seq {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	signed, err := k.SignReceipts(records)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range signed {
		if want := mustJSON(t, records[i].Receipt()); string(s.Text) != want {
			t.Errorf("receipt %d says %s, want %s", i, s.Text, want)
		}
		got, err := consent.VerifyReceipt(k.PublicKeys(), string(s.JWS))
		if err != nil || mustJSON(t, got) != string(s.Text) {
			t.Errorf("the signed receipt %d is %s, %v", i, mustJSON(t, got), err)
		}
	}
}

// BenchmarkReceipts signs what an fsync is shared by on a busy server.
func BenchmarkReceipts(b *testing.B) {
	k := receiptKeyring(b, "old")
	records := make([]*consent.Record, 58)
	var packer consent.Packer
	var head consent.Head
	for i := range records {
		r := full()
		r.Vendors = nil
		var err error
		if head, err = packer.Chain(&r, head); err != nil {
			b.Fatal(err)
		}
		records[i] = &r
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.SignReceipts(records); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(records)), "ns/receipt")
}
