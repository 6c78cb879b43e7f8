package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/consent/law/rules"
	"github.com/leadiumx/consent/dashboard"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/backup"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/feed"
	"github.com/leadiumx/consent/server/gate"
	"github.com/leadiumx/consent/server/hooks"
	"github.com/leadiumx/consent/server/insight"
	"github.com/leadiumx/consent/server/metrics"
	"github.com/leadiumx/consent/server/outbox"
	"github.com/leadiumx/consent/server/publish"
	"github.com/leadiumx/consent/server/redisstore"
	"github.com/leadiumx/consent/server/reseal"
	"github.com/leadiumx/consent/server/rights"
	"github.com/leadiumx/consent/server/script"
	"github.com/leadiumx/consent/server/web"
)

// node is one wired server.
type node struct {
	store   *outbox.Outbox
	laws    *law.Table
	places  *places
	keys    *consent.Keyring
	publish *publish.Desk
	scripts *script.Desk
	admin   *admin.Desk
	insight *insight.Desk
	feed    *feed.Desk
	hooks   *hooks.Desk
	rights  *rights.Desk
	metrics *metrics.Metrics
	server  *web.Server

	now func() time.Time
	log *slog.Logger
	// late says that the store did not answer when the server was started.
	late bool
}

func (c *serveCmd) build(ctx context.Context, log *slog.Logger, addr net.Addr, s streams) (*node, error) {
	n := &node{now: s.clock(), log: log}
	token, err := readToken(c.APITokenFile, c.APIToken)
	if err != nil {
		return nil, err
	}
	if n.laws, err = law.Load(); err != nil {
		return nil, fmt.Errorf("load the law table: %w", err)
	}
	if n.places, err = c.places(); err != nil {
		return nil, err
	}
	n.places.LogTo(log)
	if n.keys, err = openKeys(c.KeyFile, c.DataDir, random, log); err != nil {
		return nil, err
	}
	if n.store, err = c.open(ctx, log, n.keys, n.now); err != nil {
		return nil, err
	}
	if err := n.editions(); err != nil {
		return nil, closeAfter(err, n.store)
	}
	if n.admin, err = admin.New(admin.Options{Store: n.store, Clock: n.now, Random: random, Keys: n.keys, Token: token}); err != nil {
		return nil, closeAfter(err, n.store)
	}
	if err := c.begin(ctx, n, n.store, log, addr); err != nil {
		return nil, closeAfter(err, n.store)
	}
	if err := n.events(c); err != nil {
		return nil, closeAfter(err, n.store)
	}
	n.insight = insight.New(insight.Options{Store: n.store, Clock: n.now, Log: log})
	n.serve(c, s.patience)
	return n, nil
}

// editions wires what is published, and the scripts that show it.
func (n *node) editions() error {
	book, err := rules.Load()
	if err != nil {
		return err
	}
	n.publish = publish.New(publish.Options{
		Store: n.store, Clock: n.now, Locales: bundle.Locales(), Log: n.log,
		Words: bundle.BuiltIn, Assigned: n.laws.Assigned,
		Lint: func(site *consent.Site, at time.Time) []consent.Finding {
			return book.Lint(site, rules.Ground{Laws: n.laws, Words: bundle.BuiltIn, At: at})
		},
		Trial: func(e *consent.Edition) error { return n.scripts.Trial(e) },
	})
	n.scripts = script.New(script.Options{Editions: n.publish, Laws: n.laws, Keys: n.keys, Clock: n.now, CacheSize: 512})
	return nil
}

// events wires what others are told, and what visitors ask of people.
func (n *node) events(c *serveCmd) error {
	n.feed = feed.New(feed.Options{Feed: n.store, Cabinet: n.store, Editions: n.publish, Clock: n.now})
	var err error
	if n.hooks, err = c.hooksOf(n); err != nil {
		return err
	}
	tray, err := outbox.OpenTray(filepath.Join(c.DataDir, "requests"))
	if err != nil {
		return err
	}
	n.rights = rights.New(rights.Options{
		Cabinet: n.store, Tray: tray, Feed: n.store, Laws: n.laws, Keys: n.keys, Clock: n.now, Random: random,
		Announce: func(ctx context.Context, r rights.Request) error { return n.feed.Announce(ctx, r.Site, feed.Opened, r) },
	})
	return nil
}

// serve wires HTTP to all the others. Patience is what a caller waits for the
// store; 0 is as long as is good for visitors.
func (n *node) serve(c *serveCmd, patience time.Duration) {
	files, built := dashboard.Files()
	if !built {
		files = nil
	}
	limits := web.DefaultLimits()
	if c.Limits == "off" {
		limits = web.Limits{}
	}
	state := c.state(n)
	if c.MetricsListen != "" {
		// What nobody can read is not counted.
		n.metrics = metrics.New(version, state)
	}
	n.server = web.New(web.Options{
		Scripts: n.scripts, Publish: n.publish, Admin: n.admin, Insight: n.insight, Evidence: n.store, Laws: n.laws, State: state, EdgeSchemes: edgeSchemes(), Places: n.places,
		Collect: collect.New(collect.Options{
			Records: n.store, Editions: n.publish, Laws: n.laws, Keys: n.keys, Clock: n.now, Random: random,
			WordsHash: wordsHash, Patience: cmp.Or(patience, writePatience),
		}),
		Gate:   gate.New(gate.Options{Records: n.store, Editions: n.publish, Laws: n.laws, Keys: n.keys, Clock: n.now, Patience: cmp.Or(patience, checkPatience)}),
		Rights: n.rights, Feed: n.feed, Hooks: n.hooks,
		Keys: n.keys, Records: n.store, Ledger: n.store, Ping: n.store.Ping, StoreAway: func() bool { return n.store.Status().Down }, Clock: n.now, Log: n.log, Words: bundle.BuiltIn, Locales: bundle.Locales(),
		Version: version, PublicURL: c.PublicURL, Dashboard: files, Missing: dashboard.Missing(),
		Demo: c.Demo, EdgeCache: c.EdgeCache, AccessLog: c.AccessLog, Limits: limits, Metrics: n.metrics,
		Reseal: n.reseal,
		Backup: func(ctx context.Context, w io.Writer) error { return backup.Write(ctx, n.store, n.now(), w) },
	})
}

