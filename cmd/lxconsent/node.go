package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/dashboard"
	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/gate"
	"github.com/leadiumx/consent/server/publish"
	"github.com/leadiumx/consent/server/redisstore"
	"github.com/leadiumx/consent/server/script"
	"github.com/leadiumx/consent/server/web"
)

// node is one wired server.
type node struct {
	store   consent.Store
	publish *publish.Desk
	admin   *admin.Desk
	server  *web.Server
}

func (c *serveCmd) build(ctx context.Context, log *slog.Logger, addr net.Addr) (*node, error) {
	now := clock()
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	laws, err := law.Load()
	if err != nil {
		return nil, fmt.Errorf("load the law table: %w", err)
	}
	places, geoReady, err := c.places()
	if err != nil {
		return nil, err
	}
	store, err := c.open(ctx, log)
	if err != nil {
		return nil, err
	}
	n := &node{store: store}
	fail := func(err error) (*node, error) { return nil, closeAfter(err, store) }
	keys, err := openKeys(c.KeyFile, random)
	if err != nil {
		return fail(err)
	}
	if n.admin, err = admin.New(admin.Options{Vault: store, Clock: now, Random: random, Token: token}); err != nil {
		return fail(err)
	}
	var scripts *script.Desk
	n.publish = publish.New(publish.Options{
		Store: store, Clock: now, Locales: bundle.Locales(), Log: log,
		Trial: func(e *consent.Edition) error { return scripts.Trial(e) },
	})
	scripts = script.New(script.Options{Editions: n.publish, Laws: laws, Keys: keys, Clock: now, CacheSize: 512})
	if err := n.publish.Load(ctx); err != nil {
		return fail(err)
	}
	if c.Demo {
		if err := c.seed(ctx, n.publish, addr); err != nil {
			return fail(err)
		}
	}
	files, built := dashboard.Files()
	if !built {
		files = nil
	}
	budget := 600
	if c.Limits == "off" {
		budget = 0
	}
	n.server = web.New(web.Options{
		Scripts: scripts, Publish: n.publish, Admin: n.admin, Places: places, GeoReady: geoReady,
		Collect: collect.New(collect.Options{
			Records: store, Editions: n.publish, Laws: laws, Keys: keys, Clock: now, Random: random,
			WordsHash: wordsHash,
		}),
		Gate:    gate.New(gate.Options{Records: store, Editions: n.publish, Laws: laws, Keys: keys, Clock: now, Patience: 100 * time.Millisecond}),
		Records: store, Ping: store.Ping, Clock: now, Log: log, Words: bundle.BuiltIn, Locales: bundle.Locales(),
		Version: version, PublicURL: c.PublicURL, Dashboard: files, Missing: dashboard.Missing(),
		Demo: c.Demo, EdgeCache: c.EdgeCache, Budget: budget,
	})
	return n, nil
}

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

// open picks the store: Redis when one is named, else the embedded file.
func (c *serveCmd) open(ctx context.Context, log *slog.Logger) (consent.Store, error) {
	if len(c.Redis) == 0 {
		if c.Ack == "redis" {
			return nil, consent.Fail(consent.Invalid, "--ack redis is asked for, but no Redis is named", "name one with --redis, or leave --ack out")
		}
		return boltstore.Open(filepath.Join(c.DataDir, "consent.db"), boltstore.Options{})
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return redisstore.Open(ctx, redisstore.Options{URLs: c.Redis, Logger: log})
}

func (c *serveCmd) places() (web.Locator, bool, error) {
	scheme, err := geo.ParseScheme(c.GeoHeaders)
	if err != nil {
		return nil, false, err
	}
	trust, err := geo.ParseTrust(c.TrustedProxies)
	if err != nil {
		return nil, false, err
	}
	var db *geo.DB
	if len(c.Geoip) > 0 {
		if db, err = geo.Open(c.Geoip...); err != nil {
			return nil, false, err
		}
	}
	return geo.New(db, scheme, trust), db != nil || c.GeoHeaders != "none", nil
}

// seed publishes the demo site; an unchanged one makes no new edition, and one
// that was edited in the dashboard is left alone.
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
		site = live.Site
		site.Origins = slices.Clone(live.Site.Origins)
		for _, o := range ours {
			if !slices.Contains(site.Origins, o) {
				site.Origins = append(site.Origins, o)
			}
		}
	}
	_, _, err = desk.Publish(ctx, site, "seed", "Demo site")
	return err
}
