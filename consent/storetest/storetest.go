// Package storetest is the contract of consent.Store as tests. Every store
// runs the one suite, so that what services rely on is the same everywhere.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Harness says how the suite gets its stores.
type Harness struct {
	// Open returns an empty store that shares nothing with any other; the
	// harness closes it when the test ends.
	Open func(t *testing.T) consent.Store
	// Reopen closes the store and opens the same data again. The harness
	// closes what it returns when the test ends.
	Reopen func(t *testing.T, s consent.Store) consent.Store
	// Level is what the store must claim for an acknowledged record.
	Level consent.Level
	// Settle waits until all that was acknowledged can be read; nil where it
	// can at once. What is erased before it could be read needs no telling.
	Settle func(s consent.Store)
}

// Run runs the whole suite.
func Run(t *testing.T, h Harness) {
	t.Helper()
	groups := []struct {
		name  string
		cases []testCase
	}{
		{"records", recordCases()},
		{"history", historyCases()},
		{"order", orderCases()},
		{"many", manyCases()},
		{"erasure", erasureCases()},
		{"erased evidence", erasedEvidenceCases()},
		{"export", exportCases()},
		{"feed", feedCases()},
		{"sweep", sweepCases()},
		{"catalog", catalogCases()},
		{"vault", vaultCases()},
		{"documents", documentCases()},
		{"journals", journalCases()},
		{"find", findCases()},
		{"counters", counterCases()},
		{"archive", archiveCases()},
		{"faults", faultCases()},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range g.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.check(t, &bench{h: h, Store: h.Open(t)})
				})
			}
		})
	}
}

type testCase struct {
	name  string
	check func(t *testing.T, b *bench)
}

// bench is a store under test with the shorthands of the suite.
type bench struct {
	consent.Store
	h Harness
}

// Latest is the store's, whose Standing says the same.
func (b *bench) Latest(ctx context.Context, site, subject string) (consent.Record, error) {
	r, err := b.Store.Latest(ctx, site, subject)
	var got consent.Standing
	switch bad := b.Standing(ctx, site, subject, &got); {
	case consent.CodeOf(bad) != consent.CodeOf(err):
		return r, fmt.Errorf("Standing: %w; Latest: %w", bad, err)
	case err == nil && !reflect.DeepEqual(got, r.Standing()):
		return r, fmt.Errorf("Standing says %+v, Latest %+v", got, r)
	}
	return r, err
}

func (b *bench) reopen(t *testing.T) {
	t.Helper()
	b.Store = b.h.Reopen(t, b.Store)
}

// day is the fixed time from which the suite counts.
func day() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// at returns a time in seconds after day.
func at(sec int) time.Time { return day().Add(time.Duration(sec) * time.Second) }

// record makes a complete record; sec is its clock in seconds after day.
func record(id, subject string, sec int) consent.Record {
	return consent.Record{
		ID: id, Site: "shop", Subject: subject, Edition: 3,
		EditionHash: "edition-hash", WordsHash: "words-hash", Regime: "strict+1", Locale: "en",
		Levels:  map[string]int{"analytics": 1, "marketing": 0},
		Vendors: map[string]int{"video": 1},
		Over:    map[string]bool{"analytics": true},
		Action:  consent.Save, Signals: consent.Signals{GPC: true}, Outdated: true,
		Time: at(sec).Add(time.Millisecond), Clock: at(sec).UnixMilli(),
		PlaceSource: "header", Content: "content of " + id,
	}
}

func (b *bench) append(t *testing.T, r consent.Record) {
	t.Helper()
	stored, fresh, err := b.Append(t.Context(), r)
	if err != nil || !fresh {
		t.Fatalf("Append(%s) = fresh %v, %v; want it stored", r.ID, fresh, err)
	}
	same(t, "the record that Append returns", stored, r)
}

func (b *bench) erase(t *testing.T, subject string, sec int) {
	t.Helper()
	if err := b.Erase(t.Context(), "shop", subject, at(sec)); err != nil {
		t.Fatalf("Erase(%s): %v", subject, err)
	}
}

func (b *bench) settle() {
	if b.h.Settle != nil {
		b.h.Settle(b.Store)
	}
}

// latest asserts which record is current.
func (b *bench) latest(t *testing.T, subject, id string) {
	t.Helper()
	r, err := b.Latest(t.Context(), "shop", subject)
	if err != nil || r.ID != id {
		t.Fatalf("Latest(%s) = %q, %v; want %q", subject, r.ID, err, id)
	}
}

// history asserts the ids of a subject's records.
func (b *bench) history(t *testing.T, subject string, ids ...string) {
	t.Helper()
	all, err := b.History(t.Context(), "shop", subject)
	if err != nil {
		t.Fatalf("History(%s): %v", subject, err)
	}
	same(t, "the history of "+subject, recordIDs(all), append([]string{}, ids...))
}

func (b *bench) export(t *testing.T, site string) []consent.Record {
	t.Helper()
	var all []consent.Record
	err := b.Export(t.Context(), site, func(r consent.Record) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatalf("Export(%s): %v", site, err)
	}
	return all
}

func recordIDs(all []consent.Record) []string {
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return ids
}

// code asserts the code of an error.
func code(t *testing.T, what string, err error, want consent.Code) {
	t.Helper()
	if got := consent.CodeOf(err); got != want || err == nil {
		t.Fatalf("%s: error %v with code %q; want code %q", what, err, got, want)
	}
}

// same compares by JSON, as the values go to disk, over wires and into exports.
// Where a node log gave a record its place, that is not compared.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, w := text(t, unplaced(got)), text(t, unplaced(want))
	if g != w {
		t.Fatalf("%s\n got %s\nwant %s", what, g, w)
	}
}

func unplaced(v any) any {
	switch v := v.(type) {
	case consent.Record:
		v.Node, v.Seq, v.Link = "", 0, consent.Link{}
		return v
	case []consent.Record:
		all := make([]any, len(v))
		for i, r := range v {
			all[i] = unplaced(r)
		}
		return all
	default:
		return v
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// together calls f on n goroutines that start at once, and waits for them.
func together(n int, f func(i int)) {
	start, done := make(chan struct{}), make(chan struct{})
	for i := range n {
		go func() {
			<-start
			f(i)
			done <- struct{}{}
		}()
	}
	close(start)
	for range n {
		<-done
	}
}

func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func name(i int) string { return fmt.Sprintf("id-%04d", i) }
