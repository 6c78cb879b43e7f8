package hooks_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/hooks"
)

func (b *bench) overview(t *testing.T) hooks.View {
	t.Helper()
	all, err := b.desk.Overview(t.Context(), "shop")
	if err != nil || len(all) != 1 || all[0].ID != b.made.ID {
		t.Fatalf("%+v %v", all, err)
	}
	one, _, err := b.desk.Find(t.Context(), "shop", b.made.ID)
	if err != nil || !reflect.DeepEqual(one, all[0]) {
		t.Fatalf("alone %+v, listed %+v, %v", one, all[0], err)
	}
	return all[0]
}

func TestTheListSaysSinceWhenAndWhyAWebhookFails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	began := b.now
	if v := b.overview(t); v.Failing != nil {
		t.Fatalf("before anything was sent: %+v", v.Failing)
	}
	b.record(t, 0)
	b.answer = func(string) int { return http.StatusBadGateway }
	b.serve(t)
	f := b.overview(t).Failing
	if f == nil || !f.Since.Equal(began) || f.Status != 502 || f.Error != "the receiver answered 502" || f.Next == nil || !f.Next.After(b.now) {
		t.Fatalf("%+v", f)
	}
	// The newest failure is the reason, and the soonest retry comes next: pauses of
	// five seconds differ by less than two.
	b.now = began.Add(2 * time.Second)
	b.record(t, 1)
	b.answer = func(string) int { return http.StatusUnauthorized }
	soonest := *f.Next
	b.serve(t)
	f = b.overview(t).Failing
	if f == nil || !f.Since.Equal(began) || !f.At.Equal(b.now) || f.Status != 401 || !f.Next.Equal(soonest) {
		t.Fatalf("%+v, want the retry of %v", f, soonest)
	}
	// A test that is taken takes nothing of what waits.
	b.answer = func(string) int { return http.StatusOK }
	if _, err := b.desk.Test(t.Context(), "shop", b.made.ID); err != nil {
		t.Fatal(err)
	}
	if f = b.overview(t).Failing; f == nil || f.Status != 401 {
		t.Fatalf("after a test: %+v", f)
	}
	b.answer = func(string) int { return http.StatusGone }
	b.now = began.Add(time.Minute)
	b.serve(t)
	if v := b.overview(t); !v.Disabled || v.Failing == nil || v.Failing.Status != 410 || v.Failing.Next != nil {
		t.Fatalf("once it is disabled: %+v", v.Failing)
	}
	if _, err := b.desk.Change(t.Context(), "shop", b.made.ID, func(e *hooks.Endpoint) { e.Disabled = false }); err != nil {
		t.Fatal(err)
	}
	b.answer = func(string) int { return http.StatusOK }
	b.serve(t)
	if v := b.overview(t); v.Failing != nil {
		t.Fatalf("once it takes them: %+v", v.Failing)
	}
}
