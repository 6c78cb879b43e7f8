// Package hooks sends a site's events to addresses that its owner names, signed by
// the standard-webhooks convention: each event at least once, however long the
// receiver or this server was away.
package hooks

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
)

// Endpoint is an address that gets events.
type Endpoint struct {
	ID   string `json:"id"`
	Site string `json:"site"`
	URL  string `json:"url"`
	// Events are the types that it gets; none means all.
	Events      []string  `json:"events"`
	Description string    `json:"description,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	CreatedBy   string    `json:"created_by,omitempty"`
	// Disabled says that nothing is sent; events wait. Why says who or what did it.
	Disabled bool   `json:"disabled"`
	Why      string `json:"why,omitempty"`
}

func (e *Endpoint) wants(event string) bool {
	return len(e.Events) == 0 || slices.Contains(e.Events, event)
}

// secret is one signing secret, encrypted. Until is when it ends; a rotated one
// signs beside the new one until then.
type secret struct {
	Sealed string    `json:"sealed"`
	Until  time.Time `json:"until,omitzero"`
}

// kept is an endpoint as it is stored.
type kept struct {
	Endpoint
	Secrets []secret `json:"secrets"`
	version int64
}

// Status is how deliveries to an endpoint go.
type Status struct {
	// Cursor is the place in the feed up to which events were sent, or wait here.
	Cursor string `json:"cursor"`
	// Retrying are events that were not taken yet, Dead those that were given up.
	Retrying []Retry `json:"retrying"`
	Dead     []Dead  `json:"dead"`
	// Recent are the last deliveries, newest first.
	Recent []Delivery `json:"recent"`
	// FailingSince is when deliveries began to fail without a success.
	FailingSince *time.Time `json:"failing_since,omitempty"`
	// Delivered counts all deliveries that were taken.
	Delivered int64 `json:"delivered"`
}

// Delivery is one attempt.
type Delivery struct {
	Event string    `json:"event"`
	Type  string    `json:"type"`
	At    time.Time `json:"at"`
	// Attempt counts from 1.
	Attempt int `json:"attempt"`
	// Status is the receiver's HTTP status, 0 when none came.
	Status int    `json:"status"`
	TookMS int64  `json:"took_ms"`
	Error  string `json:"error,omitempty"`
}

// Retry is an event that is sent again.
type Retry struct {
	Event   string    `json:"event"`
	Type    string    `json:"type"`
	Attempt int       `json:"attempt"`
	Next    time.Time `json:"next"`
	Error   string    `json:"error"`
	// Status is the receiver's last answer, 0 when none came.
	Status int `json:"status"`
	// At finds the event again: nothing of it is kept here.
	At feed.Position `json:"at"`
}

// Dead is an event that was given up; it can be sent again by hand.
type Dead struct {
	Event    string        `json:"event"`
	Type     string        `json:"type"`
	Attempts int           `json:"attempts"`
	At       time.Time     `json:"at"`
	Error    string        `json:"error"`
	Position feed.Position `json:"position"`
}

// Bounds of an endpoint.
const (
	maxURL         = 2048
	maxDescription = 500
	// MaxEndpoints is how many endpoints a site may have, MaxOwned all sites of one
	// organisation together.
	MaxEndpoints = 20
	MaxOwned     = 1000
)

// check refuses an endpoint that could not be sent to, as far as that can be read
// from it. Errors: Invalid.
func (e *Endpoint) check() error {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || len(e.URL) > maxURL || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return consent.Fail(consent.Invalid, "`url` is no address of a receiver", "write it as https://hooks.example.com/consent")
	case u.User != nil || u.Fragment != "" || strings.ContainsAny(e.URL, " \t\r\n"):
		return consent.Fail(consent.Invalid, "`url` holds a user, a password, a fragment or a space", "leave them out; deliveries prove themselves by their signature")
	case len(e.Description) > maxDescription:
		return consent.Fail(consent.Invalid, "the description is longer than 500 bytes", "shorten it")
	}
	for i, t := range e.Events {
		if !slices.Contains(feed.Types(), t) || slices.Contains(e.Events[:i], t) {
			return consent.Fail(consent.Invalid, "`events` names one that there is not, or one twice", "send some of "+strings.Join(feed.Types(), ", ")+"; none means all")
		}
	}
	return nil
}
