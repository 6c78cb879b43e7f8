package geo

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/leadiumx/consent/consent"
)

// The sources that Locate names.
const (
	SourceNone     = "none"     // nobody knew the place
	SourceHeader   = "header"   // a trusted edge wrote it
	SourceDatabase = "database" // the client's address gave it
)

// forwardedHeader is the one header that names the hops of a request.
const forwardedHeader = "X-Forwarded-For"

// Locator finds the place of a request. It is safe for concurrent use.
type Locator struct {
	db     *DB
	scheme Scheme
	trust  Trust
	// log hears once of a proxy that seems to be forgotten; nil does not.
	log  *slog.Logger
	told atomic.Bool
}

// New makes a Locator. A nil db knows no address.
func New(db *DB, scheme Scheme, trust Trust) *Locator {
	return &Locator{db: db, scheme: scheme, trust: trust}
}

// LogTo has the log told once of a peer that is not trusted, yet speaks for others
// as a proxy does. It is to be called before the first Locate.
func (l *Locator) LogTo(log *slog.Logger) { l.log = log }

// Locate returns the place of a request, the address of its client, and the
// source of the place. Headers count only from a trusted peer. Where the edge
// says that it does not know the place, the address is not asked: it would
// give the place of an exit node. Where it does, a database can only take the
// place away, by marking the address as anonymous. An address that is itself a trusted proxy
// is nobody's place.
func (l *Locator) Locate(peer netip.Addr, h http.Header) (place consent.Place, client netip.Addr, source string) {
	client = plain(peer)
	if l.trust.Trusts(client) {
		client = l.trust.ClientAddr(client, h.Values(forwardedHeader))
		edge := l.trust.Trusts(client)
		if l.scheme.Present(h) {
			place = l.scheme.FromHeaders(h)
			if !edge && l.db.hides(client) {
				place = consent.Place{}
			}
			return named(place, client, SourceHeader)
		}
		if edge {
			return consent.Place{}, client, SourceNone
		}
	} else if l.log != nil && !l.told.Load() {
		l.notice(client, h)
	}
	return named(l.db.Locate(client), client, SourceDatabase)
}

// notice tells of a peer that stands where only the operator's own machines do. To
// its headers nobody listens: all of its visitors count as one, at an address that
// has no place. Anybody else may send such headers, and is a visitor. The log is told
// the network and no more, as of everybody.
func (l *Locator) notice(peer netip.Addr, h http.Header) {
	bits := peer.BitLen()
	switch {
	case peer.IsLoopback():
	case peer.IsPrivate() || peer.IsLinkLocalUnicast():
		bits = map[int]int{32: 24, 128: 48}[bits]
	default:
		return
	}
	name := ""
	switch {
	case len(h[forwardedHeader]) > 0:
		name = forwardedHeader
	case l.scheme.Present(h):
		name = l.scheme.Headers()[0]
	}
	network, err := peer.Prefix(bits)
	if name == "" || err != nil || l.told.Swap(true) {
		return
	}
	l.log.Warn("somebody in a private network speaks for visitors, but is not trusted: to the server, all that come this way are one visitor without a place",
		"network", network, "header", name, "fix", "if a proxy of yours stands there, name its address or network in --trusted-proxies")
}

func named(p consent.Place, client netip.Addr, source string) (consent.Place, netip.Addr, string) {
	if !p.Known() {
		source = SourceNone
	}
	return p, client, source
}

// Trusts reports whether a peer may speak for others.
func (l *Locator) Trusts(peer netip.Addr) bool { return l.trust.Trusts(peer) }

// Headers names the request headers in which the edge writes the place.
func (l *Locator) Headers() []string { return l.scheme.Headers() }

// Source names where places come from at best.
func (l *Locator) Source() string {
	switch {
	case l.scheme.Reads():
		return SourceHeader
	case l.db.Knows():
		return SourceDatabase
	default:
		return SourceNone
	}
}

// Ready reports whether places can be found, and every database is in use as
// it now is on disk.
func (l *Locator) Ready() bool {
	return l.db.Err() == nil && (l.scheme.Reads() || l.db.Knows())
}
