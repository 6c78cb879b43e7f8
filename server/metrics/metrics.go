// Package metrics counts what the server does, for Prometheus. No label holds
// anything of a person, a site or an address: each comes from a list that is
// known when the server starts.
package metrics

import (
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/leadiumx/consent/consent"
)

// Metrics are the counters of one server. A nil *Metrics counts nothing.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	writes   *prometheus.CounterVec
	refused  *prometheus.CounterVec
	checks   *prometheus.CounterVec

	// decided are the counters of checks, each looked up once.
	mu      sync.RWMutex
	decided map[outcome]prometheus.Counter
}

// outcome is what a decision is counted by.
type outcome struct {
	allow  bool
	reason consent.Reason
}

// New makes the counters. State is asked at each scrape.
func New(version string, state func() State) *Metrics {
	m := &Metrics{
		decided:  map[outcome]prometheus.Counter{},
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lxconsent_http_requests_total", Help: "Requests by method, route template and class of status.",
		}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lxconsent_http_request_seconds", Help: "Time to answer, by route template.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .15, .25, .5, 1, 2.5, 5},
		}, []string{"route"}),
		writes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lxconsent_consent_writes_total", Help: "Acknowledged consent writes by action.",
		}, []string{"action"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lxconsent_budget_refused_total", Help: "Requests refused because a budget was used up.",
		}, []string{"budget"}),
		checks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lxconsent_decisions_total", Help: "Decisions of checks by outcome and reason.",
		}, []string{"allow", "reason"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "lxconsent_build_info", Help: "Always 1; the version is a label.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.took, m.writes, m.refused, m.checks, build, &stateCollector{state},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers scrapes.
func (m *Metrics) Handler(log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)})
}

// Route counts the requests of one route; its counters are looked up once. A
// nil *Route counts nothing.
type Route struct {
	took prometheus.Observer
	// classes are those of the statuses that an answer can have.
	classes [5 - firstClass + 1]prometheus.Counter
}

// firstClass is the lowest class of a final answer.
const firstClass = 2

// Route makes the counters of a route. Path is its template, never an address
// that somebody asked for.
func (m *Metrics) Route(method, path string) *Route {
	if m == nil {
		return nil
	}
	r := &Route{took: m.took.WithLabelValues(path)}
	for i := range r.classes {
		r.classes[i] = m.requests.WithLabelValues(method, path, strconv.Itoa(firstClass+i)+"xx")
	}
	return r
}

// Answered counts one answer.
func (r *Route) Answered(status int, took time.Duration) {
	if r == nil {
		return
	}
	r.took.Observe(took.Seconds())
	class := status/100 - firstClass
	if class < 0 || class >= len(r.classes) {
		// No answer should have such a status: it is our failure.
		class = len(r.classes) - 1
	}
	r.classes[class].Inc()
}

// Wrote counts an acknowledged consent write, whose action is known to be valid.
func (m *Metrics) Wrote(action consent.Action) {
	if m != nil {
		m.writes.WithLabelValues(string(action)).Inc()
	}
}

// Refused counts a write that a budget refused.
func (m *Metrics) Refused(budget string) {
	if m != nil {
		m.refused.WithLabelValues(budget).Inc()
	}
}

// Decided counts one decision.
func (m *Metrics) Decided(d consent.Decision) {
	if m == nil {
		return
	}
	o := outcome{d.Allow, d.Reason}
	m.mu.RLock()
	counter := m.decided[o]
	m.mu.RUnlock()
	if counter == nil {
		counter = m.checks.WithLabelValues(strconv.FormatBool(d.Allow), string(d.Reason))
		m.mu.Lock()
		m.decided[o] = counter
		m.mu.Unlock()
	}
	counter.Inc()
}
