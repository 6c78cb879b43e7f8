package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/leadiumx/consent/server/metrics"
)

// state gathers what a scrape measures.
func (c *serveCmd) state(n *node) func() metrics.State {
	return func() metrics.State {
		log, hooks, now := n.store.Status(), n.hooks.Tally(), n.now()
		s := metrics.State{
			Waiting: log.Last - log.Applied, Kept: log.Entries, KeptBytes: log.Bytes, StoreDown: log.Down, Trouble: log.Trouble, Ahead: log.Ahead, Fenced: log.Fenced, Refused: log.Refused,
			GeoSource: n.places.Source(), Sites: len(n.publish.Sites()), Keys: len(n.keys.PublicKeys()), Free: -1,
			WebhooksTaking: hooks.Taking, WebhooksFailing: hooks.Failing, WebhooksDisabled: hooks.Disabled, WebhookGivenUp: hooks.GivenUp,
		}
		if !log.Waiting.IsZero() {
			s.Oldest = now.Sub(log.Waiting)
		}
		if !hooks.Since.IsZero() {
			s.WebhookFailing = now.Sub(hooks.Since)
		}
		if free, ok := freeSpace(c.DataDir); ok {
			s.Free = int64(free)
		}
		if n.places.db != nil {
			s.GeoBuilt = n.places.db.Built()
		}
		s.Scripts, s.Compiled = n.scripts.Compiled()
		return s
	}
}

// serveMetrics answers scrapes on a listener of its own, which visitors do not
// reach, until the context ends.
func (n *node) serveMetrics(ctx context.Context, addr string, log *slog.Logger) error {
	l, err := listenOn("--metrics-listen", addr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", n.metrics.Handler(log))
	server := httpServer(mux, log)
	log.Info("metrics are served", "address", l.Addr().String())
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are no longer served", "error", err)
		}
	}()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return nil
}
