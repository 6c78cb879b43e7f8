package consent_test

import (
	"bytes"
	"encoding/base64"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func receiptKeyring(t testing.TB, ids ...string) *consent.Keyring {
	t.Helper()
	keys := make([]consent.Key, len(ids))
	for i, id := range ids {
		keys[i] = consent.Key{ID: id, Secret: bytes.Repeat([]byte(id[:1]), 32)}
	}
	k, err := consent.NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestASignedReceiptVerifies(t *testing.T) {
	t.Parallel()
	want := consent.Receipt{ID: "AAECAwQFBgcICQoLDA0ODw", Site: "shop", Edition: 2, Levels: map[string]int{"analytics": 1}, Action: consent.Save, Time: time.Unix(1, 0).UTC()}
	old := receiptKeyring(t, "old")
	jws, err := old.SignReceipt(want)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		keys []consent.PublicKey
		jws  string
		ok   bool
	}{
		"under the key that signed it":                  {old.PublicKeys(), jws, true},
		"after a new key has taken over":                {receiptKeyring(t, "new", "old").PublicKeys(), jws, true},
		"not under a new key alone":                     {receiptKeyring(t, "new").PublicKeys(), jws, false},
		"not without keys":                              {nil, jws, false},
		"not when it is cut":                            {old.PublicKeys(), jws[:len(jws)-1], false},
		"not when it says that it needs no signature":   {old.PublicKeys(), unsigned("none") + jws[len(unsigned("EdDSA")):], false},
		"not when it picks an algorithm of its own":     {old.PublicKeys(), unsigned("HS256") + "..", false},
		"not when it is empty":                          {old.PublicKeys(), "", false},
		"not when it has parts of another kind of text": {old.PublicKeys(), "a.b.c", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := consent.VerifyReceipt(c.keys, c.jws)
			if (err == nil) != c.ok {
				t.Fatalf("error %v", err)
			}
			if c.ok && (got.ID != want.ID || got.Levels["analytics"] != 1 || !got.Time.Equal(want.Time)) {
				t.Errorf("got %+v", got)
			}
			if !c.ok && consent.CodeOf(err) != consent.Invalid {
				t.Errorf("code %q", consent.CodeOf(err))
			}
		})
	}
}

func unsigned(algorithm string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + algorithm + `","kid":"old","typ":"consent-receipt+jws"}`))
}

func TestSigningTwiceGivesTheSameText(t *testing.T) {
	t.Parallel()
	k := receiptKeyring(t, "old")
	a, err := k.SignReceipt(consent.Receipt{ID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := k.SignReceipt(consent.Receipt{ID: "x"}); a != b {
		t.Errorf("%s and %s", a, b)
	}
}

func FuzzVerifyReceipt(f *testing.F) {
	keys := receiptKeyring(f, "old").PublicKeys()
	f.Add("a.b.c")
	f.Add(unsigned("EdDSA") + ".e30.AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := consent.VerifyReceipt(keys, s); err == nil {
			t.Fatalf("nobody signed %q: %+v", s, r)
		}
	})
}
