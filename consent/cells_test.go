package consent_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func TestCellsOfManyRecordsAreThoseOfEach(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	first := consent.Record{Edition: 1, Regime: "a", Locale: "en", Action: consent.Save, Levels: map[string]int{"analytics": 1}, Time: day}
	all := []consent.Record{first, first}
	for _, change := range []func(*consent.Record){
		func(r *consent.Record) { r.Time = day.Add(time.Second) },
		func(r *consent.Record) { r.Time = time.Unix(-1, 0) },
		func(r *consent.Record) { r.Time = time.Unix(1, 0) },
		func(r *consent.Record) { r.Edition = 2 },
		func(r *consent.Record) { r.Regime = "b" },
		func(r *consent.Record) { r.Locale = "de" },
		func(r *consent.Record) { r.Action = consent.Withdraw },
		func(r *consent.Record) { r.Bot = true },
		func(r *consent.Record) { r.Levels = map[string]int{"analytics": 0} },
		func(r *consent.Record) { r.Levels = nil },
	} {
		r := first
		change(&r)
		all = append(all, r, first)
	}
	var cells consent.Cells
	for i := range all {
		if day, cell := cells.Of(&all[i]); day != all[i].Day() || cell != all[i].Cell() {
			t.Errorf("record %d is counted on %s as %q; want %s and %q", i, day, cell, all[i].Day(), all[i].Cell())
		}
	}
}
