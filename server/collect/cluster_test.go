package collect_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/redisstore"
)

// again repeats what a store that did not answer in time has to be asked once more.
func again[T any](t *testing.T, do func() (T, error)) T {
	t.Helper()
	for {
		out, err := do()
		if err == nil || consent.CodeOf(err) != consent.Unavailable {
			if err != nil {
				t.Error(err)
			}
			return out
		}
	}
}

func TestDevicesOfAnAccountKeepWhatOneOfThemRefusesWhileSlotsMove(t *testing.T) {
	t.Parallel()
	urls := redistest.StartCluster(t)
	s, err := redisstore.Open(t.Context(), redisstore.Options{URLs: urls, Tries: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := redistest.NewMover(t, urls)
	var stop atomic.Bool
	var linked atomic.Int64
	var group sync.WaitGroup
	for w := range 3 {
		v := visitOver(t, s, 30*time.Second)
		v.t = t
		group.Go(func() {
			for i := 0; !stop.Load() && !t.Failed(); i++ {
				name := fmt.Sprint(w, "-", i)
				proof := consent.ProveAccount(consent.IdentifySecret(v.keys, "default", "shop"), name, v.now)
				does := func(action consent.Action, levels map[string]int) {
					one := v.write(action, levels)
					v.held = again(t, func() (collect.Answer, error) { return v.Record(t.Context(), one) })
				}
				identify := func() collect.Answer {
					a := again(t, func() (collect.Identified, error) {
						return v.Identify(t.Context(), collect.Identity{Site: "shop", ExternalID: name, Proof: proof, Consent: v.held.Consent, Subject: v.held.Subject})
					})
					v.held = collect.Answer{Consent: a.Consent, Subject: a.Subject}
					return v.held
				}
				does(consent.AcceptAll, yes)
				phone := identify()
				v.held = collect.Answer{}
				does(consent.AcceptAll, yes)
				desk := identify()
				v.holds("an account of two devices that grant", yes)
				v.held = phone
				does(consent.Withdraw, nil)
				v.held = desk
				identify()
				v.holds("the device beside the one that withdrew", no)
				linked.Add(1)
			}
		})
	}
	until := func(enough func() bool) {
		for !enough() && !t.Failed() {
			_ = m.Nodes[0].Ping(t.Context())
		}
	}
	until(func() bool { return linked.Load() > 0 })
	moved := 0
	for slot, ok := m.Used(0, 0); ok && moved < 8; slot, ok = m.Used(0, slot+1) {
		before := linked.Load()
		m.Move(slot, 0, 1+moved%2, func() {
			for range 3 {
				if linked.Load() == before {
					_ = m.Nodes[0].Ping(t.Context())
				}
			}
		})
		moved++
	}
	after := linked.Load()
	until(func() bool { return linked.Load() > after })
	stop.Store(true)
	group.Wait()
	t.Logf("%d slots moved during %d linkings", moved, linked.Load())
	if moved == 0 && !t.Failed() {
		t.Fatal("no slot was moved")
	}
}
