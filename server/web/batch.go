package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/gate"
)

type batchJSON struct {
	Asks []askJSON `json:"asks"`
}

type askJSON struct {
	Site    string `json:"site"`
	Purpose string `json:"purpose,omitempty"`
	Vendor  string `json:"vendor,omitempty"`
	Cookie  string `json:"cookie,omitempty"`
	Level   int    `json:"level,omitempty"`
	// Subject is a subject or its token, Consent an lx_consent value; with
	// neither, nobody is known.
	Subject string `json:"subject,omitempty"`
	Consent string `json:"consent,omitempty"`
	// ExternalID is an account's name, instead of Subject.
	ExternalID string `json:"external_id,omitempty"`
	Place      string `json:"place,omitempty"`
	GPC        bool   `json:"gpc,omitempty"`
	// Minor says that a participant is known to be one, Sensitive that the
	// page or call is of a sensitive kind.
	Minor     bool `json:"minor,omitempty"`
	Sensitive bool `json:"sensitive,omitempty"`
	// Group are the participants of one call or session, instead of Subject,
	// Consent, Place and GPC. All of them must allow, each also under the law
	// of the others' places, and the lowest level counts.
	Group []memberJSON `json:"group,omitempty"`
}

type memberJSON struct {
	Subject    string `json:"subject,omitempty"`
	Consent    string `json:"consent,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
	Place      string `json:"place,omitempty"`
	GPC        bool   `json:"gpc,omitempty"`
}

const (
	// maxGroup bounds the participants of one ask, maxWork the checks of a batch.
	maxGroup = 50
	maxWork  = 20_000
	// maxBatchBytes holds maxAsks of the longest names, or consent values.
	maxBatchBytes = 1 << 20
	// atOnce is how many asks of a batch are looked up at a time.
	atOnce = 32
)

type batchAnswerJSON struct {
	Decisions []decisionJSON `json:"decisions"`
}

// checkBatch serves POST /v1/check: one decision per ask, in order.
func (s *Server) checkBatch(c echo.Context) error {
	// Who has nothing left is not read.
	if err := s.budgets.spendBatch(principalOf(c), 1); err != nil {
		return err
	}
	b := configBounds()
	b.bytes = maxBatchBytes
	batch, err := decode[batchJSON](c, b)
	if err != nil {
		return err
	}
	if len(batch.Asks) == 0 || len(batch.Asks) > maxAsks {
		return consent.Fail(consent.Invalid, fmt.Sprintf("there are %d asks", len(batch.Asks)), fmt.Sprintf("send 1 to %d", maxAsks))
	}
	work := 0
	for _, a := range batch.Asks {
		work += max(1, len(a.Group)*len(places(a.Group)))
	}
	if work > maxWork {
		return consent.Fail(consent.Invalid, fmt.Sprintf("the groups of this batch need %d checks", work), fmt.Sprintf("send fewer or smaller groups, for at most %d: participants times different places", maxWork))
	}
	if err := s.budgets.spendBatch(principalOf(c), work-1); err != nil {
		return err
	}
	out := batchAnswerJSON{Decisions: make([]decisionJSON, len(batch.Asks))}
	ctx, cancel := s.patient(c, work)
	defer cancel()
	if err := s.all(ctx, principalOf(c), batch.Asks, out.Decisions); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

// patient bounds what all of a batch looks up: as one check, or, where groups make
// more of it than there may be asks, in proportion.
func (s *Server) patient(c echo.Context, work int) (context.Context, context.CancelFunc) {
	left, _ := c.Get(patienceLeft).(time.Duration)
	more := time.Duration((work-1)/maxAsks) * s.o.Gate.Patience()
	return context.WithTimeout(c.Request().Context(), left+more)
}

// all answers many asks at once, each in its place. When the store does not
// answer one of them, none of those that are left waits for it again.
func (s *Server) all(ctx context.Context, p admin.Principal, asks []askJSON, out []decisionJSON) error {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var running sync.WaitGroup
	for range min(atOnce, len(asks)) {
		running.Go(func() {
			for i := int(next.Add(1) - 1); i < len(asks) && failed.Load() == nil; i = int(next.Add(1) - 1) {
				d, err := s.one(ctx, p, asks[i])
				if err != nil {
					failed.Store(&err)
					return
				}
				if d.Reason == consent.ReasonUnavailable {
					giveUp()
				}
				out[i] = decisionOf(d)
			}
		})
	}
	running.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *Server) one(ctx context.Context, p admin.Principal, a askJSON) (d gate.Decision, err error) {
	// It runs beside the request, where nobody else would stop a panic.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	if len(a.Group) == 0 {
		return s.member(ctx, p, a, memberJSON{a.Subject, a.Consent, a.ExternalID, a.Place, a.GPC}, a.Place)
	}
	if len(a.Group) > maxGroup || a.Subject+a.Consent+a.ExternalID+a.Place != "" {
		return gate.Decision{}, consent.Fail(consent.Invalid, "a group is too large, or stands beside one subject, consent or place", "send at most 50 participants in `group`, and nothing of one participant beside it")
	}
	var all []gate.Decision
	for _, place := range places(a.Group) {
		for _, m := range a.Group {
			d, err := s.member(ctx, p, a, m, place)
			if err != nil {
				return gate.Decision{}, err
			}
			all = append(all, d)
		}
	}
	return strictest(all), nil
}

// places lists the different places of a group.
func places(group []memberJSON) []string {
	var out []string
	for _, m := range group {
		if !slices.Contains(out, m.Place) {
			out = append(out, m.Place)
		}
	}
	return out
}

// member answers an ask for one participant at a place.
func (s *Server) member(ctx context.Context, p admin.Principal, a askJSON, m memberJSON, place string) (gate.Decision, error) {
	// Others who ask for one thing do not wait for the thousands of a batch.
	runtime.Gosched()
	named := gate.Decision{Purpose: a.Purpose, Vendor: a.Vendor, Cookie: a.Cookie}
	id, token, ok := person(m.Subject, m.ExternalID)
	if !ok {
		named.Reason = consent.ReasonBadToken
		return named, nil
	}
	ask := gate.Ask{Site: a.Site, Level: a.Level, SubjectID: id, Subject: token, ExternalID: m.ExternalID, Consent: m.Consent}
	ask.Place, _ = consent.ParsePlace(place)
	ask.Signals = consent.Signals{GPC: m.GPC, Minor: a.Minor, Sensitive: a.Sensitive}
	for _, f := range []struct {
		name string
		to   *[]string
	}{{a.Purpose, &ask.Purposes}, {a.Vendor, &ask.Vendors}, {a.Cookie, &ask.Cookies}} {
		if f.name != "" {
			*f.to = []string{f.name}
		}
	}
	var answer gate.Answer
	err := s.mayCheck(p, a.Site)
	if p.Kind == byNobody {
		// Nobody's data is told without a key; a consent proves itself.
		ask.Away, err = m.Subject != "" || m.ExternalID != "", nil
	}
	if err == nil {
		answer, err = s.answer(ctx, &ask)
	}
	switch {
	case consent.CodeOf(err) == consent.UnknownSite:
		named.Reason = consent.ReasonUnknownSite
		return named, nil
	case consent.CodeOf(err) == consent.Unavailable:
		named.Reason = consent.ReasonUnavailable
		return named, nil
	case err != nil:
		return named, err
	case len(answer.Decisions) == 0:
		named.Reason = consent.ReasonUnknownPurpose
		return named, nil
	}
	return strictest(answer.Decisions), nil
}
