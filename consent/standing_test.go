package consent_test

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"github.com/leadiumx/consent/consent"
)

// briefOf is the brief of a record, and the context of both.
func briefOf(t testing.TB, r *consent.Record) ([]byte, *consent.KnownContext) {
	t.Helper()
	s, _, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	known, err := consent.KnowContext(s.Context)
	if err != nil {
		t.Fatal(err)
	}
	return known.AppendBrief(nil, r), known
}

func TestABriefSaysWhatTheRecordStandsFor(t *testing.T) {
	t.Parallel()
	for name, change := range shapes() {
		r := full()
		change(&r)
		if r.Subject == "" {
			// Of nobody's records no brief is kept.
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			brief, known := briefOf(t, &r)
			var got consent.Standing
			if err := known.Brief(&got, brief, r.Clock); err != nil || !reflect.DeepEqual(got, r.Standing()) {
				t.Fatalf("Brief is %+v, %v, want %+v", got, err, r.Standing())
			}
			for n := range brief {
				if err := known.Brief(&got, brief[:n], r.Clock); consent.CodeOf(err) != consent.Invalid {
					t.Errorf("the first %d bytes of it: %v", n, err)
				}
			}
			if err := known.Brief(&got, append(bytes.Clone(brief), 0), r.Clock); consent.CodeOf(err) != consent.Invalid {
				t.Errorf("with a byte too many: %v", err)
			}
		})
	}
}

func TestARecordThatABriefCannotTellOfHasNone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*consent.Record){
		"nobody's":                     func(r *consent.Record) { r.Subject, r.Secret = "", nil },
		"whose clock runs ahead":       func(r *consent.Record) { r.Clock += 1 << 40 },
		"joined to another kind":       func(r *consent.Record) { r.Action = consent.Joined },
		"with a level that cannot be":  func(r *consent.Record) { r.Levels["analytics"] = 15 },
		"with more than goes into one": func(r *consent.Record) { r.Vendors = vendors(100) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, known := briefOf(t, new(full()))
			r := full()
			change(&r)
			if len(r.Vendors) > 1 {
				_, known = briefOf(t, &r)
			}
			if got := known.AppendBrief([]byte("before"), &r); string(got) != "before" {
				t.Errorf("the brief is %q", got)
			}
		})
	}
}

func vendors(n int) map[string]int {
	all := map[string]int{}
	for i := range n {
		all[fmt.Sprintf("vendor-%d", i)] = 1
	}
	return all
}

func TestABriefIsReadByItsOwnContextAlone(t *testing.T) {
	t.Parallel()
	r := full()
	brief, _ := briefOf(t, &r)
	r.Edition++
	_, other := briefOf(t, &r)
	if err := other.Brief(&consent.Standing{}, brief, r.Clock); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("Brief of another edition = %v", err)
	}
}

func FuzzABriefIsReadAsItIsWrittenOrNotAtAll(f *testing.F) {
	r := full()
	brief, known := briefOf(f, &r)
	code := brief[1:8]
	f.Add(brief[0], brief[8:])
	f.Add(byte(1), append(bytes.Clone(brief[8:]), 3))
	f.Add(byte(2), append(make([]byte, 16), brief[8:]...))
	f.Fuzz(func(t *testing.T, flags byte, rest []byte) {
		b := append(append([]byte{flags}, code...), rest...)
		var got consent.Standing
		if err := known.Brief(&got, b, r.Clock); err != nil {
			if consent.CodeOf(err) != consent.Invalid {
				t.Fatalf("another code: %v", err)
			}
			return
		}
		back := full()
		back.Levels, back.Vendors, back.Over, back.Peer = got.Levels, got.Vendors, got.Over, got.Peer
		if got.Joined {
			back.Action = consent.Joined
		}
		if again := known.AppendBrief(nil, &back); !bytes.Equal(again, b) {
			t.Fatalf("%x is read as %x", b, again)
		}
	})
}
