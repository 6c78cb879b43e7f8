package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/leadiumx/consent/consent"
)

// download is what fetch brought.
type download struct {
	fresh    bool
	released time.Time
	sum      string
}

// fetch writes the archive, unless it is no newer than since.
func (u *updater) fetch(ctx context.Context, to string, since time.Time) (download, error) {
	res, err := u.get(ctx, "tar.gz", since)
	if err != nil {
		return download{}, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotModified {
		return download{}, nil
	}
	released, err := http.ParseTime(res.Header.Get("Last-Modified"))
	if err != nil {
		// Without a date the next update fetches again, which is safe.
		released = time.Time{}
	}
	f, err := os.Create(to)
	if err != nil {
		return download{}, fmt.Errorf("make the archive: %w", err)
	}
	hash := sha256.New()
	err = limited(io.MultiWriter(f, hash), res.Body, u.archiveLimit)
	if err = errors.Join(err, f.Close()); err != nil {
		return download{}, unavailable("the archive could not be fetched", err)
	}
	return download{fresh: true, released: released, sum: hex.EncodeToString(hash.Sum(nil))}, nil
}

// checksum fetches what the archive must hash to.
func (u *updater) checksum(ctx context.Context) (string, error) {
	res, err := u.get(ctx, "tar.gz.sha256", time.Time{})
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var text strings.Builder
	if err := limited(&text, res.Body, 4<<10); err != nil {
		return "", unavailable("the checksum could not be fetched", err)
	}
	digits, _, _ := strings.Cut(strings.TrimSpace(text.String()), " ")
	if raw, err := hex.DecodeString(digits); err != nil || len(raw) != sha256.Size {
		return "", consent.Fail(consent.Unavailable, "the server sent something else than a checksum", "try again later; the file in use was not touched")
	}
	return strings.ToLower(digits), nil
}

// get sends one request. An answer other than 200 and 304 is an error that
// says what to do.
func (u *updater) get(ctx context.Context, suffix string, since time.Time) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.base+"/geoip/databases/"+u.edition+"/download?suffix="+suffix, nil)
	if err != nil {
		return nil, consent.Errorf(consent.Invalid, "the address to fetch from is not valid: %w", err)
	}
	req.SetBasicAuth(u.account, u.key)
	if !since.IsZero() {
		req.Header.Set("If-Modified-Since", since.UTC().Format(http.TimeFormat))
	}
	res, err := u.client.Do(req)
	if err != nil {
		return nil, unavailable("the download server cannot be reached: is this machine online?", err)
	}
	if res.StatusCode == http.StatusOK || (res.StatusCode == http.StatusNotModified && !since.IsZero()) {
		return res, nil
	}
	res.Body.Close()
	switch res.StatusCode {
	case http.StatusUnauthorized:
		return nil, consent.Fail(consent.Unauthorized, "the download server does not accept the account and its licence key", "check --account, and that the key in the file is the one of that account")
	case http.StatusForbidden:
		return nil, consent.Fail(consent.Forbidden, "the account may not fetch "+u.edition, "accept the licence of the edition in the account, or choose another --edition")
	case http.StatusNotFound:
		return nil, consent.Fail(consent.NotFound, "the download server does not have "+u.edition, "choose --edition GeoLite2-City or GeoLite2-Country")
	case http.StatusTooManyRequests:
		return nil, consent.Fail(consent.Unavailable, "the account has fetched too often today", "try again tomorrow; once or twice a week is enough")
	}
	return nil, consent.Fail(consent.Unavailable, fmt.Sprintf("the download server answered with status %d", res.StatusCode), "try again later; the file in use was not touched")
}

func unavailable(cause string, err error) *consent.Error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &consent.Error{Code: consent.Unavailable, Cause: "there is no room for the archive and the database beside the file of --out", Fix: "free some space there; the file in use was not touched", Err: err}
	}
	return &consent.Error{Code: consent.Unavailable, Cause: cause, Fix: "try again later; the file in use was not touched", Err: err}
}

// unpack writes the one file of an archive that is called base and returns its
// SHA-256 checksum. Where an archive says its files belong is not listened to.
func unpack(archive, base, to string, limit int64) (sum string, err error) {
	broken := func(err error) error {
		return unavailable("the archive cannot be unpacked", err)
	}
	f, err := os.Open(archive)
	if err != nil {
		return "", fmt.Errorf("open the archive: %w", err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return "", broken(err)
	}
	// What else the archive holds is small: the limit ends a flood of it too.
	entries := tar.NewReader(io.LimitReader(unzipped, limit+1<<20))
	for {
		h, err := entries.Next()
		switch {
		case errors.Is(err, io.EOF) && sum == "":
			return "", broken(fmt.Errorf("there is no %s in it", base))
		case errors.Is(err, io.EOF):
			return sum, nil
		case err != nil:
			return "", broken(err)
		case path.Ext(h.Name) != ".mmdb":
			continue
		case h.Typeflag != tar.TypeReg || path.Base(h.Name) != base:
			return "", broken(fmt.Errorf("it holds an unexpected %q", h.Name))
		case sum != "":
			return "", broken(fmt.Errorf("it holds more than one %s", base))
		}
		if sum, err = extract(to, entries, limit); err != nil {
			return "", broken(err)
		}
	}
}

func extract(to string, from io.Reader, limit int64) (sum string, err error) {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	err = limited(io.MultiWriter(f, hash), from, limit)
	if err == nil {
		err = f.Sync()
	}
	return hex.EncodeToString(hash.Sum(nil)), errors.Join(err, f.Close())
}

// limited copies at most limit bytes; more is an error.
func limited(to io.Writer, from io.Reader, limit int64) error {
	n, err := io.Copy(to, io.LimitReader(from, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("it is larger than %d bytes", limit)
	}
	return err
}
