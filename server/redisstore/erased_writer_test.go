package redisstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// meanwhile does something once, right after Redis has refused a record because
// its subject was erased, and before the store hears of that.
type meanwhile struct {
	once sync.Once
	do   func()
}

func (m *meanwhile) DialHook(next redis.DialHook) redis.DialHook { return next }

func (m *meanwhile) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (m *meanwhile) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		for _, c := range cmds {
			if c, ok := c.(*redis.Cmd); ok {
				if said, _ := c.Text(); said == "\x00\x00\x00\x01e" {
					m.once.Do(m.do)
				}
			}
		}
		return err
	}
}

func TestAWriterWhoIsRefusedForAnErasureFreesNoIDThatItsSubjectHasUsedSince(t *testing.T) {
	t.Parallel()
	decided := func(node string, clock int64) consent.Record {
		r := consent.Record{ID: "a", Site: "shop", Subject: "sub", Node: node, Content: "c", Levels: map[string]int{"x": 1}, Clock: clock}
		if _, err := r.Chain(consent.Head{}); err != nil {
			t.Fatal(err)
		}
		return r
	}
	early, later := decided("n", 3), decided("m", 9)
	for name, meets := range map[string]bool{"which comes while it is refused": true, "which comes after it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			first, second := open(t, redisstore.Options{URLs: []string{server.URL()}}), open(t, redisstore.Options{URLs: []string{server.URL()}})
			if err := second.Erase(t.Context(), "shop", "sub", time.UnixMilli(5)); err != nil {
				t.Fatal(err)
			}
			comes := func() {
				if _, _, err := second.Append(t.Context(), later); meets && err != nil || !meets && consent.CodeOf(err) != consent.Erased {
					t.Errorf("the later decision: %v", err)
				}
			}
			if meets {
				first.AddHook(&meanwhile{do: comes})
			}
			if _, _, err := first.Append(t.Context(), early); consent.CodeOf(err) != consent.Erased {
				t.Fatalf("the earlier decision: %v", err)
			}
			// Its node keeps the evidence, whose place in the chain is taken.
			if _, fresh, err := first.Append(t.Context(), early.Stripped()); fresh == meets || meets && consent.CodeOf(err) != consent.IDReused {
				t.Errorf("the evidence of the earlier decision: %v, %v", fresh, err)
			}
			if !meets {
				comes()
			}
			stranger := consent.Record{ID: "a", Site: "shop", Subject: "else", Content: "d", Levels: map[string]int{"x": 1}, Clock: 9}
			if _, _, err := second.Append(t.Context(), stranger); err == nil {
				t.Error("somebody else has got the id")
			}
			all := exported(t, second)
			if len(all) != 1 || (all[0].Subject == "sub") != meets {
				t.Fatalf("the export is %+v", all)
			}
			if found, err := second.Find(t.Context(), "shop", "a"); err != nil || found.Node != all[0].Node {
				t.Errorf("found is %+v, %v", found, err)
			}
			for _, key := range server.Client().Keys(t.Context(), "lx:b:*").Val() {
				for _, left := range server.Client().HVals(t.Context(), key).Val() {
					if left == "csub" {
						t.Errorf("the claim in %s still names the subject", key)
					}
				}
			}
		})
	}
}
