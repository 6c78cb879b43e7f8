package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAReceiptVerifiesOfflineAndNoChangedOneDoes(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keys := file("keys.json", s.do(http.MethodGet, "/v1/keys", "").body)
	answer := file("answer.json", a.body)
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
	if st, _ := lx(t, "receipt", "verify", file("jws", []byte(jws+"\n")), "--keys", keys); st != 0 {
		t.Error("the text alone must verify")
	}
	for i := 0; i < len(jws); i += 7 {
		b := []byte(jws)
		b[i] ^= 1
		if st, out := lx(t, "receipt", "verify", file("bad", b), "--keys", keys); st != 1 {
			t.Errorf("changed at byte %d: %d %s", i, st, out)
		}
	}
	other := file("other.json", start(t).do(http.MethodGet, "/v1/keys", "").body)
	if st, out := lx(t, "receipt", "verify", answer, "--keys", other); st != 1 {
		t.Errorf("with another server's keys: %d %s", st, out)
	}
}
