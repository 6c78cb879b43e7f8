package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestAReceiptVerifiesOfflineAndNoChangedOneDoes(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	keys := fileOf(t, "keys.json", s.do(http.MethodGet, "/v1/keys", "").body)
	answer := fileOf(t, "answer.json", a.body)
	s.stop()

	st, out := lx(t, "receipt", "verify", answer, "--keys", keys)
	if st != 0 || !strings.Contains(out, id(1)) || !strings.Contains(out, `"edition_hash"`) {
		t.Fatalf("%d %s", st, out)
	}
	var body struct{ Receipt struct{ JWS string } }
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatal(err)
	}
	jws := body.Receipt.JWS
	if st, _ := lx(t, "receipt", "verify", fileOf(t, "jws", jws+"\n"), "--keys", keys); st != 0 {
		t.Error("the text alone must verify")
	}
	for i := 0; i < len(jws); i += 7 {
		b := []byte(jws)
		b[i] ^= 1
		if st, out := lx(t, "receipt", "verify", fileOf(t, "bad", b), "--keys", keys); st != 1 {
			t.Errorf("changed at byte %d: %d %s", i, st, out)
		}
	}
	for _, change := range [][2]string{{`"analytics":1`, `"analytics":0`}, {`"accept_all"`, `"reject_all"`}, {`"edition":1`, `"edition":2`}} {
		edited := fileOf(t, "edited", strings.ReplaceAll(string(a.body), change[0], change[1]))
		if st, out := lx(t, "receipt", "verify", edited, "--keys", keys); st != 1 || !strings.Contains(out, "the file says something else beside it") {
			t.Errorf("%s beside the signed text: %d %s", change[1], st, out)
		}
	}
	other := fileOf(t, "other.json", start(t).do(http.MethodGet, "/v1/keys", "").body)
	if st, out := lx(t, "receipt", "verify", answer, "--keys", other); st != 1 {
		t.Errorf("with another server's keys: %d %s", st, out)
	}
}

func TestAReceiptTellsWhetherTheLedgerStillHoldsItsRecord(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		w := write{"id": id(1), "action": "accept_all", "levels": acceptAll}
		a := s.write(w)
		b := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll})
		if again := s.write(w); string(again.body) == "" || again.field(t, "receipt").(map[string]any)["hash"] != a.field(t, "receipt").(map[string]any)["hash"] {
			t.Fatalf("the receipt of the same write differs: %s and %s", a.body, again.body)
		}
		keys := fileOf(t, "keys", s.do(http.MethodGet, "/v1/keys", "").body)
		_, proof := s.command("ledger", "export", "--proof", "--site", "demo")
		if e := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(a.text(t, "subject"))); e.status != http.StatusOK {
			t.Fatal(e.status)
		}
		_, erased := s.command("ledger", "export", "--proof", "--site", "demo")
		one, two := fileOf(t, "one", a.body), fileOf(t, "two", b.body)
		without := strings.ReplaceAll(proof, `"id":"`+id(2)+`"`, `"id":"`+id(3)+`"`)
		other := strings.Replace(proof, `"seq":1`, `"seq":2`, 1)
		for what, c := range map[string]struct {
			receipt, proof string
			status         int
		}{
			"the ledger holds it":           {one, proof, 0},
			"it holds it after the erasure": {one, erased, 0},
			"it does not hold it":           {two, without, 1},
			"it holds another":              {one, other, 1},
		} {
			if st, out := lx(t, "receipt", "verify", c.receipt, "--keys", keys, "--proof", fileOf(t, "proof", c.proof)); st != c.status {
				t.Errorf("%s: %d %s", what, st, out)
			}
		}
	})
}
