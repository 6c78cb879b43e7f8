package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/listen"
	"github.com/leadiumx/consent/server/web"
)

type serveCmd struct {
	Listen         string   `default:":8080" help:"Address to listen on."`
	DataDir        string   `default:"./data" help:"Folder of the embedded store and the keys." type:"path"`
	Redis          []string `help:"Redis URLs; none uses the embedded store." placeholder:"URL"`
	Geoip          []string `help:"MaxMind-format databases; read again when they change." placeholder:"FILE" type:"path"`
	GeoHeaders     string   `default:"none" help:"Geo headers of the edge: none, cloudflare, cloudfront, fastly, vercel, netlify, akamai, google-lb, app-engine, azure or custom:COUNTRY,REGION."`
	TrustedProxies []string `help:"Networks whose forwarded and geo headers count; none trusts nobody." placeholder:"CIDR"`
	PublicURL      string   `help:"Address under which visitors reach this server." placeholder:"URL" env:"LXCONSENT_PUBLIC_URL"`
	Ack            string   `default:"local" enum:"local,redis,replica" help:"What an answered write should have reached: local, redis or replica."`
	Limits         string   `default:"on" enum:"on,off" help:"Budgets against floods: on or off."`
	KeyFile        string   `help:"File of the signing keys; default is keys in the data folder. Every node needs the same." type:"path"`
	EdgeCache      bool     `help:"Let a shared cache keep scripts. Its key must hold the geo headers, the language and Sec-GPC."`
	AccessLog      bool     `help:"Log every request, not only those that failed. No line holds an address or a query."`
	WebhookAllow   []string `name:"webhook-allow" help:"Networks that webhooks may reach although they are not public, also without TLS." placeholder:"CIDR"`
	Demo           bool     `help:"Serve the demo site under /demo/."`
	APITokenFile   string   `name:"api-token-file" help:"File with the operator's API token, at least 32 characters." type:"path"`
	MetricsListen  string   `help:"Address of a listener of its own for Prometheus, under /metrics; none serves no metrics." placeholder:"ADDR"`
	APIToken       string   `name:"api-token" hidden:"" env:"LXCONSENT_API_TOKEN"`
}

// insightEvery is how often statistics are handed over.
const insightEvery = 5 * time.Second

// publicURL spells the address of a server as browsers spell an origin: in small
// letters, and without the port that goes without saying.
func publicURL(flag, s string) (string, error) {
	s = strings.ToLower(strings.TrimSuffix(s, "/"))
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Scheme+"://"+u.Host != s || u.Hostname() == "" {
		return "", consent.Fail(consent.Invalid, flag+" is not the address of a server", "write it as https://consent.example.com, without a path")
	}
	return strings.TrimSuffix(s, map[string]string{"http": ":80", "https": ":443"}[u.Scheme]), nil
}

// Run serves until the context ends, then finishes the requests in flight.
func (c *serveCmd) Run(ctx context.Context, s streams) error {
	log := slog.New(slog.NewJSONHandler(s.err, nil))
	listener, err := listenOn("--listen", c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if c.PublicURL == "" {
		c.PublicURL = localURL(listener.Addr())
	}
	if c.PublicURL, err = publicURL("--public-url", c.PublicURL); err != nil {
		return err
	}
	c.KeyFile = keyPath(c.KeyFile, c.DataDir)
	if err := usable(c.DataDir); err != nil {
		return err
	}
	defer runtime.KeepAlive(widenHeap(os.Getenv("GOGC")))
	n, err := c.build(ctx, log, listener.Addr(), s)
	if err != nil {
		return err
	}
	defer func() {
		if err := n.store.Close(); err != nil {
			log.Error("the store did not close cleanly", "error", err)
		}
	}()
	watch, stopWatch := context.WithCancel(ctx)
	defer stopWatch()
	n.places.follow(watch, log)
	followKeys(watch, c.KeyFile, n.keys, log)
	warnOfMode(c.KeyFile, log)
	if c.MetricsListen != "" {
		if err := n.serveMetrics(watch, c.MetricsListen, log); err != nil {
			return err
		}
	}
	if err := c.greet(ctx, s, n); err != nil {
		return err
	}
	go n.publish.Watch(watch, time.Second)
	jobs := c.work(watch, n, log)
	defer jobs.Wait()
	if len(c.Redis) > 0 {
		jobs.Go(func() { c.watchPeople(watch, n.store, log) })
	}
	if n.late {
		jobs.Go(func() { c.arriveLater(watch, s, n, log, listener.Addr()) })
	}
	counted := make(chan struct{})
	go func() {
		defer close(counted)
		n.insight.Run(watch, insightEvery)
	}()
	// Before the store closes: what was counted is handed over.
	defer func() {
		stopWatch()
		<-counted
	}()
	return listenUntil(ctx, listener, n.server.Handler(), log)
}

// httpServer is a server that no slow or talkative client holds up.
func httpServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 15 * time.Second, IdleTimeout: 60 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// listenUntil serves until the context ends; a stop takes at most 4 seconds, and
// the store may take a few more.
func listenUntil(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := httpServer(h, log)
	failed := make(chan error, 1)
	go func() { failed <- listen.Serve(server, l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping")
	// The context has ended; the grace period needs one of its own.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		// Whoever still sends is cut: nothing of theirs was acknowledged.
		log.Warn("requests were cut at the stop", "error", err)
		return server.Close()
	}
	return nil
}

// greet prints what somebody who has just started the server wants to open.
func (c *serveCmd) greet(ctx context.Context, s streams, n *node) error {
	dashboard, err := c.dashboardLink(ctx, n)
	if err != nil {
		return err
	}
	site := "SITE"
	if ids := n.publish.Sites(); len(ids) > 0 {
		site = ids[0]
	}
	out := fmt.Sprintf("\nLeadiumX Consent %s\n\n  Site       %s\n", version, c.PublicURL)
	if c.Demo {
		site = "demo"
		out += fmt.Sprintf("  Demo page  %s/demo/\n", c.PublicURL)
	}
	out += fmt.Sprintf("  Dashboard  %s\n  Embed tag  %s\n\n", dashboard, web.Tag(c.PublicURL, site))
	_, err = fmt.Fprint(s.out, out)
	return err
}

// dashboardLink signs the first owner in. Once an owner has a password, nobody
// needs a link that opens everything.
func (c *serveCmd) dashboardLink(ctx context.Context, n *node) (string, error) {
	if n.late {
		return c.PublicURL + "/dashboard/   (once Redis answers)", nil
	}
	owned, err := n.admin.HasOwner(ctx)
	if err != nil {
		return "", fmt.Errorf("look for an owner: %w", err)
	}
	if owned {
		return c.PublicURL + "/dashboard/", nil
	}
	setup, err := n.admin.NewSetup(ctx)
	if err != nil {
		return "", fmt.Errorf("make a setup link: %w", err)
	}
	return c.PublicURL + "/dashboard/#setup=" + setup + "   (works once, for 30 minutes)", nil
}

// localURL names a listening address as a browser on this machine reaches it.
func localURL(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return "http://" + a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// random is where keys, tokens and names come from.
var random = rand.Reader
