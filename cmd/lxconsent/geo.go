package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/server/web"
)

// places is what serve knows about where visitors are.
type places struct {
	*geo.Locator
	db *geo.DB
}

func (c *serveCmd) places() (*places, error) {
	scheme, err := geo.ParseScheme(c.GeoHeaders)
	if err != nil {
		return nil, err
	}
	trust, err := geo.ParseTrust(c.TrustedProxies)
	if err != nil {
		return nil, err
	}
	p := &places{}
	if len(c.Geoip) > 0 {
		if p.db, err = geo.Open(c.Geoip...); err != nil {
			return nil, err
		}
	}
	p.Locator = geo.New(p.db, scheme, trust)
	return p, nil
}

// look is how often the location databases are looked at for changes.
const look = 2 * time.Second

// follow starts to take changed location databases into use, until the
// context ends. Without a database it does nothing, and a hang-up ends the
// server as it ends any program.
func (p *places) follow(ctx context.Context, log *slog.Logger) {
	if p.db == nil {
		return
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangups)
		ticker := time.NewTicker(look)
		defer ticker.Stop()
		p.db.Follow(ctx, ticker.C, hangups, log)
	}()
}

type geoCmd struct {
	Lookup geoLookupCmd `cmd:"" help:"Where an address is."`
	Update geoUpdateCmd `cmd:"" help:"Fetch a location database from MaxMind, with your account."`
}

type geoLookupCmd struct {
	IP    string   `arg:"" help:"The address."`
	Geoip []string `required:"" help:"MaxMind-format databases." placeholder:"FILE" type:"path"`
	JSON  bool     `name:"json" help:"Print JSON."`
}

// Run prints the place of an address; empty strings when it is unknown.
func (c *geoLookupCmd) Run(s streams) error {
	addr, err := netip.ParseAddr(c.IP)
	if err != nil {
		return consent.Fail(consent.Invalid, "that is not an IP address", "write it as 192.0.2.1 or 2001:db8::1")
	}
	db, err := geo.Open(c.Geoip...)
	if err != nil {
		return err
	}
	p := db.Locate(addr)
	source := geo.SourceDatabase
	if !p.Known() {
		source = geo.SourceNone
	}
	if c.JSON {
		return printJSON(s, map[string]string{"country": p.Country, "subdivision": p.Subdivision, "source": source})
	}
	_, err = fmt.Fprintln(s.out, p)
	return err
}

// edgeSchemes are the headers of every edge that --geo-headers names.
func edgeSchemes() []web.EdgeScheme {
	var list []web.EdgeScheme
	for _, name := range geo.SchemeNames() {
		s, err := geo.ParseScheme(name)
		if err == nil && s.Reads() {
			list = append(list, web.EdgeScheme{Name: name, Headers: s.Headers(), Place: s.FromHeaders})
		}
	}
	return list
}
