package web

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/gate"
)

func FuzzAChecksAnswerIsWhatTheEncoderOfTheLibraryWrites(f *testing.F) {
	f.Add("demo", "strict+x", "analytics", "", "_ga", true, int64(1), "granted", 3)
	f.Add("a\"b", "<&>", "\\\n", "é\u2028", "\xff", false, int64(0), "", -1)
	f.Fuzz(func(t *testing.T, site, regime, purpose, vendor, cookie string, allow bool, until int64, reason string, n int) {
		// Later years do not fit RFC 3339.
		until = min(max(until, 0), 1<<37)
		d := gate.Decision{Purpose: purpose, Vendor: vendor, Cookie: cookie, Basis: consent.BasisConsent,
			Decision: consent.Decision{Allow: allow, Level: n, Reason: consent.Reason(reason), Until: until}}
		a := gate.Answer{Site: site, Edition: n, Regime: regime, Decisions: []gate.Decision{d, d}[:max(n, -n)%3]}
		out := checkJSON{Site: a.Site, Edition: a.Edition, Regime: a.Regime, Decisions: []decisionJSON{}}
		for _, d := range a.Decisions {
			out.Decisions = append(out.Decisions, decisionOf(d))
		}
		want, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(appendCheck(nil, &a)); got != string(want)+"\n" {
			t.Fatalf("got  %swant %s", got, want)
		}
	})
}

func TestAWritesAnswerIsWhatTheEncoderOfTheLibraryWrites(t *testing.T) {
	t.Parallel()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]collect.Answer{
		"nothing": {},
		"a first write": {ID: "id", Consent: "1.k1", Subject: "s", Stored: consent.StoredLocal, Receipt: consent.Receipt{
			ID: "id", Site: "demo", Edition: 3, Levels: map[string]int{"a": 1, "b": 0}, Vendors: map[string]int{"v": 2}, Action: consent.GPC,
			Time: time.Unix(1, 5e8).UTC(), Node: "n", Seq: 7, Link: consent.Link{1}, Hash: consent.Hash{2},
		}},
		"odd letters": {ID: "\"<&>\u2028", Receipt: consent.Receipt{Locale: "<b>\\\"é\xff", Levels: map[string]int{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var err error
			if a.JWS, err = keys.SignReceipt(a.Receipt); err != nil {
				t.Fatal(err)
			}
			want, err := json.Marshal(answerJSON{ID: a.ID, Consent: a.Consent, Subject: a.Subject, Stored: a.Stored, Receipt: receiptJSON{a.Receipt, a.JWS}})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := appendAnswer(nil, &a); err != nil || string(got) != string(want)+"\n" {
				t.Fatalf("got  %s, %v\nwant %s", got, err, want)
			}
		})
	}
	if _, err := appendAnswer(nil, &collect.Answer{}); err == nil {
		t.Error("an answer without a receipt was written")
	}
}
