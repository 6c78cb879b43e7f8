package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/rights"
)

// evidenceViewJSON is one record with what proves it.
type evidenceViewJSON struct {
	Record evidenceRow `json:"record"`
	// Receipt is the subject's copy.
	Receipt receiptJSON `json:"receipt"`
	// Signals came with the decision, PlaceSource says where its place came from.
	Signals     consent.Signals `json:"signals"`
	PlaceSource string          `json:"place_source,omitempty"`
	// Words are what the visitor could read, by key, made again from the edition
	// and the language. WordsMatch says that they hash to what was recorded.
	Words      map[string]string `json:"words,omitempty"`
	WordsMatch bool              `json:"words_match"`
	// Edition is what was shown; EditionMatch says that its document hashes to
	// what was recorded.
	Edition      *editionJSON `json:"edition,omitempty"`
	EditionMatch bool         `json:"edition_match"`
	// Laws are the rows behind the regime, Modes what it asked of each purpose.
	// LawsMatch says that the rows read as they did then.
	Laws      []lawJSON          `json:"laws"`
	LawsMatch bool               `json:"laws_match"`
	Modes     map[string]lawMode `json:"modes"`
	Proof     proofJSON          `json:"proof"`
	// History are the subject's records, oldest first.
	History []evidenceRow `json:"history"`
}

// proofJSON says what is known of a record's place in its chain.
type proofJSON struct {
	// Status is sealed (the stored evidence is whole and has its place in a
	// chain), unchained (it is whole) or damaged.
	Status string `json:"status" enum:"sealed,unchained,damaged"`
	Node   string `json:"node,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
	Link   string `json:"link,omitempty"`
	// Leaf is the hash of all that the record is.
	Leaf string `json:"leaf,omitempty"`
}

func proofOf(r *consent.Record) proofJSON {
	p := proofJSON{Status: "unchained", Node: r.Node, Seq: r.Seq}
	if r.Sealed != nil {
		p.Leaf = consent.Leaf(r.ID, *r.Sealed).String()
	}
	switch {
	case r.Damaged:
		p.Status = "damaged"
	case r.Seq > 0:
		p.Status = "sealed"
		if b, err := r.Link.MarshalText(); err == nil {
			p.Link = string(b)
		}
	}
	return p
}

// oneEvidence serves GET /v1/sites/{site}/evidence/{record}.
func (s *Server) oneEvidence(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	site := c.Param("site")
	r, err := s.o.Evidence.Find(ctx, site, c.Param("record"))
	if code := consent.CodeOf(err); code == consent.Invalid {
		return consent.Fail(consent.NotFound, "there is no such record", "check the id, and on which site it was made")
	}
	if err != nil {
		return err
	}
	out := evidenceViewJSON{
		Record: evidenceOf(&r), Receipt: receiptJSON{Receipt: r.Receipt()}, Signals: r.Signals, PlaceSource: r.PlaceSource,
		Laws: []lawJSON{}, Modes: map[string]lawMode{}, Proof: proofOf(&r), History: []evidenceRow{},
	}
	if out.Receipt.JWS, err = s.o.Keys.SignReceipt(out.Receipt.Receipt); err != nil {
		return err
	}
	if err := s.shownThen(ctx, &r, &out); err != nil {
		return err
	}
	if r.Subject != "" {
		history, err := s.o.Evidence.History(ctx, site, r.Subject)
		if err != nil && consent.CodeOf(err) != consent.Erased {
			return err
		}
		for i := range history {
			out.History = append(out.History, evidenceOf(&history[i]))
		}
	}
	return c.JSON(http.StatusOK, out)
}

// shownThen makes again what the visitor saw.
func (s *Server) shownThen(ctx context.Context, r *consent.Record, out *evidenceViewJSON) error {
	e, err := s.o.Publish.Edition(ctx, r.Site, r.Edition)
	if code := consent.CodeOf(err); code == consent.NotFound || code == consent.UnknownSite {
		return nil
	}
	if err != nil {
		return err
	}
	out.Edition = &editionJSON{Number: e.Number, Hash: e.Hash, Since: e.Since, PublishedAt: e.PublishedAt, By: e.By, Note: e.Note}
	out.EditionMatch = e.Site.Hash() == r.EditionHash
	regime, ok := s.o.Laws.ByID(r.Regime, r.Time)
	if !ok {
		return nil
	}
	rules := e.Rules(regime.Terms, consent.Place{})
	out.Words = bundle.Words(&e.Site, regime, rules, r.Locale)
	out.WordsMatch = bundle.WordsHash(out.Words) == r.WordsHash
	for _, rule := range rules {
		out.Modes[rule.ID] = rule.Mode.String()
	}
	day := r.Time.UTC().Format(time.DateOnly)
	out.LawsMatch = slices.Equal(s.o.Laws.Behind(r.Regime, r.Time), r.Laws)
	for _, row := range s.lawRows(day) {
		// A record names each row as CODE@HASH.
		if row.InForce && slices.ContainsFunc(r.Laws, func(named string) bool { return strings.HasPrefix(named, row.Code+"@") }) {
			out.Laws = append(out.Laws, row)
		}
	}
	return nil
}

// eraseSubjectJSON says why somebody is forgotten.
type eraseSubjectJSON struct {
	Subject    string `json:"subject,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
	Reason     string `json:"reason"`
}

type erasedJSON struct {
	// Records is how many records were stripped.
	Records int `json:"records"`
}

// eraseEvidence serves POST /v1/sites/{site}/erasures: what a visitor could do
// themselves is done for them.
func (s *Server) eraseEvidence(c echo.Context) error {
	in, err := decode[eraseSubjectJSON](c, configBounds())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	site := c.Param("site")
	tenant, err := s.o.Publish.Owner(ctx, site)
	if err != nil {
		return err
	}
	if len(in.Reason) < 3 || len(in.Reason) > 300 {
		return consent.Fail(consent.Invalid, "the `reason` is shorter than 3 or longer than 300 bytes", "say why, without naming the visitor: it stands in the audit log for good")
	}
	if (in.Subject == "") == (in.ExternalID == "") {
		return consent.Fail(consent.Invalid, "there is neither or both of `subject` and `external_id`", "name the visitor by one of them")
	}
	in.Subject = s.subjectNamed(tenant, site, in.Subject, in.ExternalID)
	history, err := s.o.Evidence.History(ctx, site, in.Subject)
	if code := consent.CodeOf(err); code == consent.Erased || err == nil && len(history) == 0 {
		return consent.Fail(consent.NotFound, "there is no record of this subject", "check the subject, and on which site it decided")
	}
	if err != nil {
		return err
	}
	// The log names what is done and why, and not to whom. It comes first: what
	// cannot be written down afterwards would have been done unseen.
	change := admin.Change{Action: "evidence.erase", Object: site, Note: in.Reason}
	if err := s.o.Admin.Audit(ctx, principalOf(c), tenant, change); err != nil {
		return err
	}
	if err := s.o.Collect.EraseSubject(ctx, site, in.Subject); err != nil {
		return err
	}
	last := history[len(history)-1]
	s.noted(c, rights.Asked{Site: site, Regime: last.Regime, Locale: last.Locale, Kind: rights.Erasure, Subject: in.Subject}, false)
	return c.JSON(http.StatusOK, erasedJSON{len(history)})
}
