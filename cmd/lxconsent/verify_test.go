package main

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.etcd.io/bbolt"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// cells are the records of a store as it keeps them, by id; the tests change
// them behind the server's back.
type cells interface {
	get(t *testing.T, id string) []byte
	put(t *testing.T, id string, value []byte)
	drop(t *testing.T, id string)
	// add puts a record that nobody made behind all others.
	add(t *testing.T, id string, like []byte)
	// evidence is where the evidence begins in a value.
	evidence(value []byte) int
}

type boltCells struct{ db *bbolt.DB }

func (c boltCells) each(t *testing.T, f func(b *bbolt.Bucket, k, v []byte) bool) {
	t.Helper()
	err := c.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("records"))
		for k, v := b.Cursor().First(); k != nil; {
			if f(b, bytes.Clone(k), bytes.Clone(v)) {
				return nil
			}
			cursor := b.Cursor()
			cursor.Seek(k)
			k, v = cursor.Next()
		}
		t.Fatal("no such record in the file")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// secret is where the length of what opens the evidence stands, behind the id.
func (c boltCells) secret(v []byte) int { return 2 + int(binary.BigEndian.Uint16(v)) }

func (c boltCells) evidence(v []byte) int { return c.secret(v) + 1 + int(v[c.secret(v)]) }

func (c boltCells) is(id string, v []byte) bool { return string(v[2:c.secret(v)]) == id }

func (c boltCells) get(t *testing.T, id string) (found []byte) {
	c.each(t, func(_ *bbolt.Bucket, _, v []byte) bool { found = v; return c.is(id, v) })
	return found
}

func (c boltCells) put(t *testing.T, id string, value []byte) {
	c.each(t, func(b *bbolt.Bucket, k, v []byte) bool { return c.is(id, v) && b.Put(k, value) == nil })
}

func (c boltCells) drop(t *testing.T, id string) {
	c.each(t, func(b *bbolt.Bucket, k, v []byte) bool { return c.is(id, v) && b.Delete(k) == nil })
}

func (c boltCells) add(t *testing.T, id string, like []byte) {
	value := slices.Concat(like[:2], []byte(id), []byte{0}, like[c.evidence(like):])
	c.each(t, func(b *bbolt.Bucket, k, v []byte) bool {
		binary.BigEndian.PutUint64(k[len(k)-8:], 1<<40)
		return b.Put(k, value) == nil
	})
}

type redisCells struct{ client *redis.Client }

func (c redisCells) find(t *testing.T, id string) (key, field, value string) {
	t.Helper()
	part, ok := consent.Split(id)
	if !ok {
		t.Fatal(id)
	}
	field = string(part.Mark[:])
	keys, err := c.client.Keys(t.Context(), "lx:b:*").Result()
	for _, key := range keys {
		value, err := c.client.HGet(t.Context(), key, field).Result()
		if err == nil && strings.Contains("rsxy", value[:1]) {
			return key, field, value
		}
	}
	t.Fatalf("no record %s in Redis: %v", id, err)
	return "", "", ""
}

// evidence is where it begins, behind a secret and the rest of the id.
func (c redisCells) evidence(v []byte) int {
	if len(v) == 0 {
		return 0
	}
	return map[byte]int{'r': 23, 's': 25, 'x': 7, 'y': 9}[v[0]]
}

func (c redisCells) get(t *testing.T, id string) []byte {
	_, _, v := c.find(t, id)
	return []byte(v)
}

func (c redisCells) put(t *testing.T, id string, value []byte) {
	key, field, _ := c.find(t, id)
	if err := c.client.HSet(t.Context(), key, field, value).Err(); err != nil {
		t.Fatal(err)
	}
}

func (c redisCells) drop(t *testing.T, id string) {
	key, field, _ := c.find(t, id)
	if err := c.client.HDel(t.Context(), key, field).Err(); err != nil {
		t.Fatal(err)
	}
}

