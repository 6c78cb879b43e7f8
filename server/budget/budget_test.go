package budget_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/leadiumx/consent/server/budget"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hand is a clock that a test moves.
type hand struct{ at time.Time }

func (h *hand) now() time.Time { return h.at }

func TestABurstIsTakenAndTheRestWaitsForOneToken(t *testing.T) {
	t.Parallel()
	h := &hand{time.Unix(1_000_000, 0)}
	m := budget.New[string](budget.Limit{Rate: 60, Per: time.Minute, Burst: 5}, 10, h.now)
	for i := range 5 {
		if _, ok := m.Spend("a"); !ok {
			t.Fatalf("token %d was refused", i)
		}
	}
	wait, ok := m.Spend("a")
	if ok || wait != time.Second {
		t.Fatalf("Spend = %v, %v, want a second to wait", wait, ok)
	}
	if _, ok := m.Spend("b"); !ok {
		t.Fatal("another key paid for the first")
	}
	h.at = h.at.Add(wait)
	if _, ok := m.Spend("a"); !ok {
		t.Fatal("the token did not come after the wait that was named")
	}
	if _, ok := m.Spend("a"); ok {
		t.Fatal("a refused spend, or the wait, gave more than one token")
	}
}

func TestTheZeroLimitLimitsNothing(t *testing.T) {
	t.Parallel()
	m := budget.New[int](budget.Limit{}, 10, time.Now)
	for range 1000 {
		if _, ok := m.Spend(1); !ok {
			t.Fatal("refused")
		}
	}
}

func TestManyKeysTakeNoMoreMemoryThanWasGiven(t *testing.T) {
	t.Parallel()
	h := &hand{time.Unix(1_000_000, 0)}
	m := budget.New[int](budget.Limit{Rate: 1, Per: time.Hour, Burst: 1}, 100, h.now)
	for k := range 10_000 {
		if _, ok := m.Spend(k); !ok {
			t.Fatalf("key %d was refused though it was never seen", k)
		}
		if n := m.Keys(); n > 100 {
			t.Fatalf("%d keys are remembered", n)
		}
	}
	// What has refilled is forgotten as new keys come.
	h.at = h.at.Add(2 * time.Hour)
	for k := range 100 {
		m.Spend(-1 - k)
		h.at = h.at.Add(2 * time.Hour)
	}
	if n := m.Keys(); n > 5 {
		t.Fatalf("%d keys are remembered, though nearly all are full again", n)
	}
}

func TestAClockThatIsPutBackMakesNobodyWaitForIt(t *testing.T) {
	t.Parallel()
	h := &hand{time.Unix(1_000_000, 0)}
	m := budget.New[string](budget.Limit{Rate: 60, Per: time.Minute, Burst: 1}, 10, h.now)
	m.Spend("a")
	h.at = h.at.Add(-24 * time.Hour)
	if wait, ok := m.Spend("a"); !ok {
		t.Fatalf("refused for %v", wait)
	}
}

func TestManyTokensAreTakenTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := &hand{time.Unix(1_000_000, 0)}
	m := budget.New[string](budget.Limit{Rate: 60, Per: time.Minute, Burst: 10}, 10, h.now)
	if _, ok := m.SpendMany("a", 7); !ok {
		t.Fatal("7 of 10 were refused")
	}
	if wait, ok := m.SpendMany("a", 5); ok || wait != 2*time.Second {
		t.Fatalf("5 of the 3 that are left: %v, %v, want two seconds to wait", wait, ok)
	}
	if _, ok := m.SpendMany("a", 3); !ok {
		t.Fatal("what was refused took some of what is left")
	}
	// What is larger than the bucket is paid with all of it, and not refused for ever.
	if _, ok := m.SpendMany("b", 1000); !ok {
		t.Fatal("a full bucket was refused")
	}
	if wait, ok := m.Spend("b"); ok || wait != time.Second {
		t.Fatalf("behind it: %v, %v, want a second to wait", wait, ok)
	}
}

func TestOneKeyHasSoManyTurnsAtATime(t *testing.T) {
	t.Parallel()
	turns := budget.NewTurns[string](2)
	first, ok := turns.Enter("a")
	if _, also := turns.Enter("a"); !ok || !also {
		t.Fatal("a turn that is free was refused")
	}
	if _, ok := turns.Enter("a"); ok {
		t.Fatal("a third was given")
	}
	if _, ok := turns.Enter("b"); !ok {
		t.Fatal("another key had none")
	}
	first()
	if _, ok := turns.Enter("a"); !ok {
		t.Fatal("the one that was left is not free")
	}
	unbounded := budget.NewTurns[string](0)
	for range 100 {
		if _, ok := unbounded.Enter("a"); !ok {
			t.Fatal("refused")
		}
	}
}
