package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/metrics"
	"github.com/leadiumx/consent/server/outbox"
	"github.com/leadiumx/consent/server/publish"
	"github.com/leadiumx/consent/server/script"
)

// state gathers what a scrape measures.
func (c *serveCmd) state(box *outbox.Outbox, p *places, sites *publish.Desk, scripts *script.Desk, keys *consent.Keyring, now func() time.Time) func() metrics.State {
	return func() metrics.State {
		log := box.Status()
		s := metrics.State{
			Waiting: log.Last - log.Applied, Kept: log.Entries, KeptBytes: log.Bytes, StoreDown: log.Down, Trouble: log.Trouble, Fenced: log.Fenced,
			GeoSource: p.Source(), Sites: len(sites.Sites()), Keys: len(keys.PublicKeys()),
		}
		if !log.Waiting.IsZero() {
			s.Oldest = now().Sub(log.Waiting)
		}
		if p.db != nil {
			s.GeoBuilt = p.db.Built()
		}
		s.Scripts, s.Compiled = scripts.Compiled()
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
