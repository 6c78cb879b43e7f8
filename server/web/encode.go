package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/gate"
)

// room is what an answer is made in, one after the other: a check is asked for
// with nearly every page.
type room struct {
	// text is what is answered, written without reflection.
	text []byte
	// purposes and decisions are those of a check.
	purposes  []string
	decisions []gate.Decision
	params    params
	ask       gate.Ask
	// real says that the visitor of a check is not simulated.
	real bool
}

type rooms struct{ pool sync.Pool }

func (p *rooms) get() *room {
	if r, ok := p.pool.Get().(*room); ok {
		return r
	}
	return &room{text: make([]byte, 0, 1024)}
}

// put empties a room, so that nothing of a request is kept in it.
func (p *rooms) put(r *room) {
	clear(r.purposes)
	clear(r.decisions)
	r.params, r.ask, r.real = params{}, gate.Ask{}, false
	r.text, r.purposes, r.decisions = r.text[:0], r.purposes[:0], r.decisions[:0]
	p.pool.Put(r)
}

// sendJSON answers with JSON that stands in a buffer.
func (s *Server) sendJSON(c echo.Context, status int, b []byte) error {
	w := c.Response()
	w.Header()["Content-Type"] = s.fixed.json
	w.WriteHeader(status)
	_, err := w.Write(b)
	return err
}

// appendCheck writes a checkJSON.
func appendCheck(b []byte, a *gate.Answer) []byte {
	b = appendText(append(b, `{"site":`...), a.Site)
	b = strconv.AppendInt(append(b, `,"edition":`...), int64(a.Edition), 10)
	b = appendText(append(b, `,"regime":`...), a.Regime)
	b = append(b, `,"decisions":[`...)
	for i := range a.Decisions {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendDecision(b, &a.Decisions[i])
	}
	return append(b, "]}\n"...)
}

// appendAnswer writes an answerJSON. What the receipt says stands there letter
// by letter as it was signed.
func appendAnswer(b []byte, a *collect.Answer) []byte {
	b = appendText(append(b, `{"id":`...), a.ID)
	b = appendText(append(b, `,"consent":`...), a.Consent)
	if a.Subject != "" {
		b = appendText(append(b, `,"subject":`...), a.Subject)
	}
	b = appendText(append(b, `,"stored":`...), string(a.Stored))
	b = append(append(b, `,"receipt":`...), a.Receipt.Text[:len(a.Receipt.Text)-1]...)
	b = append(append(b, `,"jws":"`...), a.Receipt.JWS...)
	return append(b, "\"}}\n"...)
}

// sendAnswer answers a write.
func (s *Server) sendAnswer(c echo.Context, a *collect.Answer) error {
	r := s.rooms.get()
	defer s.rooms.put(r)
	r.text = appendAnswer(r.text, a)
	return s.sendJSON(c, http.StatusCreated, r.text)
}

// appendDecision writes a decisionJSON.
func appendDecision(b []byte, d *gate.Decision) []byte {
	b = appendText(append(b, `{"purpose":`...), d.Purpose)
	if d.Vendor != "" {
		b = appendText(append(b, `,"vendor":`...), d.Vendor)
	}
	if d.Cookie != "" {
		b = appendText(append(b, `,"cookie":`...), d.Cookie)
	}
	b = strconv.AppendBool(append(b, `,"allow":`...), d.Allow)
	b = strconv.AppendInt(append(b, `,"level":`...), int64(d.Level), 10)
	b = appendText(append(b, `,"reason":`...), string(d.Reason))
	b = appendText(append(b, `,"basis":`...), string(d.Basis))
	if d.Until == 0 {
		return append(b, `,"until":null}`...)
	}
	b = append(b, `,"until":"`...)
	b = time.Unix(d.Until, 0).UTC().AppendFormat(b, time.RFC3339)
	return append(b, `"}`...)
}

// appendText writes a string as encoding/json does.
func appendText(b []byte, s string) []byte { return consent.AppendText(b, s) }
