package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/hooks"
	"github.com/leadiumx/consent/server/outbox"
)

// hooksOf makes the desk that sends events out.
func (c *serveCmd) hooksOf(n *node) (*hooks.Desk, error) {
	var allow []netip.Prefix
	for _, text := range c.WebhookAllow {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, consent.Fail(consent.Invalid, fmt.Sprintf("--webhook-allow %q is not a network", text), "write it as 10.0.0.0/8")
		}
		allow = append(allow, p.Masked())
	}
	return hooks.New(hooks.Options{
		Cabinet: n.store, Feed: n.feed, Keys: n.keys, Clock: n.now, Random: random, Log: n.log,
		Node: nodeName(n.store), Allow: allow, Version: version,
		Owner: func(site string) string {
			e, err := n.publish.Newest(site)
			if err != nil {
				return site
			}
			return e.Site.Tenant
		},
	}), nil
}

// nodeName names the process that runs on a data directory, the same after a
// restart: no other process may use the directory. Another one may have a
// directory of the same path on a host of the same name, in a container.
func nodeName(store *outbox.Outbox) string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return host + ":" + store.Node()
}

// work begins what the server does by itself; it ends with the context.
func (c *serveCmd) work(ctx context.Context, n *node, log *slog.Logger) *sync.WaitGroup {
	var jobs sync.WaitGroup
	jobs.Go(func() { n.hooks.Run(ctx, time.Second) })
	jobs.Go(func() {
		told := false
		every(ctx, 10*time.Second, log, func(ctx context.Context) {
			err := n.rights.Flush(ctx)
			if err != nil && ctx.Err() == nil && !told {
				log.Warn("requests of visitors wait to be written down", "error", err)
			}
			told = err != nil
		})
	})
	jobs.Go(func() { c.sweepHourly(ctx, n.now, n.server.SweepAll, log) })
	jobs.Go(func() {
		warmer := n.scripts.NewWarmer()
		every(ctx, time.Second, log, func(ctx context.Context) { warmer.Round(ctx, n.publish.Sites()) })
	})
	return &jobs
}

// every does something again and again until the context ends. What panics is
// tried again the next time: a fault in one site must not end a server that others
// need. The log is told of the first.
func every(ctx context.Context, pause time.Duration, log *slog.Logger, do func(context.Context)) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	told := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := calmly(ctx, do); err != nil && !told {
				told = true
				log.Error("what the server does by itself has failed; it is tried again", "error", err)
			}
		}
	}
}

// calmly turns a panic into an error.
func calmly(ctx context.Context, do func(context.Context)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	do(ctx)
	return nil
}
