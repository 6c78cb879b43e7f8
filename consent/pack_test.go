package consent_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

// full is a record of a usual size, as a node log takes it.
func full() consent.Record {
	return consent.Record{
		ID: "_____________________w", Site: siteID, Subject: subject, Edition: 12,
		EditionHash: strings.Repeat("e", 64), WordsHash: strings.Repeat("d", 64), Regime: "eea+us-fl", Locale: "pt-BR",
		Levels: map[string]int{"functional": 1, "analytics": 1, "marketing": 0, "recording": 2}, Vendors: map[string]int{"youtube": 1},
		Action: consent.Save, Signals: consent.Signals{GPC: true}, Time: time.UnixMilli(1795478400999).UTC(), Clock: 1795478400123, Gap: 12,
		PlaceSource: "mmdb", Laws: []string{"FR", "EEA"}, Content: base64.RawURLEncoding.EncodeToString([]byte("4 b.")),
		Node: strings.Repeat("a", 32), Seq: 1_000_000, Link: consent.Link{1, 2, 3, 4}, Secret: []byte("sixteen bytes ok"),
	}
}

func unpack(t testing.TB, id string, s consent.Sealed, secret []byte) consent.Record {
	t.Helper()
	r, err := consent.Unpack(id, s.Context, s.Evidence, secret)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shapes are the ways in which records differ from full, by what they are.
func shapes() map[string]func(*consent.Record) {
	return map[string]func(*consent.Record){
		"as it is":                             func(*consent.Record) {},
		"of a linking":                         func(r *consent.Record) { r.Peer, r.Action = "__________________8DAg", consent.Identify },
		"that made its subject":                func(r *consent.Record) { madeFor(r) },
		"of a linking that made its subject":   func(r *consent.Record) { madeFor(r); r.Peer = "__________________8DAg" },
		"at the time of its clock":             func(r *consent.Record) { r.Time = time.UnixMilli(r.Clock).UTC() },
		"without a gap":                        func(r *consent.Record) { r.Gap = 0 },
		"of nobody":                            func(r *consent.Record) { r.Subject, r.Secret = "", nil },
		"of a program":                         func(r *consent.Record) { r.Bot = true },
		"for an old edition":                   func(r *consent.Record) { r.Outdated = true },
		"with every signal":                    func(r *consent.Record) { r.Signals = consent.Signals{GPC: true, Minor: true, Sensitive: true} },
		"granted over the signal":              func(r *consent.Record) { r.Over = map[string]bool{"analytics": true} },
		"over the signal without a level":      func(r *consent.Record) { r.Over = map[string]bool{"ads": true} },
		"with no level":                        func(r *consent.Record) { r.Levels, r.Vendors = map[string]int{}, nil },
		"with an even number of levels":        func(r *consent.Record) { r.Vendors = nil },
		"with an action of a later version":    func(r *consent.Record) { r.Action = "object" },
		"with names of another kind":           func(r *consent.Record) { r.ID, r.Subject, r.Content = "id", "sub", "content" },
		"with bytes that another text has too": func(r *consent.Record) { r.Subject = subject[:21] + "x" },
		"from before 1970":                     func(r *consent.Record) { r.Clock = -5 },
		"from no node log":                     func(r *consent.Record) { r.Node, r.Seq, r.Link = "", 0, consent.Link{} },
		"that is empty":                        func(r *consent.Record) { *r = consent.Record{Levels: map[string]int{}} },
		"of a subject of another kind":         func(r *consent.Record) { r.Subject = "sub" },
		"of a device that was joined":          func(r *consent.Record) { r.Peer, r.Action = "__________________8DAg", consent.Joined },
		"of a device, over the signal": func(r *consent.Record) {
			r.Peer, r.Action, r.Over = "__________________8DAg", consent.Joined, map[string]bool{"ads": true}
		},
		"without vendors":           func(r *consent.Record) { r.Vendors = nil },
		"with levels of every kind": func(r *consent.Record) { r.Levels = map[string]int{"a": 0, "b": 14, "c": 9} },
		"that waited in a browser":  func(r *consent.Record) { r.Time = r.Time.Add(72 * time.Hour) },
	}
}

func TestAPackedRecordComesBackWhole(t *testing.T) {
	t.Parallel()
	for name, change := range shapes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := full()
			change(&r)
			s, secret, err := r.Pack()
			if err != nil {
				t.Fatal(err)
			}
			got := unpack(t, r.ID, s, secret)
			if mustJSON(t, got) != mustJSON(t, r) {
				t.Fatalf("got  %s\nwant %s", mustJSON(t, got), mustJSON(t, r))
			}
			again, _, err := got.Pack()
			if err != nil || !bytes.Equal(again.Evidence, s.Evidence) {
				t.Fatalf("packed again it differs: %x and %x, %v", again.Evidence, s.Evidence, err)
			}
		})
	}
}

