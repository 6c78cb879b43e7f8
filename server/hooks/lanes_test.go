package hooks_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/leadiumx/consent/server/hooks"
)

func TestAFreePlaceGoesToWhoHasTheFewest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := hooks.NewLanes(3)
		got := make(chan string, 10)
		wait := func(ctx context.Context, owner string) {
			go func() {
				if l.Enter(ctx, owner) {
					got <- owner
				}
			}()
			synctest.Wait()
		}
		for range 3 {
			wait(t.Context(), "a")
			<-got
		}
		gone, leave := context.WithCancel(t.Context())
		for range 3 {
			wait(t.Context(), "a")
		}
		wait(gone, "c")
		wait(t.Context(), "b")
		wait(t.Context(), "b")
		leave()
		synctest.Wait()
		// B has none, and then one as A has: who has waited longer goes first.
		for n, want := range []string{"b", "a", "a", "a", "b"} {
			l.Leave("a")
			synctest.Wait()
			if who := <-got; who != want {
				t.Fatalf("place %d went to %s, want %s", n, who, want)
			}
		}
		select {
		case who := <-got:
			t.Fatalf("%s has one too many", who)
		default:
		}
	})
}
