package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func (b *bench) put(t *testing.T, key, value string, sec int) {
	t.Helper()
	if err := b.PutSecret(t.Context(), key, []byte(value), at(0), at(sec)); err != nil {
		t.Fatalf("PutSecret(%s): %v", key, err)
	}
}

// secret asserts what is read under key at a time.
func (b *bench) secret(t *testing.T, key string, now time.Time, want string) {
	t.Helper()
	got, err := b.Secret(t.Context(), key, now)
	if err != nil || string(got) != want {
		t.Fatalf("Secret(%s) = %q, %v; want %q", key, got, err, want)
	}
}

func vaultCases() []testCase {
	return []testCase{
		{"a secret is read until its end and not from then on", func(t *testing.T, b *bench) {
			b.put(t, "k", "value\x00\xff", 10)
			b.secret(t, "k", at(0), "value\x00\xff")
			b.secret(t, "k", at(10).Add(-time.Millisecond), "value\x00\xff")
			_, err := b.Secret(t.Context(), "k", at(10))
			code(t, "Secret at its end", err, consent.NotFound)
		}},
		{"only the given time counts, not the clock of a machine", func(t *testing.T, b *bench) {
			past := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
			if err := b.PutSecret(t.Context(), "k", []byte("v"), past, past); err != nil {
				t.Fatal(err)
			}
			b.secret(t, "k", past.Add(-time.Second), "v")
		}},
		{"an unknown secret is not found", func(t *testing.T, b *bench) {
			_, err := b.Secret(t.Context(), "k", at(0))
			code(t, "Secret", err, consent.NotFound)
			_, err = b.TakeSecret(t.Context(), "k", at(0))
			code(t, "TakeSecret", err, consent.NotFound)
		}},
		{"what nobody asks for any more goes as others come", func(t *testing.T, b *bench) {
			for i := range 40 {
				b.put(t, fmt.Sprintf("ends %02d", i), "v", 10)
			}
			b.put(t, "stays", "v", 30)
			for i := range 3 {
				if err := b.PutSecret(t.Context(), fmt.Sprintf("later %d", i), []byte("v"), at(20), at(30)); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 40 {
				_, err := b.Secret(t.Context(), fmt.Sprintf("ends %02d", i), at(0))
				code(t, "what ended, by an earlier clock", err, consent.NotFound)
			}
			b.secret(t, "stays", at(20), "v")
			b.secret(t, "later 0", at(20), "v")
		}},
		{"an empty value is a value", func(t *testing.T, b *bench) {
			b.put(t, "k", "", 10)
			b.secret(t, "k", at(0), "")
		}},
		{"a secret replaces the one before, its end too", func(t *testing.T, b *bench) {
			b.put(t, "k", "one", 10)
			b.put(t, "k", "two", 20)
			b.secret(t, "k", at(15), "two")
			b.put(t, "k", "three", 5)
			_, err := b.Secret(t.Context(), "k", at(6))
			code(t, "Secret", err, consent.NotFound)
		}},
		{"what is taken is gone", func(t *testing.T, b *bench) {
			b.put(t, "k", "v", 10)
			b.put(t, "other", "w", 10)
			got, err := b.TakeSecret(t.Context(), "k", at(0))
			if err != nil || string(got) != "v" {
				t.Fatalf("TakeSecret = %q, %v", got, err)
			}
			_, err = b.TakeSecret(t.Context(), "k", at(0))
			code(t, "TakeSecret again", err, consent.NotFound)
			_, err = b.Secret(t.Context(), "k", at(0))
			code(t, "Secret", err, consent.NotFound)
			b.secret(t, "other", at(0), "w")
		}},
		{"an expired secret cannot be taken", func(t *testing.T, b *bench) {
			b.put(t, "k", "v", 10)
			_, err := b.TakeSecret(t.Context(), "k", at(10))
			code(t, "TakeSecret", err, consent.NotFound)
		}},
		{"of many takers exactly one succeeds", func(t *testing.T, b *bench) {
			b.put(t, "k", "v", 10)
			var took atomic.Int32
			errs := make([]error, 16)
			together(len(errs), func(i int) {
				got, err := b.TakeSecret(t.Context(), "k", at(0))
				if errs[i] = err; err == nil && string(got) == "v" {
					took.Add(1)
				}
			})
			if took.Load() != 1 {
				t.Fatalf("%d takers succeeded: %v", took.Load(), errs)
			}
			for _, err := range errs {
				if err != nil {
					code(t, "TakeSecret of a loser", err, consent.NotFound)
				}
			}
		}},
		{"a dropped secret is gone and dropping nothing is no error", func(t *testing.T, b *bench) {
			b.put(t, "k", "v", 10)
			for range 2 {
				if err := b.DropSecret(t.Context(), "k"); err != nil {
					t.Fatal(err)
				}
			}
			_, err := b.Secret(t.Context(), "k", at(0))
			code(t, "Secret", err, consent.NotFound)
		}},
		{"secrets survive closing and opening again", func(t *testing.T, b *bench) {
			b.put(t, "k", "v", 10)
			b.reopen(t)
			b.secret(t, "k", at(0), "v")
		}},
		{"changing the value that was given or returned changes nothing stored", func(t *testing.T, b *bench) {
			// Long, since a store may keep short values in another way.
			want := strings.Repeat("value", 2000)
			given := []byte(want)
			if err := b.PutSecret(t.Context(), "k", given, at(0), at(10)); err != nil {
				t.Fatal(err)
			}
			given[0] = 'X'
			got, err := b.Secret(t.Context(), "k", at(0))
			if err != nil {
				t.Fatal(err)
			}
			got[1] = 'X'
			b.secret(t, "k", at(0), want)
		}},
	}
}

func faultCases() []testCase {
	return []testCase{
		{"a healthy store answers a ping", func(t *testing.T, b *bench) {
			if err := b.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}},
		{"every call with a cancelled context is unavailable and changes nothing", func(t *testing.T, b *bench) {
			everyCall(t, b, cancelled(t))
		}},
		{"every call after its deadline is unavailable and changes nothing", func(t *testing.T, b *bench) {
			ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
			defer cancel()
			everyCall(t, b, ctx)
		}},
	}
}

func everyCall(t *testing.T, b *bench, ctx context.Context) {
	t.Helper()
	b.append(t, record("a", "sub", 0))
	b.publish(t, "shop", 1)
	b.put(t, "k", "v", 10)
	d := b.putDocument(t, "k", "a", "v", 0)
	calls := map[string]func() error{
		"Append":       func() error { _, _, err := b.Append(ctx, record("b", "sub", 1)); return err },
		"Latest":       func() error { _, err := b.Latest(ctx, "shop", "sub"); return err },
		"History":      func() error { _, err := b.History(ctx, "shop", "sub"); return err },
		"Erase":        func() error { return b.Erase(ctx, "shop", "sub", at(5)) },
		"Export":       func() error { return b.Export(ctx, "shop", func(consent.Record) error { return nil }) },
		"Publish":      func() error { return b.Publish(ctx, edition("shop", 2)) },
		"Edition":      func() error { _, err := b.Edition(ctx, "shop", 1); return err },
		"Editions":     func() error { _, err := b.Editions(ctx, "shop"); return err },
		"Live":         func() error { _, err := b.Live(ctx); return err },
		"Version":      func() error { _, err := b.Version(ctx); return err },
		"PutSecret":    func() error { return b.PutSecret(ctx, "k", []byte("w"), at(0), at(10)) },
		"Secret":       func() error { _, err := b.Secret(ctx, "k", at(0)); return err },
		"TakeSecret":   func() error { _, err := b.TakeSecret(ctx, "k", at(0)); return err },
		"DropSecret":   func() error { return b.DropSecret(ctx, "k") },
		"Find":         func() error { _, err := b.Find(ctx, "shop", "a"); return err },
		"PutDocument":  func() error { _, err := b.PutDocument(ctx, consent.Document{Kind: "k", ID: "b"}); return err },
		"Document":     func() error { _, err := b.Document(ctx, "k", "a"); return err },
		"Documents":    func() error { _, err := b.Documents(ctx, "k", "", 1); return err },
		"DropDocument": func() error { return b.DropDocument(ctx, "k", "a") },
		"AppendNote":   func() error { _, err := b.AppendNote(ctx, "k", nil); return err },
		"Notes":        func() error { _, err := b.Notes(ctx, "k", 0, 1); return err },
		"Count":        func() error { return b.Count(ctx, "shop", "2026-03-01", map[string]int64{"k": 1}) },
		"Counts":       func() error { _, err := b.Counts(ctx, "shop", "2026-03-01", "2026-03-01"); return err },
		"Ping":         func() error { return b.Ping(ctx) },
		"Arrivals":     func() error { _, err := b.Arrivals(ctx, "shop", "", 1); return err },
		"Tail":         func() error { _, err := b.Tail(ctx, "shop"); return err },
		"Devices":      func() error { _, err := b.Devices(ctx, "shop", "sub"); return err },
		"Numbers":      func() error { _, err := b.Numbers(ctx); return err },
		"Since":        func() error { _, err := b.Since(ctx, "shop", at(0)); return err },
		"Before":       func() error { _, err := b.Before(ctx, "shop", "", 1); return err },
		"Tombstones":   func() error { return b.Tombstones(ctx, func(consent.Tombstone) error { return nil }) },
		"Bury": func() error {
			return b.Bury(ctx, consent.Tombstone{Site: "shop", Person: consent.PersonOf("shop", "sub"), At: at(5).UnixMilli()})
		},
		"Contents": func() error { _, _, err := b.Contents(ctx); return err },
		"Sweep":    func() error { _, err := b.Sweep(ctx, "shop", older(0), 1); return err },
	}
	for what, call := range calls {
		code(t, what, call(), consent.Unavailable)
	}
	b.history(t, "sub", "a")
	b.secret(t, "k", at(0), "v")
	b.document(t, "k", "a", "v", d.Version)
	b.page(t, "k", "", 10, "a")
	b.notes(t, "k", 0, 10)
	if all, err := b.Editions(t.Context(), "shop"); err != nil || len(all) != 1 {
		t.Fatalf("Editions = %d, %v", len(all), err)
	}
}
