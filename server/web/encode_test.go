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
	for name, c := range map[string]struct {
		a collect.Answer
		r consent.Record
	}{
		"nothing": {},
		"a first write": {
			collect.Answer{ID: "id", Consent: "1.k1", Subject: "s", Stored: consent.StoredLocal},
			consent.Record{ID: "id", Site: "demo", Edition: 3, Levels: map[string]int{"a": 1, "b": 0}, Vendors: map[string]int{"v": 2}, Action: consent.GPC, Time: time.Unix(1, 5e8).UTC(), Node: "n", Seq: 7, Link: consent.Link{1}},
		},
		"odd letters": {collect.Answer{ID: "\"<&>\u2028"}, consent.Record{Locale: "<b>\\\"é\xff", Levels: map[string]int{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signed, err := keys.SignReceipts([]*consent.Record{&c.r})
			if err != nil {
				t.Fatal(err)
			}
			c.a.Receipt = signed[0]
			want, err := json.Marshal(answerJSON{ID: c.a.ID, Consent: c.a.Consent, Subject: c.a.Subject, Stored: c.a.Stored, Receipt: receiptJSON{c.r.Receipt(), string(signed[0].JWS)}})
			if err != nil {
				t.Fatal(err)
			}
			if got := appendAnswer(nil, &c.a); string(got) != string(want)+"\n" {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
		})
	}
}