func (c redisCells) add(t *testing.T, id string, like []byte) {
	// A refusal, whose id belongs elsewhere.
	part, _ := consent.Split(id)
	value := slices.Concat([]byte{'y'}, binary.BigEndian.AppendUint16(nil, part.Bucket), part.Rest[:], like[c.evidence(like):])
	keys, err := c.client.Keys(t.Context(), "lx:j:*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%v, %v", keys, err)
	}
	// Into the partition and bucket of some other record.
	line, err := c.client.LIndex(t.Context(), keys[0], -1).Result()
	if err != nil || len(line) != 16 {
		t.Fatal(err)
	}
	bucket := strings.Replace(keys[0], "lx:j:", "lx:b:", 1)
	field := string(part.Mark[:])
	for _, key := range c.client.Keys(t.Context(), bucket+"*").Val() {
		if c.client.HExists(t.Context(), key, line[8:]).Val() {
			bucket = key
		}
	}
	if err := c.client.HSet(t.Context(), bucket, field, value).Err(); err != nil {
		t.Fatal(err)
	}
	// A later line, of the same bucket.
	head := binary.BigEndian.Uint64([]byte(line)) + 1<<11
	if err := c.client.RPush(t.Context(), keys[0], append(binary.BigEndian.AppendUint64(nil, head), field...)).Err(); err != nil {
		t.Fatal(err)
	}
}

// flipped is a value with one bit of its evidence changed, at from its end.
func flipped(v []byte, fromEnd int) []byte {
	out := bytes.Clone(v)
	out[len(out)-fromEnd] ^= 4
	return out
}

// tampering changes a store; kind and says are what the audit must answer.
type tampering struct {
	tamper     func(t *testing.T, s cells)
	kind, says string
}

// tamperings are for seven records: the second is erased, the fourth and the
// sixth are refusals.
func tamperings() map[string]tampering {
	return map[string]tampering{
		"nothing":                        {func(*testing.T, cells) {}, "", "intact"},
		"a level of a record":            {func(t *testing.T, s cells) { s.put(t, id(3), flipped(s.get(t, id(3)), 1)) }, "edited", "record " + id(3)},
		"a subject":                      {func(t *testing.T, s cells) { s.put(t, id(3), flipped(s.get(t, id(3)), 20)) }, "edited", "record " + id(3)},
		"what an erased record has left": {func(t *testing.T, s cells) { s.put(t, id(2), flipped(s.get(t, id(2)), 1)) }, "edited", "record " + id(2)},
		"the action of a refusal": {func(t *testing.T, s cells) {
			v := s.get(t, id(4))
			s.put(t, id(4), flipped(v, len(v)-s.evidence(v)-12))
		}, "edited", "record " + id(4)},
		"the form of the evidence": {func(t *testing.T, s cells) {
			v := s.get(t, id(5))
			s.put(t, id(5), flipped(v, len(v)-s.evidence(v)-7))
		}, "edited", "record " + id(5)},
		"a removed record":   {func(t *testing.T, s cells) { s.drop(t, id(5)) }, "removed", "after record " + id(4)},
		"removed last ones":  {func(t *testing.T, s cells) { s.drop(t, id(7)); s.drop(t, id(6)) }, "truncated", "are missing"},
		"an inserted record": {func(t *testing.T, s cells) { s.add(t, id(99), s.get(t, id(4))) }, "inserted", "record " + id(99)},
		"exchanged records": {func(t *testing.T, s cells) {
			a, b := s.get(t, id(4)), s.get(t, id(6))
			x, y := s.evidence(a), s.evidence(b)
			s.put(t, id(4), slices.Concat(a[:x], b[y:]))
			s.put(t, id(6), slices.Concat(b[:y], a[x:]))
		}, "reordered", id(4)},
	}
}

func (c tampering) check(t *testing.T, status int, out string) {
	t.Helper()
	if c.kind == "" {
		if status != 0 || !strings.Contains(out, "7 records, 1 of them erased, 0 too new") || !strings.Contains(out, "intact") {
			t.Fatalf("status %d\n%s", status, out)
		}
		return
	}
	if status != 1 || !strings.Contains(out, c.kind) || !strings.Contains(out, c.says) {
		t.Fatalf("status %d, want %q and %q\n%s", status, c.kind, c.says, out)
	}
}

// seven writes the records.
func seven(t *testing.T, s *server) {
	t.Helper()
	for i := byte(1); i <= 7; i++ {
		w := write{"id": id(i), "action": "accept_all", "levels": acceptAll}
		if i == 4 || i == 6 {
			w = write{"id": id(i), "action": "reject_all"}
		}
		a := s.write(w)
		if a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if i == 2 {
			if e := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(a.text(t, "subject"))); e.status != http.StatusOK {
				t.Fatalf("%d %s", e.status, e.body)
			}
		}
	}
	if st, out := s.command("ledger", "verify"); st != 0 {
		t.Fatalf("%d %s", st, out)
	}
}