func (n *node) reseal(ctx context.Context) (reseal.Resealing, error) {
	if err := n.rights.Flush(ctx); err != nil {
		return reseal.Resealing{}, err
	}
	return reseal.Run(ctx, reseal.Options{Store: n.store, Keys: n.keys, Random: random, Clock: n.now, Rewrites: []reseal.Rewrite{admin.Reseal, hooks.Reseal, rights.Reseal}})
}

// How long a check, and a visitor who writes, wait for what only the store knows.
const checkPatience, writePatience = 90 * time.Millisecond, 100 * time.Millisecond

func wordsHash(site *consent.Site, regime law.Regime, locale string) string {
	rules := site.Rules(regime.Terms, consent.Place{})
	return bundle.WordsHash(bundle.Words(site, regime, rules, locale))
}

func closeAfter(err error, store consent.Store) error {
	if closing := store.Close(); closing != nil {
		return fmt.Errorf("%w (and the store did not close: %w)", err, closing)
	}
	return err
}

// open picks the store, Redis when one is named, else the embedded file, and
// puts the node's own log before it.
func (c *serveCmd) open(ctx context.Context, log *slog.Logger, keys *consent.Keyring, now func() time.Time) (*outbox.Outbox, error) {
	if len(c.Redis) == 0 && c.Ack != string(consent.StoredLocal) {
		return nil, consent.Fail(consent.Invalid, "--ack "+c.Ack+" is asked for, but no Redis is named", "name one with --redis, or leave --ack out")
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience())
	defer cancel()
	var store consent.Store
	var err error
	if len(c.Redis) == 0 {
		store, err = boltstore.Open(filepath.Join(c.DataDir, "consent.db"), boltstore.Options{})
	} else {
		redisstore.LogTo(log, now)
		store, err = redisstore.Open(ctx, redisstore.Options{URLs: c.Redis, Logger: log, Tries: redisTries, Late: true})
	}
	if err != nil {
		return nil, err
	}
	size, _ := diskSize(c.DataDir)
	segment, reserve := logSizes(size)
	box, err := outbox.Open(ctx, outbox.Options{
		SegmentSize: segment, Reserve: reserve,
		Dir: filepath.Join(c.DataDir, "log"), Copied: []string{publish.KindCatalog}, Inner: store, Clock: now, Random: random, Keys: keys, Log: log, Ack: consent.Level(c.Ack),
	})
	if err != nil {
		return nil, closeAfter(err, store)
	}
	return box, nil
}

// logSizes are the sizes of the node log's files and of its reserve on a disk
// of so many bytes. What the log takes of a small one the store has no room for
// later; 0 leaves the usual sizes.
func logSizes(disk uint64) (segment int, reserve int64) {
	const large, parts, least = 1 << 30, 64, 256 << 10
	if disk == 0 || disk >= large {
		return 0, 0
	}
	part := max(disk/parts, least)
	return int(part), int64(2 * part)
}

// maxDemoOrigins is below what a site may have.
const maxDemoOrigins = 48

// seed publishes the demo site; an unchanged one makes no new edition, and one
// that was edited, archived or deleted in the dashboard is left alone.
func (c *serveCmd) seed(ctx context.Context, desk *publish.Desk, addr net.Addr) error {
	raw, err := web.DemoSite()
	if err != nil {
		return fmt.Errorf("read the demo site: %w", err)
	}
	var site consent.Site
	if err := json.Unmarshal(raw, &site); err != nil {
		return fmt.Errorf("decode the demo site: %w", err)
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return fmt.Errorf("find the port: %w", err)
	}
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		site.Origins = append(site.Origins, "http://"+net.JoinHostPort(host, port))
	}
	if live, err := desk.Live(site.ID); err == nil {
		ours := site.Origins
		if !slices.ContainsFunc(ours, func(o string) bool { return !slices.Contains(live.Site.Origins, o) }) {
			return nil
		}
		site = live.Site
		site.Origins = slices.Clone(live.Site.Origins)
		for _, o := range ours {
			if !slices.Contains(site.Origins, o) {
				site.Origins = append(site.Origins, o)
			}
		}
		site.Origins = withoutOldPorts(site.Origins)
	} else if _, err := desk.Newest(site.ID); err == nil {
		return nil
	}
	_, _, err = desk.Publish(ctx, site, publish.How{By: "seed", Note: "Demo site"})
	return err
}

// withoutOldPorts drops the oldest addresses of this machine where a demo that
// was often started on another port has more origins than a site may have.
func withoutOldPorts(origins []string) []string {
	for i := 0; len(origins) > maxDemoOrigins && i < len(origins); {
		u, err := url.Parse(origins[i])
		if host := u.Hostname(); err == nil && (host == "localhost" || host == "127.0.0.1" || host == "::1") {
			origins = slices.Delete(origins, i, i+1)
			continue
		}
		i++
	}
	return origins
}
