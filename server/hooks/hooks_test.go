package hooks_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/feed"
	"github.com/leadiumx/consent/server/hooks"
)

// bench is a desk on a store of its own, with a receiver and a clock.
type bench struct {
	store *boltstore.Store
	desk  *hooks.Desk
	keys  *consent.Keyring
	mu    sync.Mutex
	now   time.Time
	// answer is what the receiver says to an event.
	answer func(event string) int
	got    map[string]int
	made   hooks.Endpoint
}

type oneEdition struct{}

func (oneEdition) Newest(string) (*consent.Edition, error) { return &consent.Edition{}, nil }
func (oneEdition) Edition(context.Context, string, int) (*consent.Edition, error) {
	return &consent.Edition{}, nil
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), got: map[string]int{}, answer: func(string) int { return http.StatusOK }}
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		id := r.Header.Get("Webhook-Id")
		status := b.answer(id)
		if status == http.StatusFound {
			http.Redirect(w, r, "/elsewhere", status)
			return
		}
		w.WriteHeader(status)
		if status < 300 {
			b.got[id]++
		}
	}))
	t.Cleanup(receiver.Close)
	keys, err := consent.NewKeyring(consent.Key{ID: "a", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	b.store, b.keys = store, keys
	b.desk = b.node("a", 0)
	begin := ""
	if b.made, _, err = b.desk.Create(t.Context(), hooks.Endpoint{Site: "shop", URL: receiver.URL}, &begin); err != nil {
		t.Fatal(err)
	}
	return b
}

// node is one of several desks on the store, whose clock is ahead.
func (b *bench) node(name string, ahead time.Duration) *hooks.Desk {
	clock := func() time.Time { return b.now.Add(ahead) }
	return hooks.New(hooks.Options{
		Cabinet: b.store, Feed: feed.New(feed.Options{Feed: b.store, Cabinet: b.store, Editions: oneEdition{}, Clock: clock}),
		Keys: b.keys, Clock: clock, Random: rand.Reader, Node: name, Attempts: 4,
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
}

func (b *bench) record(t *testing.T, n int) {
	t.Helper()
	_, _, err := b.store.Append(t.Context(), consent.Record{ID: fmt.Sprintf("id-%03d", n), Site: "shop", Time: b.now, Clock: b.now.UnixMilli(), Content: "c", Action: consent.RejectAll})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) serve(t *testing.T) hooks.Status {
	t.Helper()
	if err := b.desk.Serve(t.Context(), "shop", b.made.ID); err != nil {
		t.Fatal(err)
	}
	_, st, err := b.desk.Find(t.Context(), "shop", b.made.ID)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestAReceiverThatIsAwayForLongGetsEverythingOnceItIsBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(string) int { return http.StatusBadGateway }
	for i := range 100 {
		b.record(t, i)
	}
	if st := b.serve(t); len(st.Retrying) != 32 || len(st.Dead) != 0 || st.FailingSince == nil {
		t.Fatalf("%d wait, %d are dead", len(st.Retrying), len(st.Dead))
	}
	b.answer = func(string) int { return http.StatusOK }
	b.now = b.now.Add(time.Minute)
	if st := b.serve(t); len(st.Retrying) != 0 || st.Delivered != 100 || st.FailingSince != nil {
		t.Fatalf("%d wait, %d were taken", len(st.Retrying), st.Delivered)
	}
	for i := range 100 {
		if n := b.got[fmt.Sprintf("evt_rec_shop_id-%03d", i)]; n != 1 {
			t.Errorf("event %d came %d times", i, n)
		}
	}
}

func TestNothingIsSentUnsignedWhileTheKeyOfASecretIsMissing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	with := func(id string) {
		t.Helper()
		keys, err := consent.NewKeyring(consent.Key{ID: id, Secret: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		b.keys.Replace(keys)
	}
	with("z")
	b.record(t, 0)
	if st := b.serve(t); len(b.got) != 0 || len(st.Retrying) != 1 {
		t.Fatalf("%v was sent, %d wait", b.got, len(st.Retrying))
	}
	with("a")
	b.now = b.now.Add(time.Minute)
	if st := b.serve(t); b.got["evt_rec_shop_id-000"] != 1 || len(st.Retrying) != 0 {
		t.Errorf("with the key back: %v", b.got)
	}
}

func TestAnEventThatIsNeverTakenIsGivenUpAndCanBeSentAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bad := "evt_rec_shop_id-001"
	b.answer = func(id string) int {
		if id == bad {
			return http.StatusBadRequest
		}
		return http.StatusOK
	}
	for i := range 3 {
		b.record(t, i)
	}
	st := b.serve(t)
	if st.Delivered != 2 || len(st.Retrying) != 1 {
		t.Fatalf("%+v", st)
	}
	var pauses []time.Duration
	for len(st.Dead) == 0 && len(pauses) < 10 {
		pauses = append(pauses, st.Retrying[0].Next.Sub(b.now))
		b.now = st.Retrying[0].Next
		st = b.serve(t)
	}
	if len(pauses) != 3 || len(st.Dead) != 1 || st.Dead[0].Event != bad || st.Dead[0].Attempts != 4 {
		t.Fatalf("after %v: %+v", pauses, st.Dead)
	}
	for i, p := range pauses {
		if want := 5 * time.Second << (i * 3 / 2); p < want/2 || p > 12*want {
			t.Errorf("pause %d is %v", i, p)
		}
	}
	b.answer = func(string) int { return http.StatusOK }
	if n, err := b.desk.Replay(t.Context(), "shop", b.made.ID, nil); err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	if st := b.serve(t); b.got[bad] != 1 || len(st.Dead) != 0 {
		t.Errorf("after the replay: %+v", st)
	}
	begin := ""
	if _, err := b.desk.Replay(t.Context(), "shop", b.made.ID, &begin); err != nil {
		t.Fatal(err)
	}
	b.serve(t)
	if b.got[bad] != 2 || b.got["evt_rec_shop_id-000"] != 2 {
		t.Errorf("a replay from the beginning: %v", b.got)
	}
}

func TestAReceiverThatIsGoneIsDisabledAndARedirectIsAFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(string) int { return http.StatusFound }
	b.record(t, 0)
	if st := b.serve(t); len(st.Retrying) != 1 || st.Recent[0].Status != http.StatusFound {
		t.Fatalf("%+v", st)
	}
	b.answer = func(string) int { return http.StatusGone }
	b.record(t, 1)
	b.serve(t)
	e, _, err := b.desk.Find(t.Context(), "shop", b.made.ID)
	if err != nil || !e.Disabled || e.Why == "" {
		t.Fatalf("%+v %v", e, err)
	}
	b.answer = func(string) int { return http.StatusOK }
	b.record(t, 2)
	if st := b.serve(t); st.Delivered != 0 {
		t.Fatal("a disabled webhook was sent to")
	}
	renamed, err := b.desk.Change(t.Context(), "shop", b.made.ID, func(e *hooks.Endpoint) { e.Description = "Orders" })
	if err != nil || !renamed.Disabled || renamed.Why != e.Why {
		t.Errorf("renamed: %+v %v", renamed, err)
	}
	if _, err := b.desk.Change(t.Context(), "shop", b.made.ID, func(e *hooks.Endpoint) { e.Disabled = false }); err != nil {
		t.Fatal(err)
	}
	if st := b.serve(t); st.Delivered != 3 {
		t.Errorf("enabled again: %+v", st)
	}
	off, err := b.desk.Change(t.Context(), "shop", b.made.ID, func(e *hooks.Endpoint) { e.Disabled = true })
	if err != nil || off.Why != "disabled by hand" {
		t.Errorf("disabled by hand: %+v %v", off, err)
	}
}

func TestAWebhookThatWasDisabledByItsGivenUpEventsStaysEnabledOnceItsReceiverIsBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(string) int { return http.StatusBadGateway }
	for i := range 240 {
		b.record(t, i)
	}
	disabled := func() bool {
		e, _, err := b.desk.Find(t.Context(), "shop", b.made.ID)
		if err != nil {
			t.Fatal(err)
		}
		return e.Disabled
	}
	for rounds := 0; !disabled(); rounds++ {
		if b.serve(t); rounds > 100 {
			t.Fatal("the webhook is never disabled")
		}
		b.now = b.now.Add(2 * time.Minute)
	}
	b.answer = func(string) int { return http.StatusOK }
	if _, err := b.desk.Change(t.Context(), "shop", b.made.ID, func(e *hooks.Endpoint) { e.Disabled = false }); err != nil {
		t.Fatal(err)
	}
	if st := b.serve(t); disabled() || st.Delivered != 240-int64(len(st.Dead)) {
		t.Errorf("enabled again: disabled %t, %d were taken, %d are given up", disabled(), st.Delivered, len(st.Dead))
	}
}

func TestAnErasedEventIsNotToldAgainWithItsSubject(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(string) int { return http.StatusBadGateway }
	b.record(t, 0)
	st := b.serve(t)
	if n, err := b.store.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 10); err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	b.answer = func(string) int { return http.StatusOK }
	b.now = st.Retrying[0].Next
	if st := b.serve(t); len(st.Retrying) != 0 || len(b.got) != 0 {
		t.Errorf("a swept event is sent: %v", b.got)
	}
}

func TestOfAnAnswerWithoutAnEndLittleIsRead(t *testing.T) {
	t.Parallel()
	const most = 256 << 20
	told := make(chan int, 1)
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n, piece := 0, make([]byte, 1<<20)
		for n < most {
			m, err := w.Write(piece)
			if n += m; err != nil {
				break
			}
		}
		told <- n
	}))
	t.Cleanup(endless.Close)
	b := newBench(t)
	made, _, err := b.desk.Create(t.Context(), hooks.Endpoint{Site: "shop", URL: endless.URL}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := b.desk.Test(t.Context(), "shop", made.ID); err != nil || d.Status != http.StatusOK {
		t.Fatalf("%+v %v", d, err)
	}
	// What lies in buffers on the way was taken, and no more.
	if n := <-told; n >= most {
		t.Errorf("all of %d bytes were taken", n)
	}
}
