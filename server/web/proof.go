package web

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
)

// Ledger says what is signed about the records of a site.
type Ledger interface {
	// Statements are signed statements; what they cover can be exported
	// afterwards. Errors: Unavailable.
	Statements(ctx context.Context, site string) ([]string, error)
	// Excuses are those among them about records that are gone. Errors: Unavailable.
	Excuses(ctx context.Context, site string) ([]string, error)
}

// ProofLine is one line of an export that proves itself: first the statements,
// then the records, each context before the first record that refers to it, then
// statements about what went meanwhile, the editions, among them what was published
// meanwhile, and the end.
type ProofLine struct {
	// N numbers the lines from 1.
	N    int       `json:"n"`
	Type ProofType `json:"type"`
	// JWS is a signed statement.
	JWS string `json:"jws,omitempty"`
	// Code names a context, in hex; Context is its packed form.
	Code    string `json:"code,omitempty"`
	Context []byte `json:"context,omitempty"`
	// Record is what Evidence says; Key opens the personal part, and is gone
	// once the subject was erased.
	Record   *consent.Record `json:"record,omitempty"`
	Evidence []byte          `json:"evidence,omitempty"`
	Key      []byte          `json:"key,omitempty"`
	Site     string          `json:"site,omitempty"`
	// Time is when the export was made; Editions are the hashes of the documents
	// of all editions, by number.
	Time     time.Time      `json:"time,omitzero"`
	Editions map[int]string `json:"editions,omitempty"`
}

// ProofType is the kind of a ProofLine.
type ProofType string

// The kinds of lines.
const (
	ProofBegin     ProofType = "ledger"
	ProofStatement ProofType = "statement"
	ProofContext   ProofType = "context"
	ProofRecord    ProofType = "record"
	ProofEditions  ProofType = "editions"
	ProofEnd       ProofType = "end"
)

// proofWriter writes the lines of one proof.
type proofWriter struct {
	encoder *json.Encoder
	// known are the statements and the codes of contexts that are written.
	known map[string]bool
	lines int
}

func (p *proofWriter) write(l ProofLine) error {
	p.lines++
	l.N = p.lines
	return p.encoder.Encode(l)
}

// state writes the statements that stand nowhere yet.
func (p *proofWriter) state(statements []string) error {
	for _, jws := range statements {
		if p.known[jws] {
			continue
		}
		p.known[jws] = true
		if err := p.write(ProofLine{Type: ProofStatement, JWS: jws}); err != nil {
			return err
		}
	}
	return nil
}

func (p *proofWriter) record(r consent.Record) error {
	l := ProofLine{Type: ProofRecord, Record: &r, Key: r.Secret}
	if r.Sealed != nil {
		code := r.Sealed.Code()
		l.Code, l.Evidence = hex.EncodeToString(code[:]), r.Sealed.Evidence
		if !p.known[l.Code] {
			p.known[l.Code] = true
			if err := p.write(ProofLine{Type: ProofContext, Code: l.Code, Context: r.Sealed.Context}); err != nil {
				return err
			}
		}
	}
	return p.write(l)
}

// proveRecords serves GET /v1/sites/{site}/proof.
func (s *Server) proveRecords(c echo.Context) error {
	site := c.Param("site")
	if _, err := s.o.Publish.Newest(site); err != nil {
		return err
	}
	ctx := c.Request().Context()
	statements, err := s.o.Ledger.Statements(ctx, site)
	if err != nil {
		return err
	}
	return s.stream(c, feed.NDJSON.Media(), func(w io.Writer) error {
		p := &proofWriter{encoder: json.NewEncoder(w), known: map[string]bool{}}
		err := p.write(ProofLine{Type: ProofBegin, Site: site, Time: s.o.Clock().UTC().Truncate(time.Millisecond)})
		err = errors.Join(err, p.state(statements))
		if err == nil {
			err = s.o.Records.Export(ctx, site, p.record)
		}
		if err == nil {
			statements, err = s.o.Ledger.Excuses(ctx, site)
			err = errors.Join(err, p.state(statements))
		}
		if err == nil {
			err = s.proveEditions(ctx, site, p)
		}
		if err == nil {
			err = p.write(ProofLine{Type: ProofEnd})
		}
		return err
	})
}

// proveEditions writes what the editions hash to, which is worked out from what is
// stored now, not from what a server remembers.
func (s *Server) proveEditions(ctx context.Context, site string, p *proofWriter) error {
	shown, err := s.o.Publish.Editions(ctx, site)
	if err != nil && consent.CodeOf(err) != consent.NotFound {
		return err
	}
	hashes := map[int]string{}
	for _, e := range shown {
		hashes[e.Number] = e.Site.Hash()
	}
	return p.write(ProofLine{Type: ProofEditions, Editions: hashes})
}