func TestLedgerVerifyNamesWhatWasTamperedWithInTheFile(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	s := startIn(t, whole)
	seven(t, s)
	s.stop()
	for name, c := range tamperings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			db, err := bbolt.Open(filepath.Join(dir, "consent.db"), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			c.tamper(t, boltCells{db})
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			// The node's log would mend the file; who tampers removes it too.
			if err := os.RemoveAll(filepath.Join(dir, "log")); err != nil {
				t.Fatal(err)
			}
			s := startIn(t, dir)
			defer s.stop()
			status, out := s.command("ledger", "verify", "--site", "demo")
			c.check(t, status, out)
		})
	}
}

func TestLedgerVerifyNamesWhatWasTamperedWithInRedis(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	client := r.Client()
	s := start(t, "--redis", r.URL())
	seven(t, s)
	whole := map[string]string{}
	keys := func() []string {
		return append(client.Keys(t.Context(), "lx:b:*").Val(), client.Keys(t.Context(), "lx:j:*").Val()...)
	}
	for _, k := range keys() {
		whole[k] = client.Dump(t.Context(), k).Val()
	}
	for name, c := range tamperings() {
		t.Run(name, func(t *testing.T) {
			c.tamper(t, redisCells{client})
			status, out := s.command("ledger", "verify", "--site", "demo")
			for _, k := range keys() {
				if err := client.Del(t.Context(), k).Err(); err != nil {
					t.Fatal(err)
				}
			}
			for k, v := range whole {
				if err := client.Restore(t.Context(), k, 0, v).Err(); err != nil {
					t.Fatal(err)
				}
			}
			c.check(t, status, out)
		})
	}
}

func TestAProofIsOfAllRecordsAndSaysSo(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--format=csv", "--after=x"} {
		if st, out := lx(t, "ledger", "export", "--proof", "--site", "demo", flag); st != 1 || !strings.Contains(out, "fix: leave out --format and --after") {
			t.Errorf("%s: %d %s", flag, st, out)
		}
	}
}

func TestAnExportWithProofIsVerifiedOffline(t *testing.T) {
	t.Parallel()
	s := start(t)
	for i := byte(1); i <= 4; i++ {
		s.write(write{"id": id(i), "action": "accept_all", "levels": acceptAll})
	}
	keys := fileOf(t, "keys.json", s.do(http.MethodGet, "/v1/keys", "").body)
	st, whole := s.command("ledger", "export", "--proof", "--site", "demo")
	if st != 0 {
		t.Fatal(whole)
	}
	_, plain := s.command("ledger", "export", "--site", "demo")
	s.stop()
	lines := strings.SplitAfter(strings.TrimSpace(whole), "\n")
	find := func(id string) int {
		return slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `"id":"`+id+`"`) })
	}
	two, three := find(id(2)), find(id(3))
	without := func(kind string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.Contains(l, `"type":"`+kind+`"`) }), "")
	}
	swapped := slices.Clone(lines)
	swapped[two], swapped[three] = swapped[three], swapped[two]
	for name, c := range map[string]struct {
		text   string
		status int
		says   string
	}{
		"as it is":           {whole, 0, "4 records"},
		"with a changed one": {strings.Replace(whole, `"analytics":1`, `"analytics":0`, 1), 1, "record " + id(1) + " was edited"},
		"without one":        {strings.Join(slices.Delete(slices.Clone(lines), two, two+1), ""), 1, "after record " + id(1)},
		"with two exchanged": {strings.Join(swapped, ""), 1, "it holds record " + id(3)},
		"without signatures": {without("statement"), 1, "every checkpoint of node"},
		"without editions":   {without("editions"), 1, "does not say which editions"},
		"without its end":    {strings.Join(lines[:three], ""), 1, "its last line is missing"},
		"without proof":      {plain, 1, "--proof"},
		"empty":              {"", 1, "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, out := lx(t, "ledger", "verify", fileOf(t, strings.ReplaceAll(name, " ", "-"), []byte(c.text)), "--keys", keys)
			if st != c.status || !strings.Contains(out, c.says) {
				t.Fatalf("status %d, want %d and %q\n%s", st, c.status, c.says, out)
			}
		})
	}
	other := fileOf(t, "other.json", start(t).do(http.MethodGet, "/v1/keys", "").body)
	if st, out := lx(t, "ledger", "verify", fileOf(t, "whole", []byte(whole)), "--keys", other); st != 1 || !strings.Contains(out, "forged") {
		t.Fatalf("with another server's keys: %d\n%s", st, out)
	}
}
