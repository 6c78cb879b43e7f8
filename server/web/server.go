// Package web is the only package that knows HTTP and Echo. A handler decodes,
// makes one call and encodes; no rule of the domain lives here.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/budget"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/feed"
	"github.com/leadiumx/consent/server/gate"
	"github.com/leadiumx/consent/server/hooks"
	"github.com/leadiumx/consent/server/insight"
	"github.com/leadiumx/consent/server/metrics"
	"github.com/leadiumx/consent/server/publish"
	"github.com/leadiumx/consent/server/reseal"
	"github.com/leadiumx/consent/server/rights"
	"github.com/leadiumx/consent/server/script"
)

// Locator says where a request comes from.
type Locator interface {
	// Locate returns the visitor's place, the client's address and the source
	// of the place.
	Locate(peer netip.Addr, h http.Header) (consent.Place, netip.Addr, string)
	// Trusts reports whether a peer may speak for others.
	Trusts(peer netip.Addr) bool
	// Headers names the request headers in which an edge writes the place.
	Headers() []string
	// Source names where places come from at best, "none" if from nowhere.
	Source() string
	// Ready reports whether places can be found at all, from sources that are
	// in order.
	Ready() bool
}

// Options are what a Server needs.
type Options struct {
	Scripts *script.Desk
	Collect *collect.Desk
	Gate    *gate.Desk
	Publish *publish.Desk
	Admin   *admin.Desk
	Insight *insight.Desk
	Places  Locator
	Rights  *rights.Desk
	Feed    *feed.Desk
	Hooks   *hooks.Desk
	Keys    *consent.Keyring
	Records consent.Records
	Ledger  Ledger
	// Evidence is what records are looked up in.
	Evidence Evidence
	Ping     func(context.Context) error
	// StoreAway reports whether decisions wait for the store in the node's log.
	StoreAway func() bool
	Clock     func() time.Time
	// AccessLog logs every request; otherwise only those that failed are.
	AccessLog bool
	Log       *slog.Logger
	Words     func(locale string) (map[string]string, bool)
	Locales   []string
	Version   string
	// PublicURL is the address that visitors see, without a final slash.
	PublicURL string
	// Dashboard holds the built dashboard, nil when it was not built.
	Dashboard fs.FS
	// Missing is the page that says how to build the dashboard.
	Missing []byte
	// Demo serves the demo site under /demo/ and lets its visitors be simulated.
	Demo bool
	// EdgeCache marks scripts as public for a shared cache whose key holds
	// everything that they depend on.
	EdgeCache bool
	// Backup writes all that the store holds.
	Backup func(context.Context, io.Writer) error
	// Reseal seals again what was sealed under earlier keys.
	Reseal func(context.Context) (reseal.Resealing, error)
	// Metrics counts requests, writes and decisions; nil counts nothing.
	Metrics *metrics.Metrics
	// State measures this node; nil measures nothing.
	State func() metrics.State
	// Laws is the table of laws, for looking things up.
	Laws *law.Table
	// EdgeSchemes are the geo headers that edges are known to send.
	EdgeSchemes []EdgeScheme
	// Limits are the budgets of consent writes.
	Limits Limits
}

// Server answers HTTP.
type Server struct {
	o       Options
	echo    *echo.Echo
	demo    *demo
	budgets *budgets
	started time.Time
	// made is when the server was made, by the clock that only measures.
	made    time.Time
	beacons *budget.Meter[netip.Prefix]
	meters  map[meterKey]*metrics.Route
	rooms   rooms
	labels  labels
	ids     requestIDs
	fixed   fixedHeaders
	choices choices
	// templates are of the pages that the server itself makes.
	templates templates
	// writing and asking bound consent writes, and checks by an API key.
	writing, asking *deadlines
	// described is the document of the API, schema that of the site document, both
	// made when somebody asks first.
	described, schema func() ([]byte, error)
}

type templates struct{ demo, privacy, preview *template.Template }

