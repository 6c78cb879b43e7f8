package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// Evidence is what records are looked up in.
type Evidence interface {
	consent.Records
	consent.Feed
	consent.Finder
}

// evidenceRow is a record as a list shows it. An erased one has neither subject
// nor levels.
type evidenceRow struct {
	ID        string         `json:"id"`
	Time      time.Time      `json:"time"`
	DecidedAt time.Time      `json:"decided_at"`
	Subject   string         `json:"subject,omitempty"`
	Action    consent.Action `json:"action"`
	Edition   int            `json:"edition"`
	Regime    string         `json:"regime"`
	Locale    string         `json:"locale"`
	Levels    map[string]int `json:"levels,omitempty"`
	Erased    bool           `json:"erased"`
	Bot       bool           `json:"bot,omitempty"`
	Outdated  bool           `json:"outdated,omitempty"`
	Damaged   bool           `json:"damaged,omitempty"`
}

func evidenceOf(r *consent.Record) evidenceRow {
	return evidenceRow{
		ID: r.ID, Time: r.Time, DecidedAt: time.UnixMilli(r.Clock).UTC(), Subject: r.Subject, Action: r.Action, Edition: r.Edition,
		Regime: r.Regime, Locale: r.Locale, Levels: r.Levels, Erased: r.Levels == nil && !r.Damaged, Bot: r.Bot, Outdated: r.Outdated, Damaged: r.Damaged,
	}
}

type evidenceJSON struct {
	Records []evidenceRow `json:"records"`
	// Next is the `after` of the next page; empty when there is none.
	Next string `json:"next,omitempty"`
	// Through is the time up to which, or down to which, this page has looked.
	Through *time.Time `json:"through,omitempty"`
}

// findEvidence serves GET /v1/sites/{site}/evidence.
func (s *Server) findEvidence(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	site, q := c.Param("site"), c.QueryParams()
	tenant, err := s.o.Publish.Owner(ctx, site)
	if err != nil {
		return err
	}
	out := evidenceJSON{Records: []evidenceRow{}}
	named, found, err := s.named(ctx, tenant, site, q)
	switch {
	case err != nil:
		return err
	case named:
		for i := range found {
			out.Records = append(out.Records, evidenceOf(&found[i]))
		}
		if q.Get("order") == "desc" {
			slices.Reverse(out.Records)
		}
	default:
		if out, err = s.evidenceOfDays(ctx, c); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, out)
}

// named finds the records that a query names, oldest first, and reports whether
// it names any: by record, receipt, subject or external id. What nobody has is no
// error.
func (s *Server) named(ctx context.Context, tenant, site string, q url.Values) (named bool, found []consent.Record, err error) {
	asked := slices.DeleteFunc([]string{"record", "receipt", "subject", "external_id"}, func(name string) bool { return q.Get(name) == "" })
	switch {
	case len(asked) == 0:
		return false, nil, nil
	case len(asked) > 1:
		return true, nil, consent.Fail(badQuery, "more than one of `record`, `receipt`, `subject` and `external_id` is asked for", "ask for one")
	case asked[0] == "record" || asked[0] == "receipt":
		id := q.Get("record")
		if text := q.Get("receipt"); text != "" {
			if id, err = s.idOfReceipt(site, text); err != nil {
				return true, nil, err
			}
		}
		r, err := s.o.Evidence.Find(ctx, site, id)
		if err == nil {
			found = []consent.Record{r}
		} else if code := consent.CodeOf(err); code == consent.NotFound || code == consent.Invalid {
			err = nil
		}
		return true, found, err
	default:
		found, err = s.o.Evidence.History(ctx, site, s.subjectNamed(tenant, site, q.Get("subject"), q.Get("external_id")))
		if code := consent.CodeOf(err); code == consent.Erased || code == consent.Invalid {
			err = nil
		}
		return true, found, err
	}
}

// subjectNamed is the subject that a search or an erasure is about: of an account, of a token that we
// made, or named by itself. What is none of them is nobody's.
func (s *Server) subjectNamed(tenant, site, subject, account string) string {
	if account != "" {
		return consent.AccountSubject(s.o.Keys, tenant, site, account)
	}
	if t, err := consent.OpenSubject(s.o.Keys, tenant, site, subject); err == nil {
		return t.Subject
	}
	return subject
}

// idOfReceipt reads the record's id out of a receipt: the signed text, the
// receipt as JSON, or the whole answer that held it. Only what our keys signed
// is believed where it is signed.
func (s *Server) idOfReceipt(site, text string) (string, error) {
	text = strings.TrimSpace(text)
	wrong := consent.Fail(consent.Invalid, "this is no receipt of this site", "paste the `jws` of the receipt, or the receipt itself, unchanged")
	var doc struct {
		ID      string `json:"id"`
		Site    string `json:"site"`
		JWS     string `json:"jws"`
		Receipt struct {
			ID  string `json:"id"`
			JWS string `json:"jws"`
		} `json:"receipt"`
	}
	if strings.HasPrefix(text, "{") {
		if json.Unmarshal([]byte(text), &doc) != nil {
			return "", wrong
		}
		if text = doc.JWS + doc.Receipt.JWS; text == "" {
			if doc.ID == "" || doc.Site != "" && doc.Site != site {
				return "", wrong
			}
			return doc.ID, nil
		}
	}
	r, err := consent.VerifyReceipt(s.o.Keys.PublicKeys(), text)
	if err != nil || r.Site != site {
		return "", wrong
	}
	return r.ID, nil
}
