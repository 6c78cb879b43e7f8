package consent_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func stored(n int) []*consent.Record {
	all := make([]*consent.Record, n)
	for i := range all {
		all[i] = &consent.Record{
			ID: fmt.Sprintf("record-%d", i), Site: "shop", Edition: i, Levels: map[string]int{"analytics": i % 2}, Action: consent.Save, Time: time.Unix(int64(i), 0).UTC(),
		}
	}
	return all
}

func TestReceiptsThatShareASignatureVerifyEachAlone(t *testing.T) {
	t.Parallel()
	k := receiptKeyring(t, "old")
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100, 256} {
		records := stored(n)
		signed, err := k.SignReceipts(records)
		if err != nil || len(signed) != n {
			t.Fatalf("%d of %d are signed: %v", len(signed), n, err)
		}
		for i, s := range signed {
			r, err := consent.VerifyReceipt(k.PublicKeys(), string(s.JWS))
			if err != nil || r.ID != records[i].ID || r.Edition != i {
				t.Fatalf("receipt %d of %d = %+v, %v", i, n, r, err)
			}
			if want, err := json.Marshal(records[i].Receipt()); err != nil || string(want) != string(s.Text) {
				t.Fatalf("the text is %s, want %s", s.Text, want)
			}
			if _, err := consent.VerifyReceipt(receiptKeyring(t, "new").PublicKeys(), string(s.JWS)); err == nil {
				t.Fatal("a receipt verifies under another key")
			}
		}
	}
}

func TestAReceiptAloneIsSignedAsBefore(t *testing.T) {
	t.Parallel()
	k := receiptKeyring(t, "old")
	r := stored(1)
	want, err := k.SignReceipt(r[0].Receipt())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.SignReceipts(r); err != nil || string(got[0].JWS) != want {
		t.Fatalf("got %s, %v\nwant %s", got, err, want)
	}
}

// proofs are those of one batch, with what is signed and what proves it.
func proofs(t testing.TB, k *consent.Keyring, n int) (signed []string, proof [][]byte) {
	t.Helper()
	all, err := k.SignReceipts(stored(n))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		at := strings.LastIndexByte(string(s.JWS), '.')
		b, err := base64.RawURLEncoding.DecodeString(string(s.JWS[at+1:]))
		if err != nil {
			t.Fatal(err)
		}
		signed, proof = append(signed, string(s.JWS[:at])), append(proof, b)
	}
	return signed, proof
}

func TestAChangedProofIsRefused(t *testing.T) {
	t.Parallel()
	k := receiptKeyring(t, "old")
	refused := func(t *testing.T, signed string, proof []byte, what string) {
		t.Helper()
		if _, err := consent.VerifyReceipt(k.PublicKeys(), signed+"."+base64.RawURLEncoding.EncodeToString(proof)); err == nil {
			t.Errorf("%s is believed", what)
		}
	}
	for _, n := range []int{2, 3, 6, 13} {
		signed, proof := proofs(t, k, n)
		for i := range signed {
			for at := range proof[i] {
				for _, bit := range []byte{1, 128} {
					b := append([]byte(nil), proof[i]...)
					b[at] ^= bit
					refused(t, signed[i], b, fmt.Sprintf("proof %d of %d with byte %d changed", i, n, at))
				}
			}
			refused(t, signed[i], proof[i][:len(proof[i])-32], "a shorter way up")
			refused(t, signed[i], append(append([]byte(nil), proof[i]...), make([]byte, 32)...), "a longer way up")
			refused(t, signed[i], proof[i][:ed25519.SignatureSize], "a signature alone")
			refused(t, signed[i], nil, "no proof")
			refused(t, signed[i], proof[(i+1)%n], "the proof of another")
			refused(t, signed[i][:len(signed[i])-4]+"AAAA", proof[i], "another receipt")
			for other := range n + 2 {
				if other != i {
					b := append([]byte(nil), proof[i]...)
					binary.BigEndian.PutUint16(b[ed25519.SignatureSize:], uint16(other))
					refused(t, signed[i], b, fmt.Sprintf("proof %d of %d as that of %d", i, n, other))
				}
			}
		}
	}
}

// root is the Merkle tree hash as RFC 6962 defines it, by its own words.
func root(leaves [][]byte) []byte {
	if len(leaves) == 1 {
		sum := sha256.Sum256(append([]byte{0}, leaves[0]...))
		return sum[:]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	sum := sha256.Sum256(append(append([]byte{1}, root(leaves[:k])...), root(leaves[k:])...))
	return sum[:]
}

func TestTheSharedSignatureIsThatOfTheTreeOfRFC6962(t *testing.T) {
	t.Parallel()
	k := receiptKeyring(t, "old")
	for _, n := range []int{2, 3, 5, 8, 21} {
		signed, proof := proofs(t, k, n)
		var leaves [][]byte
		for _, s := range signed {
			leaves = append(leaves, []byte(s))
		}
		what := append([]byte("lx receipt tree 1"), byte(n>>8), byte(n))
		for i := range proof {
			if !ed25519.Verify(k.PublicKeys()[0].Key, append(what, root(leaves)...), proof[i][:ed25519.SignatureSize]) {
				t.Fatalf("the signature of a tree of %d is not that of its root", n)
			}
		}
	}
}

func TestAStatementCannotHideAmongReceipts(t *testing.T) {
	t.Parallel()
	k := receiptKeyring(t, "old")
	all, err := k.SignReceipts(stored(4))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := consent.VerifyStatement(k.PublicKeys(), string(all[2].JWS)); err == nil {
		t.Fatalf("a receipt is believed as %+v", s)
	}
}

func FuzzAReceiptIsWrittenAsTheLibraryWritesIt(f *testing.F) {
	k := receiptKeyring(f, "old")
	f.Add("id", "shop", "strict+x", "analytics", "vendor", 1, int64(1))
	f.Add("\"<&>", "\\\n", "é\u2028", "\xff", "", -1, int64(1<<40))
	f.Fuzz(func(t *testing.T, id, site, regime, purpose, vendor string, n int, at int64) {
		r := &consent.Record{ID: id, Site: site, Regime: regime, Edition: n, Seq: uint64(n), Node: vendor, Time: time.UnixMilli(at).UTC(), Action: consent.Action(purpose)}
		if n > 0 {
			r.Levels = map[string]int{purpose: n, id: -n, site: 0}
		}
		if n > 1 {
			r.Vendors, r.Link = map[string]int{vendor: n}, consent.Link{byte(n)}
		}
		want, wrong := json.Marshal(r.Receipt())
		got, err := k.SignReceipts([]*consent.Record{r})
		if (err != nil) != (wrong != nil) || err == nil && string(got[0].Text) != string(want) {
			t.Fatalf("got  %s, %v\nwant %s, %v", got[0].Text, err, want, wrong)
		}
	})
}