func TestARecordOfAUsualSizeFitsAListpackEntry(t *testing.T) {
	t.Parallel()
	r := full()
	s, secret, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Evidence) > 60 || len(secret) != consent.SecretSize {
		t.Fatalf("%d bytes of evidence, %d of secret", len(s.Evidence), len(secret))
	}
}

// madeFor gives a record the subject and the secret of a first decision.
func madeFor(r *consent.Record) {
	made, secret, err := consent.NewSubjectFor(strings.NewReader("random bytes, 16"), r.ID)
	if err != nil {
		panic(err)
	}
	r.Subject, r.Secret = made, secret
}

func TestARecordNeedNotHoldTheSubjectThatItMade(t *testing.T) {
	t.Parallel()
	r := full()
	madeFor(&r)
	if !r.MadeSubject() {
		t.Fatal("the record does not know its subject")
	}
	s, secret, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Evidence) > 40 {
		t.Errorf("%d bytes of evidence", len(s.Evidence))
	}
	if got := unpack(t, r.ID, s, nil); got.Subject != "" {
		t.Errorf("without the secret it is of %s", got.Subject)
	}
	if got, err := consent.Unpack("_____________________g", s.Context, s.Evidence, secret); err == nil && got.Subject == r.Subject {
		t.Error("under another id it is of the same subject")
	}
	other := full()
	other.ID, other.Subject = "_____________________g", r.Subject
	if other.Secret = secret; other.MadeSubject() {
		t.Error("another record claims to have made the subject")
	}
	if held, _, err := other.Pack(); err != nil || len(held.Evidence) != len(s.Evidence)+17 {
		t.Errorf("a record of a subject that another one made has %d bytes, %v", len(held.Evidence), err)
	}
}

func TestWithoutItsSecretARecordSaysWhatWasShownAndNothingElse(t *testing.T) {
	t.Parallel()
	r := full()
	s, _, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	got := unpack(t, r.ID, s, nil)
	if want := r.Stripped(); mustJSON(t, got) != mustJSON(t, want) {
		t.Fatalf("got  %s\nwant %s", mustJSON(t, got), mustJSON(t, want))
	}
	raw, err := base64.RawURLEncoding.DecodeString(subject)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(s.Evidence, raw) || bytes.Contains(s.Evidence, []byte("4 b.")) {
		t.Fatal("the evidence holds the subject in the clear")
	}
	kept, secret, err := got.Pack()
	if err != nil || secret != nil || !bytes.Equal(kept.Evidence, s.Evidence) {
		t.Fatalf("packed again, an erased record differs: %v", err)
	}
	for _, wrong := range []string{"another secret!!", "short"} {
		if r, err := consent.Unpack(r.ID, s.Context, s.Evidence, []byte(wrong)); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("with the secret %q: %+v, %v", wrong, r, err)
		}
	}
}

func TestRecordsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*consent.Record){
		"a level below 0":    func(r *consent.Record) { r.Levels["analytics"] = -1 },
		"a level above 14":   func(r *consent.Record) { r.Levels["analytics"] = 15 },
		"a long name":        func(r *consent.Record) { r.Subject = strings.Repeat("x", 5000) },
		"a long locale":      func(r *consent.Record) { r.Locale = strings.Repeat("x", 5000) },
		"too many purposes":  func(r *consent.Record) { r.Levels = many(2000) },
		"an edition below 0": func(r *consent.Record) { r.Edition = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := full()
			change(&r)
			if _, _, err := r.Pack(); consent.CodeOf(err) != consent.Invalid {
				t.Fatalf("Pack = %v", err)
			}
		})
	}
}

func many(n int) map[string]int {
	out := map[string]int{}
	for i := range n {
		out[strings.Repeat("p", i+1)] = 0
	}
	return out
}

func FuzzUnpack(f *testing.F) {
	r := full()
	for _, change := range []func(){func() {}, func() { r.Over = map[string]bool{"ads": true} }, func() { r.Action, r.Subject = "x", "y" }, func() { r.Subject = "" }} {
		change()
		s, secret, err := r.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.Context, s.Evidence, secret)
		f.Add(s.Context, s.Evidence, []byte(nil))
	}
	f.Fuzz(func(t *testing.T, context, evidence, secret []byte) {
		// The code must fit, else nothing is read; a fuzzer does not find it.
		if len(evidence) >= 13 {
			evidence = bytes.Clone(evidence)
			code := consent.CodeOfContext(context)
			copy(evidence[5:], code[:])
		}
		if len(secret) == 0 {
			secret = nil
		}
		r, err := consent.Unpack("id", context, evidence, secret)
		if err != nil {
			if consent.CodeOf(err) != consent.Invalid {
				t.Fatal(err)
			}
			return
		}
		if secret == nil && r.Subject == "" && r.Levels == nil {
			return // erased: only its sealed form can be packed
		}
		r.Sealed = nil
		s, _, err := r.Pack()
		if err != nil || !bytes.Equal(s.Evidence, evidence) || !bytes.Equal(s.Context, context) {
			t.Fatalf("a second spelling: %x and %x, %x and %x, %v", evidence, s.Evidence, context, s.Context, err)
		}
	})
}
