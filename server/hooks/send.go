package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
)

// body is what a receiver gets.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// result is what became of one attempt.
type result struct {
	Delivery
	// wait is how long the receiver asks to wait, 0 when it does not say.
	wait time.Duration
	// gone says that the receiver wants no more, ever.
	gone bool
}

func (r *result) taken() bool { return r.Status >= 200 && r.Status < 300 }

// send makes one attempt. A failure is part of the result.
func (d *Desk) send(ctx context.Context, k kept, e feed.Event, attempt int) result {
	start := d.o.Clock()
	r := result{Delivery: Delivery{Event: e.ID, Type: e.Type, At: start.UTC(), Attempt: attempt}}
	raw, err := json.Marshal(body{e.Type, e.Time.UTC(), e.Data})
	if err != nil {
		r.Error = "the event is not encodable"
		return r
	}
	// What is not signed could be anybody's: it waits until its key is back.
	secrets := d.secrets(k, start)
	if len(secrets) == 0 {
		r.Error = "the signing secret cannot be opened: the key file lacks the key that it was sealed with"
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, sendWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.URL, bytes.NewReader(raw))
	if err != nil {
		r.Error = "the address is malformed"
		return r
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "lxconsent/"+d.o.Version)
	sign(req.Header, secrets, e.ID, start, raw)
	// The receiver may close an idle connection at the very moment: this makes the
	// client send again on another. A header without a value is not sent itself.
	req.Header["X-Idempotency-Key"] = nil
	res, err := d.client.Do(req)
	r.TookMS = d.o.Clock().Sub(start).Milliseconds()
	if err != nil {
		r.Error = cause(err)
		return r
	}
	defer res.Body.Close()
	// What it says is not kept: it may hold anything.
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	r.Status, r.gone = res.StatusCode, res.StatusCode == http.StatusGone
	if !r.taken() {
		r.Error = fmt.Sprintf("the receiver answered %d", r.Status)
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
			r.wait = min(time.Duration(n)*time.Second, time.Hour)
		}
	}
	return r
}

// cause says in short what kept a delivery from its receiver. It names no
// address: what a name resolves to is nobody's business.
func cause(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errForbidden):
		return errForbidden.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the receiver did not answer within 5 seconds"
	default:
		return "the receiver cannot be reached"
	}
}

// Test sends one event of the type webhook.test at once and returns what became
// of it. Errors: NotFound, Unavailable.
func (d *Desk) Test(ctx context.Context, site, id string) (Delivery, error) {
	k, err := d.find(ctx, site, id)
	if err != nil {
		return Delivery{}, err
	}
	tag, err := consent.NewSubject(d.o.Random)
	if err != nil {
		return Delivery{}, err
	}
	e := feed.Event{ID: "evt_test_" + tag, Type: "webhook.test", Time: d.o.Clock(), Data: map[string]string{"site": site, "webhook": id}}
	r := d.send(ctx, k, e, 1)
	return r.Delivery, d.amend(ctx, k.key(), func(st *state) { st.log(r.Delivery) })
}
