package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
)

type geoUpdateCmd struct {
	Account        string `help:"Number of your MaxMind account." placeholder:"ID"`
	LicenseKeyFile string `help:"File with the licence key of the account." placeholder:"FILE" type:"path"`
	Edition        string `default:"GeoLite2-City" help:"Edition to fetch."`
	Out            string `help:"Where the database goes; a running server takes it into use." placeholder:"FILE" type:"path"`
	URL            string `name:"url" default:"https://download.maxmind.com" help:"Server to fetch from." hidden:""`
}

// Run fetches the edition if there is a newer one. The file is replaced at
// once or not at all.
func (c *geoUpdateCmd) Run(ctx context.Context, s streams) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	u, err := c.updater()
	if err != nil {
		return err
	}
	fresh, err := u.update(ctx, c.Out)
	if err != nil {
		return err
	}
	if !fresh {
		_, err = fmt.Fprintf(s.out, "%s: nothing new since %s\n", c.Edition, u.since(c.Out).UTC().Format(time.DateOnly))
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: wrote %s, released %s\n", c.Edition, c.Out, u.since(c.Out).UTC().Format(time.DateOnly))
	return err
}

const signUp = "make a free account at https://www.maxmind.com/en/geolite2/signup, then give --account and a --license-key-file"

func (c *geoUpdateCmd) updater() (*updater, error) {
	if c.Account == "" || c.LicenseKeyFile == "" {
		return nil, consent.Fail(consent.Invalid, "no MaxMind account is named", signUp)
	}
	if c.Out == "" {
		return nil, consent.Fail(consent.Invalid, "no file to write is named", "give --out, for example --out ./data/"+c.Edition+".mmdb")
	}
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,60}$`).MatchString(c.Edition) {
		return nil, consent.Fail(consent.Invalid, "that is not the name of an edition", "write it as GeoLite2-City or GeoLite2-Country")
	}
	raw, err := os.ReadFile(c.LicenseKeyFile)
	if err != nil {
		return nil, unread("the licence key file", c.LicenseKeyFile, err)
	}
	key := strings.TrimSpace(string(raw))
	if key == "" || strings.ContainsAny(key, " \t\r\n") {
		return nil, consent.Fail(consent.Invalid, "the licence key file does not hold one key", "put the key alone into the file")
	}
	base, err := url.Parse(c.URL)
	if err != nil || base.Host == "" || !sealed(base) {
		return nil, consent.Fail(consent.Invalid, "the licence key may only be sent over https", "give --url as https://…")
	}
	return &updater{
		base: strings.TrimSuffix(c.URL, "/"), edition: c.Edition, account: c.Account, key: key,
		archiveLimit: 512 << 20, databaseLimit: 1 << 30,
		client: &http.Client{CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 5 || !sealed(r.URL) {
				return errors.New("the server redirects to a place that is not safe")
			}
			return nil
		}},
	}, nil
}

// sealed reports whether nobody between here and there can read along.
func sealed(u *url.URL) bool {
	if u.Scheme == "https" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && ip != nil && ip.IsLoopback()
}

// updater fetches one edition.
type updater struct {
	base, edition, account, key string
	archiveLimit, databaseLimit int64
	client                      *http.Client
}

// since is when the file in use was released, the zero time when there is none
// that could stay in use.
func (u *updater) since(name string) time.Time {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	if _, err := geo.Open(name); err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// update reports whether it wrote a newer file. Nothing that it fetched is
// under its final name before it has been verified as a whole.
func (u *updater) update(ctx context.Context, name string) (fresh bool, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(name), ".geo-update-*")
	if err != nil {
		return false, unwritten("the database", name, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	archive, database := filepath.Join(dir, "archive"), filepath.Join(dir, u.edition+".mmdb")
	got, err := u.fetch(ctx, archive, u.since(name))
	if err != nil || !got.fresh {
		return false, err
	}
	want, err := u.checksum(ctx)
	if err != nil {
		return false, err
	}
	if got.sum != want {
		return false, consent.Fail(consent.Unavailable, "the archive does not match its checksum: it was damaged on the way, or replaced while it was fetched", "try again; the file in use was not touched")
	}
	sum, err := unpack(archive, u.edition+".mmdb", database, u.databaseLimit)
	if err != nil {
		return false, err
	}
	db, err := geo.Open(database)
	if err != nil {
		return false, err
	}
	if e := db.Editions()[0]; e != u.edition {
		return false, consent.Fail(consent.Unavailable, "the archive holds the edition "+e+" in place of "+u.edition, "try again later; the file in use was not touched")
	}
	if !got.released.IsZero() {
		if err := os.Chtimes(database, got.released, got.released); err != nil {
			return false, fmt.Errorf("date the database: %w", err)
		}
	}
	side := database + geo.ChecksumSuffix
	if err := os.WriteFile(side, []byte(sum+"  "+filepath.Base(name)+"\n"), 0o644); err != nil {
		return false, fmt.Errorf("write the checksum: %w", err)
	}
	// Between the two renames the checksum fits neither file; a server that
	// looks just then keeps what it has in memory and looks again.
	if err := os.Rename(side, name+geo.ChecksumSuffix); err != nil {
		return false, fmt.Errorf("put the checksum in place: %w", err)
	}
	if err := os.Rename(database, name); err != nil {
		return false, fmt.Errorf("put the database in place: %w", err)
	}
	return true, nil
}
