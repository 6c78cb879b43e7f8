package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State is what is measured at the moment of a scrape.
type State struct {
	// Waiting are the decisions in the node's log that the store has not had,
	// Oldest how long the first of them has waited.
	Waiting uint64
	Oldest  time.Duration
	// Kept and KeptBytes are the size of the node's log.
	Kept      int
	KeptBytes int64
	// StoreDown says that the store does not answer, Fenced that the disk of
	// the log failed, or the log is damaged.
	StoreDown, Fenced bool
	// Refused is why no decision is taken at the moment; nil while all are.
	Refused error
	// Trouble is why the store does not take decisions, or may not keep them; nil
	// while all is well. It is for people, and no metric.
	Trouble error
	// Ahead is by how much the node's clock is ahead of the store's, 0 while they agree.
	Ahead time.Duration
	// Free are the bytes that are free on the disk of the data directory, -1 where
	// that is not known.
	Free int64
	// WebhooksTaking, WebhooksFailing and WebhooksDisabled count webhooks,
	// WebhookFailing is for how long one has had no success, WebhookGivenUp are
	// events that were tried too often.
	WebhooksTaking, WebhooksFailing, WebhooksDisabled, WebhookGivenUp int
	WebhookFailing                                                    time.Duration
	// GeoBuilt is when the oldest location database was built, zero without one.
	// GeoSource is database, header or none.
	GeoBuilt  time.Time
	GeoSource string
	// Scripts are the compiled scripts in memory, Compiled how often one was
	// compiled.
	Scripts  int
	Compiled int64
	// Sites are the live sites, Keys the signing keys.
	Sites, Keys int
}

// gauge is one line of what a scrape measures.
type gauge struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value float64
	label []string
}

func line(name, help string, kind prometheus.ValueType, value float64, labels ...string) gauge {
	g := gauge{kind: kind, value: value}
	var names []string
	for i := 0; i+1 < len(labels); i += 2 {
		names, g.label = append(names, labels[i]), append(g.label, labels[i+1])
	}
	g.desc = prometheus.NewDesc("lxconsent_"+name, help, names, nil)
	return g
}

func (s State) lines() []gauge {
	level := prometheus.GaugeValue
	all := []gauge{
		line("outbox_waiting", "Decisions that the store has not had yet.", level, float64(s.Waiting)),
		line("outbox_lag_seconds", "How long the oldest of them has waited.", level, s.Oldest.Seconds()),
		line("outbox_entries", "Entries of the node's log.", level, float64(s.Kept)),
		line("outbox_bytes", "Size of the node's log.", level, float64(s.KeptBytes)),
		line("outbox_refusing", "1 while no decision is taken: the disk is full or failed, or the log is damaged.", level, bit(s.Refused != nil)),
		line("outbox_fenced", "1 when the disk failed or the log is damaged, and nothing is taken before a new start.", level, bit(s.Fenced)),
		line("store_down", "1 while the store does not answer.", level, bit(s.StoreDown)),
		line("store_degraded", "1 while the store does not answer or might not keep what it is given.", level, bit(s.StoreDown || s.Trouble != nil)),
		line("clock_ahead_seconds", "By how much this node's clock is ahead of the store's; 0 while they agree.", level, s.Ahead.Seconds()),
		line("webhooks", "Webhooks by how they are.", level, float64(s.WebhooksTaking), "state", "taking"),
		line("webhooks", "Webhooks by how they are.", level, float64(s.WebhooksFailing), "state", "failing"),
		line("webhooks", "Webhooks by how they are.", level, float64(s.WebhooksDisabled), "state", "disabled"),
		line("webhook_failing_seconds", "For how long a webhook has had no success, of several the longest.", level, s.WebhookFailing.Seconds()),
		line("webhook_given_up_events", "Events that were sent in vain too often and wait for a replay.", level, float64(s.WebhookGivenUp)),
		line("geo_source", "Where places come from: always 1, the source is a label.", level, 1, "source", s.GeoSource),
		line("scripts", "Compiled scripts in memory.", level, float64(s.Scripts)),
		line("scripts_compiled_total", "Scripts compiled since the start.", prometheus.CounterValue, float64(s.Compiled)),
		line("sites", "Live sites.", level, float64(s.Sites)),
		line("signing_keys", "Signing keys that verify.", level, float64(s.Keys)),
	}
	if s.Free >= 0 {
		all = append(all, line("disk_free_bytes", "What is free on the disk of the data directory.", level, float64(s.Free)))
	}
	if !s.GeoBuilt.IsZero() {
		all = append(all, line("geo_database_built_timestamp_seconds", "When the oldest location database was built.", level, float64(s.GeoBuilt.Unix())))
	}
	return all
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// stateCollector asks for the state once per scrape. It describes nothing in
// advance, since which lines there are depends on the state.
type stateCollector struct{ state func() State }

func (c *stateCollector) Describe(chan<- *prometheus.Desc) {}

func (c *stateCollector) Collect(out chan<- prometheus.Metric) {
	for _, g := range c.state().lines() {
		out <- prometheus.MustNewConstMetric(g.desc, g.kind, g.value, g.label...)
	}
}
