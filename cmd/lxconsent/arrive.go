package main

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/publish"
)

const (
	// redisTries is how often a Redis that does not answer is asked at the start.
	redisTries = 4
	// arrivalWait bounds what the start asks of Redis, arrivalPause is how often
	// that is tried again later. There is nothing to begin with in the place of the
	// embedded file, which after a crash of the machine is read from a cold disk.
	arrivalWait, arrivalPause, fileWait = 10 * time.Second, time.Second, time.Minute
)

// patience is how long the start waits for the store.
func (c *serveCmd) patience() time.Duration {
	if len(c.Redis) == 0 {
		return fileWait
	}
	return arrivalWait
}

// arrive does what a start needs the store for.
func (c *serveCmd) arrive(ctx context.Context, n *node, addr net.Addr) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience())
	defer cancel()
	if err := n.admin.EnsureTenant(ctx, admin.FirstTenant, admin.FirstTenant); err != nil {
		return err
	}
	for {
		err := n.publish.Load(ctx)
		if err == nil && c.Demo {
			err = c.seed(ctx, n.publish, addr)
		}
		// Another server that starts at this moment has published the demo, so of many one gets on each time; the others
		// look again at what is there by now.
		if consent.CodeOf(err) != consent.Conflict || ctx.Err() != nil {
			return err
		}
	}
}

// begin arrives or, while Redis does not answer, begins with what this node has
// kept: it is never away because Redis is.
func (c *serveCmd) begin(ctx context.Context, n *node, kept publish.Keeper, log *slog.Logger, addr net.Addr) error {
	err := c.arrive(ctx, n, addr)
	if err == nil || len(c.Redis) == 0 || consent.CodeOf(err) != consent.Unavailable || ctx.Err() != nil {
		return err
	}
	n.late = true
	sites, unread := n.publish.LoadKept(ctx, kept)
	switch {
	case unread != nil:
		log.Error("Redis does not answer, and this server's copy of the sites cannot be read: scripts, checks and consents are refused until Redis answers", "error", unread, "redis", err)
	case sites == 0:
		log.Error("Redis does not answer, and this server has no copy of a site yet: scripts, checks and consents are refused until Redis answers", "error", err)
	default:
		log.Error("Redis does not answer; this server starts with its own copy of the sites. Scripts, signed cookies and consents are served; the dashboard, and checks without a signed cookie, wait for Redis", "sites", sites, "error", err)
	}
	return nil
}

// arriveLater arrives once the store answers, and greets again, since only then
// there is a way into the dashboard.
func (c *serveCmd) arriveLater(ctx context.Context, s streams, n *node, log *slog.Logger, addr net.Addr) {
	tick := time.NewTicker(arrivalPause)
	defer tick.Stop()
	n.late = false
	for said := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := c.arrive(ctx, n, addr)
		if err == nil {
			err = c.greet(ctx, s, n)
		}
		if err == nil {
			break
		}
		if consent.CodeOf(err) != consent.Unavailable && err.Error() != said && ctx.Err() == nil {
			said = err.Error()
			log.Error("the start could not be finished; it is tried again", "error", err)
		}
	}
	log.Info("Redis answers: sites are served as they stand there", "sites", len(n.publish.Sites()))
}
