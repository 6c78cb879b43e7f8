package middleware

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
)

// stripper is a response writer that strips cookies in the last moment before
// the header leaves. It passes everything else on at once.
type stripper struct {
	http.ResponseWriter
	gate    *Gate
	ctx     context.Context
	visitor visitor
	sent    bool
}

// strip cleans the header once; what a handler changes after it has left goes
// nowhere but into trailers.
func (s *stripper) strip() {
	if !s.sent {
		s.sent = true
		s.clean()
	}
}

func (s *stripper) clean() {
	s.gate.strip(s.Header(), func(q question) answer { return s.gate.answer(s.ctx, s.visitor, q) })
}

// WriteHeader sends the header without the cookies that are refused.
func (s *stripper) WriteHeader(status int) {
	switch {
	case status >= 100 && status < 200 && status != http.StatusSwitchingProtocols && !s.sent:
		// An early hint carries the header of now; the real one comes later.
		s.clean()
	default:
		s.strip()
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write sends the header, if that was not done, and the bytes.
func (s *stripper) Write(b []byte) (int, error) {
	s.strip()
	return s.ResponseWriter.Write(b)
}

// ReadFrom leaves the copying to the writer below, which may have a way
// without a copy in memory.
func (s *stripper) ReadFrom(r io.Reader) (int64, error) {
	s.strip()
	return io.Copy(s.ResponseWriter, r)
}

// Flush is FlushError for handlers that look for an http.Flusher.
func (s *stripper) Flush() { _ = s.FlushError() }

// FlushError sends what was written so far.
func (s *stripper) FlushError() error {
	s.strip()
	return http.NewResponseController(s.ResponseWriter).Flush()
}

// Hijack hands the connection over. The header is cleaned before, since a
// proxy sends it by itself.
func (s *stripper) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	s.strip()
	return http.NewResponseController(s.ResponseWriter).Hijack()
}

// Unwrap lets an http.ResponseController reach the writer below.
func (s *stripper) Unwrap() http.ResponseWriter { return s.ResponseWriter }
