package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAJobThatPanicsIsToldOfOnceAndDoneAgain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, times := &logged{}, 0
	every(ctx, time.Millisecond, slog.New(slog.NewJSONHandler(said, nil)), func(context.Context) {
		if times++; times > 2 {
			cancel()
			return
		}
		panic("a site that cannot be")
	})
	if times != 3 || strings.Count(said.String(), "a site that cannot be") != 1 {
		t.Errorf("done %d times, and told:\n%s", times, said)
	}
}
