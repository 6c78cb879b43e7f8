package middleware

import (
	"bufio"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
)

// inserter is a response writer that holds a page back until its head begins,
// puts the markup there, and passes everything else on at once.
type inserter struct {
	http.ResponseWriter
	markup func() markup
	tag    markup
	status int
	held   []byte
	// passing says that the header is sent, and nothing is held any more.
	passing bool
}

// WriteHeader keeps the status until it is known where the head begins.
func (i *inserter) WriteHeader(status int) {
	switch {
	case i.passing || (status >= 100 && status < 200 && status != http.StatusSwitchingProtocols):
		i.ResponseWriter.WriteHeader(status)
	case i.status == 0:
		i.status = status
		if !i.page() {
			i.pass(-1)
		}
	}
}

// page reports whether the answer may be one that the markup belongs into, by
// its status and header.
func (i *inserter) page() bool {
	h := i.Header()
	switch i.status {
	case http.StatusSwitchingProtocols, http.StatusNoContent, http.StatusResetContent, http.StatusPartialContent, http.StatusNotModified:
		return false
	}
	if h.Get("Content-Encoding") != "" || h.Get("Content-Range") != "" {
		return false
	}
	kind := h.Get("Content-Type")
	return kind == "" || isHTML(kind)
}

func isHTML(kind string) bool {
	kind, _, _ = mime.ParseMediaType(kind)
	return kind == "text/html"
}

// Write holds the bytes up to the start of the head, and passes on the rest.
func (i *inserter) Write(b []byte) (int, error) {
	if i.status == 0 {
		i.WriteHeader(http.StatusOK)
	}
	if i.passing {
		return i.ResponseWriter.Write(b)
	}
	i.held = append(i.held, b...)
	if at, known := head(i.held); known || len(i.held) >= maxProlog {
		if err := i.pass(at); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// pass sends the header and what is held, with the markup at a place; a
// negative place is none.
func (i *inserter) pass(at int) error {
	i.passing = true
	h := i.Header()
	if h.Get("Content-Type") == "" && len(i.held) > 0 {
		h.Set("Content-Type", http.DetectContentType(i.held))
	}
	var in markup
	if at >= 0 && isHTML(h.Get("Content-Type")) {
		in = i.prepare(h)
	}
	if i.status != 0 {
		i.ResponseWriter.WriteHeader(i.status)
	}
	held := i.held
	i.held = nil
	if in.html != "" {
		held = []byte(string(held[:at]) + in.html + string(held[at:]))
	}
	if len(held) == 0 {
		return nil
	}
	_, err := i.ResponseWriter.Write(held)
	return err
}

// prepare fetches the markup and makes the header fit it.
func (i *inserter) prepare(h http.Header) markup {
	in := i.tag
	// In other encodings, and before a page has named its own, only ASCII is safe.
	if _, params, _ := mime.ParseMediaType(h.Get("Content-Type")); strings.EqualFold(params["charset"], "utf-8") {
		in = i.markup()
	}
	for _, name := range []string{"Content-Length", "Etag", "Last-Modified", "Content-Md5", "Digest", "Content-Digest", "Accept-Ranges"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "private, no-store")
	nonce := ""
	for _, name := range []string{"Content-Security-Policy", "Content-Security-Policy-Report-Only"} {
		// The values may be shared by all answers of the handler.
		policies := slices.Clone(h[name])
		for n, policy := range policies {
			policies[n] = permit(policy, in.source)
			nonce = nonceOf(policy, nonce)
		}
		if policies != nil {
			h[name] = policies
		}
	}
	if nonce != "" {
		in.html = withNonce(in.html, nonce)
	}
	return in
}

// finish sends what is still held when the handler has ended.
func (i *inserter) finish() {
	if !i.passing && i.status != 0 {
		at, _ := head(i.held)
		// A failed write is the server's to notice.
		_ = i.pass(at)
	}
}

// ReadFrom leaves the copying to the writer below once nothing is held.
func (i *inserter) ReadFrom(r io.Reader) (int64, error) {
	var before int64
	for buf := make([]byte, 4<<10); !i.passing; {
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := i.Write(buf[:n]); err != nil {
				return before, err
			}
			before += int64(n)
		}
		if err == io.EOF {
			return before, nil
		}
		if err != nil {
			return before, err
		}
	}
	n, err := io.Copy(i.ResponseWriter, r)
	return before + n, err
}

// Flush is FlushError for handlers that look for an http.Flusher.
func (i *inserter) Flush() { _ = i.FlushError() }

// FlushError sends what was written so far. Before the head of a page has
// begun there is nothing that a browser could show, and nothing is sent.
func (i *inserter) FlushError() error {
	if i.status == 0 && !isHTML(i.Header().Get("Content-Type")) {
		i.WriteHeader(http.StatusOK)
		if !i.passing {
			_ = i.pass(-1)
		}
	}
	if !i.passing {
		return nil
	}
	return http.NewResponseController(i.ResponseWriter).Flush()
}

// Hijack hands the connection over.
func (i *inserter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	i.passing = true
	return http.NewResponseController(i.ResponseWriter).Hijack()
}

// Unwrap lets an http.ResponseController reach the writer below.
func (i *inserter) Unwrap() http.ResponseWriter { return i.ResponseWriter }
