package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func (b *bench) putDocument(t *testing.T, kind, id, body string, version int64) consent.Document {
	t.Helper()
	d, err := b.PutDocument(t.Context(), consent.Document{Kind: kind, ID: id, Version: version, Body: []byte(body)})
	if err != nil {
		t.Fatalf("PutDocument(%s, %s): %v", kind, id, err)
	}
	if d.Version <= version || string(d.Body) != body {
		t.Fatalf("PutDocument(%s, %s) = version %d after %d, body %q", kind, id, d.Version, version, d.Body)
	}
	return d
}

// document asserts what is stored under an id.
func (b *bench) document(t *testing.T, kind, id, body string, version int64) {
	t.Helper()
	d, err := b.Document(t.Context(), kind, id)
	if err != nil || string(d.Body) != body || d.Version != version || d.Kind != kind || d.ID != id {
		t.Fatalf("Document(%s, %s) = %+v, %v; want %q at version %d", kind, id, d, err, body, version)
	}
}

// page asserts the ids of a page.
func (b *bench) page(t *testing.T, kind, after string, limit int, ids ...string) {
	t.Helper()
	all, err := b.Documents(t.Context(), kind, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, d := range all {
		got = append(got, d.ID)
	}
	same(t, fmt.Sprintf("the page of %s after %q", kind, after), got, append([]string{}, ids...))
}

func documentCases() []testCase {
	return []testCase{
		{"a document comes back as it was put, under its new version", func(t *testing.T, b *bench) {
			d := b.putDocument(t, "member", "ann@example.com", "body\x00\xff:1", 0)
			b.document(t, "member", "ann@example.com", "body\x00\xff:1", d.Version)
			b.reopen(t)
			b.document(t, "member", "ann@example.com", "body\x00\xff:1", d.Version)
		}},
		{"an empty body is a body", func(t *testing.T, b *bench) {
			d := b.putDocument(t, "member", "a", "", 0)
			b.document(t, "member", "a", "", d.Version)
		}},
		{"who has read the newest version may change it", func(t *testing.T, b *bench) {
			d := b.putDocument(t, "member", "a", "one", 0)
			d = b.putDocument(t, "member", "a", "two", d.Version)
			b.document(t, "member", "a", "two", d.Version)
		}},
		{"who has read an earlier version is in conflict and changes nothing", func(t *testing.T, b *bench) {
			first := b.putDocument(t, "member", "a", "one", 0)
			second := b.putDocument(t, "member", "a", "two", first.Version)
			for _, version := range []int64{0, first.Version, second.Version + 1, math.MaxInt64} {
				_, err := b.PutDocument(t.Context(), consent.Document{Kind: "member", ID: "a", Version: version, Body: []byte("three")})
				code(t, fmt.Sprintf("PutDocument at version %d", version), err, consent.Conflict)
			}
			b.document(t, "member", "a", "two", second.Version)
		}},
		{"what was never there cannot be changed", func(t *testing.T, b *bench) {
			_, err := b.PutDocument(t.Context(), consent.Document{Kind: "member", ID: "a", Version: 1})
			code(t, "PutDocument", err, consent.Conflict)
			_, err = b.Document(t.Context(), "member", "a")
			code(t, "Document", err, consent.NotFound)
		}},
		{"a document that is made anew takes no change meant for the one before", func(t *testing.T, b *bench) {
			before := b.putDocument(t, "member", "a", "one", 0)
			if err := b.DropDocument(t.Context(), "member", "a"); err != nil {
				t.Fatal(err)
			}
			b.putDocument(t, "member", "a", "two", 0)
			_, err := b.PutDocument(t.Context(), consent.Document{Kind: "member", ID: "a", Version: before.Version})
			code(t, "PutDocument", err, consent.Conflict)
		}},
		{"of many who change the same version exactly one succeeds", func(t *testing.T, b *bench) {
			first := b.putDocument(t, "member", "a", "0", 0)
			var won atomic.Int32
			errs := make([]error, 16)
			together(len(errs), func(i int) {
				_, err := b.PutDocument(t.Context(), consent.Document{Kind: "member", ID: "a", Version: first.Version, Body: []byte("x")})
				if err == nil {
					won.Add(1)
				}
				errs[i] = err
			})
			if won.Load() != 1 {
				t.Fatalf("%d succeeded: %v", won.Load(), errors.Join(errs...))
			}
			for _, err := range errs {
				if err != nil {
					code(t, "PutDocument of a loser", err, consent.Conflict)
				}
			}
		}},
		{"a change that rests on others is made only while they are at the versions that were read", func(t *testing.T, b *bench) {
			ann, bob := b.putDocument(t, "member", "ann", "owner", 0), b.putDocument(t, "member", "bob", "owner", 0)
			stale := ann
			ann = b.putDocument(t, "member", "ann", "editor", ann.Version)
			for _, still := range [][]consent.Document{{stale}, {ann, stale}, {ann, {ID: "nobody", Version: 1}}, {{ID: "ann"}}} {
				_, err := b.PutDocument(t.Context(), bob, still...)
				code(t, "PutDocument", err, consent.Conflict)
				code(t, "DropDocument", b.DropDocument(t.Context(), "member", "bob", still...), consent.Conflict)
				b.document(t, "member", "bob", "owner", bob.Version)
			}
			old := bob
			bob, err := b.PutDocument(t.Context(), bob, ann, consent.Document{ID: "nobody"})
			if err != nil || bob.Version <= old.Version {
				t.Fatalf("PutDocument beside what is still so: %+v, %v", bob, err)
			}
			code(t, "DropDocument", b.DropDocument(t.Context(), "member", "bob", ann, old), consent.Conflict)
			if err := b.DropDocument(t.Context(), "member", "bob", ann, bob); err != nil {
				t.Fatal(err)
			}
			b.page(t, "member", "", 10, "ann")
		}},
		{"a dropped document is gone and dropping nothing is no error", func(t *testing.T, b *bench) {
			b.putDocument(t, "member", "a", "one", 0)
			for range 2 {
				if err := b.DropDocument(t.Context(), "member", "a"); err != nil {
					t.Fatal(err)
				}
			}
			_, err := b.Document(t.Context(), "member", "a")
			code(t, "Document", err, consent.NotFound)
			b.page(t, "member", "", 10)
		}},
		{"documents are listed by id, a page at a time, and kinds do not mix", func(t *testing.T, b *bench) {
			for _, id := range []string{"b", "a", "ab", "c", "B", "é", "+", "-", "(a"} {
				b.putDocument(t, "member", id, "body of "+id, 0)
			}
			b.putDocument(t, "membe", "rx", "other", 0)
			b.putDocument(t, "member2", "z", "other", 0)
			b.page(t, "member", "", 100, "(a", "+", "-", "B", "a", "ab", "b", "c", "é")
			b.page(t, "member", "", 2, "(a", "+")
			b.page(t, "member", "+", 3, "-", "B", "a")
			b.page(t, "member", "aa", 1, "ab")
			b.page(t, "member", "é", 5)
			b.page(t, "none", "", 5)
		}},
		{"what does not fit is refused and stores nothing", func(t *testing.T, b *bench) {
			long := string(bytes.Repeat([]byte("x"), 513))
			for _, d := range []consent.Document{
				{Kind: "", ID: "a"}, {Kind: "a b", ID: "a"}, {Kind: "a{b}", ID: "a"}, {Kind: long, ID: "a"},
				{Kind: "k", ID: ""}, {Kind: "k", ID: long}, {Kind: "k", ID: "a", Version: -1},
				{Kind: "k", ID: "a", Body: make([]byte, consent.MaxDocument+1)},
			} {
				_, err := b.PutDocument(t.Context(), d)
				code(t, "PutDocument", err, consent.Invalid)
			}
			b.page(t, "k", "", 1)
			for _, limit := range []int{0, -1, consent.MaxPage + 1} {
				_, err := b.Documents(t.Context(), "k", "", limit)
				code(t, "Documents", err, consent.Invalid)
				_, err = b.Notes(t.Context(), "k", 0, limit)
				code(t, "Notes", err, consent.Invalid)
			}
		}},
		{"the largest document is kept", func(t *testing.T, b *bench) {
			body := string(bytes.Repeat([]byte("x"), consent.MaxDocument))
			d := b.putDocument(t, "k", "a", body, 0)
			b.document(t, "k", "a", body, d.Version)
		}},
		{"changing the body that was given or returned changes nothing stored", func(t *testing.T, b *bench) {
			given := bytes.Repeat([]byte("v"), 5000)
			d, err := b.PutDocument(t.Context(), consent.Document{Kind: "k", ID: "a", Body: given})
			if err != nil {
				t.Fatal(err)
			}
			given[0] = 'X'
			got, err := b.Document(t.Context(), "k", "a")
			if err != nil {
				t.Fatal(err)
			}
			got.Body[1] = 'X'
			b.document(t, "k", "a", string(bytes.Repeat([]byte("v"), 5000)), d.Version)
		}},
	}
}

// notes asserts a page of a journal.
func (b *bench) notes(t *testing.T, journal string, after int64, limit int, want ...string) {
	t.Helper()
	all, err := b.Notes(t.Context(), journal, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for i, n := range all {
		if n.Number != max(after, 0)+int64(i)+1 {
			t.Fatalf("note %d of the page has number %d", i, n.Number)
		}
		got = append(got, string(n.Body))
	}
	same(t, "the notes of "+journal, got, append([]string{}, want...))
}

func journalCases() []testCase {
	return []testCase{
		{"notes are numbered from 1 and read in their order", func(t *testing.T, b *bench) {
			for i, body := range []string{"one", "", "three\x00\xff"} {
				if n, err := b.AppendNote(t.Context(), "audit", []byte(body)); err != nil || n != int64(i)+1 {
					t.Fatalf("AppendNote = %d, %v; want %d", n, err, i+1)
				}
			}
			b.reopen(t)
			if n, err := b.AppendNote(t.Context(), "audit", []byte("four")); err != nil || n != 4 {
				t.Fatalf("AppendNote = %d, %v", n, err)
			}
			b.notes(t, "audit", 0, 10, "one", "", "three\x00\xff", "four")
			b.notes(t, "audit", -3, 10, "one", "", "three\x00\xff", "four")
			b.notes(t, "audit", 1, 2, "", "three\x00\xff")
			b.notes(t, "audit", 4, 2)
			b.notes(t, "audit", 400, 2)
			b.notes(t, "other", 0, 2)
		}},
		{"journals do not mix", func(t *testing.T, b *bench) {
			for _, journal := range []string{"audit:a", "audit:ab", "audit:a", "zz"} {
				if _, err := b.AppendNote(t.Context(), journal, []byte(journal)); err != nil {
					t.Fatal(err)
				}
			}
			b.notes(t, "audit:a", 0, 10, "audit:a", "audit:a")
			b.notes(t, "audit:ab", 0, 10, "audit:ab")
			b.notes(t, "zz", 0, 10, "zz")
		}},
		{"notes that are added at the same time each get a number of their own", func(t *testing.T, b *bench) {
			numbers := make([]int64, 16)
			errs := make([]error, len(numbers))
			together(len(numbers), func(i int) { numbers[i], errs[i] = b.AppendNote(t.Context(), "audit", []byte(name(i))) })
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			all, err := b.Notes(t.Context(), "audit", 0, 100)
			if err != nil || len(all) != len(numbers) {
				t.Fatalf("Notes = %d, %v", len(all), err)
			}
			for i, n := range numbers {
				if n < 1 || n > 16 || string(all[n-1].Body) != name(i) {
					t.Fatalf("note %s has number %d", name(i), n)
				}
			}
		}},
		{"a note that does not fit is refused", func(t *testing.T, b *bench) {
			_, err := b.AppendNote(t.Context(), "audit", make([]byte, consent.MaxDocument+1))
			code(t, "AppendNote", err, consent.Invalid)
			_, err = b.AppendNote(t.Context(), "a}b", nil)
			code(t, "AppendNote", err, consent.Invalid)
			b.notes(t, "audit", 0, 1)
		}},
	}
}
