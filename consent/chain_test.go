package consent_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestEachLinkRestsOnTheRecordAndOnTheOneBefore(t *testing.T) {
	t.Parallel()
	chain := func(change func(i int, r *consent.Record)) (out []consent.Record, head consent.Head) {
		for i := range 4 {
			r := full()
			r.ID = fmt.Sprint(i)
			change(i, &r)
			next, err := r.Chain(head)
			if err != nil {
				t.Fatal(err)
			}
			if got := head.Next(consent.Leaf(r.ID, *r.Sealed)); got != next || r.Link != got.Link || r.Seq != uint64(i+1) {
				t.Fatalf("record %d is at %d with the link %v", i, r.Seq, r.Link)
			}
			out, head = append(out, r), next
		}
		return out, head
	}
	whole, head := chain(func(int, *consent.Record) {})
	for name, change := range map[string]func(*consent.Record){
		"the id":                  func(r *consent.Record) { r.ID = "x" },
		"the subject":             func(r *consent.Record) { r.Subject = "x" },
		"a level":                 func(r *consent.Record) { r.Levels["analytics"] = 0 },
		"the action":              func(r *consent.Record) { r.Action = consent.AcceptAll },
		"a signal":                func(r *consent.Record) { r.Signals.GPC = false },
		"the hash of the words":   func(r *consent.Record) { r.WordsHash = "x" },
		"the hash of the edition": func(r *consent.Record) { r.EditionHash = "x" },
		"the language":            func(r *consent.Record) { r.Locale = "en" },
		"the regime":              func(r *consent.Record) { r.Regime = "eea" },
		"the rows":                func(r *consent.Record) { r.Laws = nil },
		"the source of the place": func(r *consent.Record) { r.PlaceSource = "header" },
		"the time":                func(r *consent.Record) { r.Time = r.Time.Add(1e6) },
		"the clock":               func(r *consent.Record) { r.Clock++ },
		"the node":                func(r *consent.Record) { r.Node = "x" },
		"the secret":              func(r *consent.Record) { r.Secret = []byte("another secret!!") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other, end := chain(func(i int, r *consent.Record) {
				if i == 1 {
					change(r)
				}
			})
			for i := range whole {
				if same := whole[i].Link == other[i].Link; same != (i == 0) {
					t.Errorf("link %d is the same: %v", i, same)
				}
			}
			if end == head {
				t.Error("the head is the same")
			}
		})
	}
}

func TestALinkIsWrittenInHex(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(consent.Link{0xab, 1})
	if err != nil || string(b) != `"ab010000"` {
		t.Fatalf("%s, %v", b, err)
	}
	var l consent.Link
	if err := json.Unmarshal(b, &l); err != nil || l != (consent.Link{0xab, 1}) {
		t.Fatalf("%v, %v", l, err)
	}
	for _, bad := range []string{`""`, `"zz010000"`, `"ab"`} {
		if err := json.Unmarshal([]byte(bad), &l); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