// newTemplates reads what is built into the program; the tests see all of it.
func newTemplates() templates {
	return templates{
		demo:    template.Must(template.ParseFS(demoFiles, "demo/index.html")),
		privacy: template.Must(template.ParseFS(privacyFiles, "privacy/page.html")),
		preview: template.Must(template.New("preview").Parse(previewHTML)),
	}
}

// New makes a server; use Handler with an http.Server that has timeouts.
func New(o Options) *Server {
	s := &Server{o: o, echo: echo.New(), demo: newDemo(), budgets: newBudgets(o.Limits, o.Clock),
		beacons: budget.New[netip.Prefix](o.Limits.Beacons, maxNetworks, o.Clock),
		made:    time.Now(), ids: newRequestIDs(), fixed: newFixedHeaders(), writing: orLater(deadline), templates: newTemplates(),
	}
	s.described = sync.OnceValues(func() ([]byte, error) { return json.Marshal(s.OpenAPI()) })
	s.schema = sync.OnceValues(SiteSchema)
	if o.Gate != nil {
		s.asking = orEarlier(o.Gate.Patience())
	}
	if o.Clock != nil {
		s.started = o.Clock()
	}
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	// The extractor is set so that Echo never reads a forwarded header; the
	// client's address comes from Places alone.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.fail
	around := s.around
	e.Use(func(echo.HandlerFunc) echo.HandlerFunc { return around })
	s.meters = newMeters(o.Metrics, append(s.routes(), s.pages()...))
	for _, r := range s.routes() {
		handle := s.guard(r)
		switch {
		case r.media == mediaHTML:
			handle = referring(s.fixed.referrer, handle)
		case !terse(r.path):
			handle = referring(s.fixed.noReferrer, handle)
		}
		e.Add(r.method, r.path, handle)
		if r.method == http.MethodGet && r.path != gatePath {
			// The server leaves the body out by itself.
			e.HEAD(r.path, handle)
		}
	}
	// Echo answers it with 204. A proxy that asks with the visitor's own method
	// would take that for a yes.
	e.OPTIONS(gatePath, func(c echo.Context) error {
		c.Response().Header().Set("Allow", "GET, HEAD")
		return echo.ErrMethodNotAllowed
	})
	for _, r := range s.pages() {
		e.Add(r.method, r.path, referring(s.fixed.referrer, r.handle))
		if r.method == http.MethodGet {
			e.HEAD(r.path, referring(s.fixed.referrer, r.handle))
		}
	}
	return s
}

// Handler returns the whole HTTP surface.
func (s *Server) Handler() http.Handler { return s.echo }

func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problemOf(err)
	if known, _ := c.Get("principal").(admin.Principal); p.Code == consent.Unavailable && (known.Kind == "" || known.Kind == byNobody) {
		p.Detail, p.Fix = unavailableToStrangers()
	}
	s.tell(c, err, p)
	if c.Path() == gatePath && p.Status >= http.StatusInternalServerError {
		// Proxies understand no other answer.
		c.Response().Header().Set("Consent-Decision", "deny; reason="+string(consent.ReasonUnavailable))
		_ = s.refuse(c, http.StatusForbidden)
		return
	}
	if err := writeProblem(c, p); err != nil {
		s.o.Log.Warn("problem could not be written", "error", err)
	}
}

// tell notes a failure in the log and in the metrics, and says in the answer's
// header when to try again.
func (s *Server) tell(c echo.Context, err error, p Problem) {
	request, h := s.name(c), c.Response().Header()
	if l := new(limited); errors.As(err, &l) {
		s.o.Metrics.Refused(l.budget)
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		wait := 5 * time.Second
		if e, ok := errors.AsType[*consent.Error](err); ok && e.Wait > 0 {
			wait = e.Wait
		}
		h.Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
	}
	if p.Status >= http.StatusInternalServerError {
		s.o.Log.Error("request failed", "route", c.Path(), "request", request, "error", err)
	}
}

func (s *Server) home(c echo.Context) error {
	if s.o.Demo {
		return c.Redirect(http.StatusFound, "/demo/")
	}
	return c.Redirect(http.StatusFound, "/dashboard/")
}
