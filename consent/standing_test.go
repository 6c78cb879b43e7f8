package consent_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

// standings asks a record as it is kept in both ways, and reports whether they say the same.
func standings(t *testing.T, id string, known *consent.KnownContext, evidence, secret []byte, subject string) (is bool) {
	t.Helper()
	split, ok := consent.Split(id)
	if !ok {
		t.Fatal("the id is not split")
	}
	var r consent.Record
	whole := known.Unpack(&r, id, evidence, bytes.Clone(secret))
	var got consent.Standing
	err := known.Standing(&got, split, evidence, secret, subject)
	want := whole == nil && r.Subject == subject
	switch {
	case want != (err == nil), err != nil && consent.CodeOf(err) != consent.Invalid:
		t.Errorf("Standing: %v; the record: %v, of %q", err, whole, r.Subject)
	case want && !reflect.DeepEqual(got, r.Standing()):
		t.Errorf("Standing is %+v, want %+v", got, r.Standing())
	}
	return want
}

func TestWhatARecordGrantsIsReadWithoutTheRestOfIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*consent.Record){
		"as it is":                        func(*consent.Record) {},
		"that made its subject":           func(r *consent.Record) { madeFor(r) },
		"of a subject of another kind":    func(r *consent.Record) { r.Subject = "sub" },
		"of a device that was linked":     func(r *consent.Record) { madeFor(r); r.Peer, r.Action = "__________________8DAg", consent.Joined },
		"of a linking":                    func(r *consent.Record) { r.Peer, r.Action = "__________________8DAg", consent.Identify },
		"without vendors":                 func(r *consent.Record) { r.Vendors = nil },
		"granted over the signal":         func(r *consent.Record) { r.Over = map[string]bool{"analytics": true} },
		"over the signal without a level": func(r *consent.Record) { r.Over = map[string]bool{"ads": true} },
		"with no level":                   func(r *consent.Record) { r.Levels, r.Vendors = map[string]int{}, nil },
		"at the time of its clock":        func(r *consent.Record) { r.Time = time.UnixMilli(r.Clock).UTC() },
		"whose clock runs ahead":          func(r *consent.Record) { r.Clock += 1 << 40 },
		"from before 1970":                func(r *consent.Record) { r.Clock = -5 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := full()
			change(&r)
			s, secret, err := r.Pack()
			if err != nil {
				t.Fatal(err)
			}
			known, err := consent.KnowContext(s.Context)
			if err != nil {
				t.Fatal(err)
			}
			if !standings(t, r.ID, known, s.Evidence, secret, r.Subject) {
				t.Error("it is not the subject's")
			}
			for _, other := range []string{"", "sub-2", subject[:21] + "A", "__________________8DAg"} {
				if standings(t, r.ID, known, s.Evidence, secret, other) {
					t.Errorf("it is %q's too", other)
				}
			}
			// Whatever somebody changes in it, both see the same.
			for i := range 8 * len(s.Evidence) {
				b := bytes.Clone(s.Evidence)
				b[i/8] ^= 1 << (i % 8)
				standings(t, r.ID, known, b, secret, r.Subject)
				standings(t, r.ID, known, s.Evidence[:i/8], secret, r.Subject)
			}
			for i := range 8 * len(secret) {
				b := bytes.Clone(secret)
				b[i/8] ^= 1 << (i % 8)
				standings(t, r.ID, known, s.Evidence, b, r.Subject)
			}
			standings(t, r.ID, known, s.Evidence, secret[:15], r.Subject)
			standings(t, "_____________________g", known, s.Evidence, secret, r.Subject)
		})
	}
}

func TestARecordOfNobodyStandsForNobody(t *testing.T) {
	t.Parallel()
	r := full()
	r.Subject, r.Secret = "", nil
	s, _, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	known, err := consent.KnowContext(s.Context)
	if err != nil {
		t.Fatal(err)
	}
	split, _ := consent.Split(r.ID)
	for _, secret := range [][]byte{nil, []byte("sixteen bytes ok")} {
		if err := known.Standing(&consent.Standing{}, split, s.Evidence, secret, ""); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("Standing = %v", err)
		}
	}
}
