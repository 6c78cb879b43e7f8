package hooks_test

import (
	"net/http"
	"testing"
	"time"
)

func TestWhatAServerLeavesIsSentByAnotherHoweverFarApartTheirClocksAre(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{
		"one time": 0, "five minutes ahead": 5 * time.Minute, "five minutes behind": -5 * time.Minute,
		"a year ahead": 8766 * time.Hour, "a year behind": -8766 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			for n := range 3 {
				b.record(t, n)
			}
			b.answer = func(string) int { return http.StatusBadGateway }
			if err := b.node("b", ahead).Serve(t.Context(), "shop", b.made.ID); err != nil {
				t.Fatal(err)
			}
			// It is gone for good, and the receiver is back.
			b.answer = func(string) int { return http.StatusOK }
			b.record(t, 3)
			for range 2 {
				b.serve(t)
				b.now = b.now.Add(31 * time.Second)
			}
			if b.serve(t); b.got["evt_rec_shop_id-003"] != 1 {
				t.Errorf("after a minute: %v", b.got)
			}
			b.now = b.now.Add(5 * time.Minute)
			if st := b.serve(t); st.Delivered != 4 || len(st.Retrying) > 0 || len(b.got) != 4 {
				t.Errorf("%d delivered, %d wait: %v", st.Delivered, len(st.Retrying), b.got)
			}
		})
	}
}

func TestServersWhoseClocksDifferDoNotSendForEachOther(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	other := b.node("b", 5*time.Minute)
	for n := range 60 {
		b.record(t, n)
		// Both look each second.
		b.now = b.now.Add(time.Second)
		b.serve(t)
		if err := other.Serve(t.Context(), "shop", b.made.ID); err != nil {
			t.Fatal(err)
		}
	}
	for event, times := range b.got {
		if times != 1 {
			t.Errorf("%s came %d times", event, times)
		}
	}
	if len(b.got) != 60 {
		t.Errorf("%d of 60 came", len(b.got))
	}
}
