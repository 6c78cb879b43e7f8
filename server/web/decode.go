package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// bounds limit what one JSON body may hold.
type bounds struct {
	bytes  int64
	depth  int
	keys   int
	text   int
	accept []string
	// known are levels that were read before, where a body has some.
	known *choices
}

func consentBounds() bounds {
	return bounds{bytes: 8 << 10, depth: 16, keys: 200, text: 2 << 10, accept: []string{mediaJSON, mediaText}}
}

func configBounds() bounds {
	return bounds{bytes: 256 << 10, depth: 16, keys: 20_000, text: 2 << 10, accept: []string{"application/json"}}
}

// decode reads a JSON body strictly: one value, UTF-8, no doubled and no
// unknown member, within the bounds.
func decode[T any](c echo.Context, b bounds) (v T, err error) {
	r := c.Request()
	media := r.Header.Get("Content-Type")
	if !slices.Contains(b.accept, media) {
		media, _, err = mime.ParseMediaType(media)
	}
	if err != nil || !slices.Contains(b.accept, media) {
		return v, consent.Fail(badMediaType, "the Content-Type is not accepted here", "send the JSON as "+strings.Join(b.accept, " or "))
	}
	body, err := b.read(c)
	if err != nil {
		return v, b.unread(err)
	}
	plain := b.plain(body)
	if q, ok := any(&v).(quickly); ok && plain {
		if q.quickly(quick{s: string(body), known: b.known}) {
			return v, nil
		}
		v = *new(T)
	}
	if !plain {
		if err := b.scan(body); err != nil {
			return v, err
		}
	}
	if err := json.Unmarshal(body, &v, json.RejectUnknownMembers(true)); err != nil {
		if plain {
			// What is wrong with the whole comes before what is wrong with a member.
			if err := b.scan(body); err != nil {
				return v, err
			}
		}
		return v, explain(err)
	}
	return v, nil
}

// unread is the error of a body that was not read.
func (b bounds) unread(err error) error {
	if over := new(http.MaxBytesError); errors.As(err, &over) {
		return consent.Fail(tooLarge, fmt.Sprintf("the body is larger than %d bytes", b.bytes), "send less")
	}
	return consent.Fail(badJSON, "the body could not be read to its end", "send the whole body")
}

// read reads a body, in one piece when its length is told. Once it is closed,
// net/http does not look for more of it.
func (b bounds) read(c echo.Context) ([]byte, error) {
	r := c.Request()
	n := r.ContentLength
	if n > b.bytes && r.Header.Get("Expect") != "" {
		// The client waits for a word before it sends: nothing of it is asked for.
		c.Response().Header().Set("Connection", "close")
		return nil, &http.MaxBytesError{Limit: b.bytes}
	}
	if n > 0 && n <= b.bytes {
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		if err == nil {
			err = r.Body.Close()
		}
		return body, err
	}
	return io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, b.bytes))
}

// plain reports whether a body can be seen to be within the bounds by its marks
// alone, whatever they stand for; then it need not be read twice.
func (b bounds) plain(body []byte) bool {
	if len(body) == 0 || body[0] != '{' {
		return false
	}
	quotes, opened, quoted := 0, 0, 0
	for i, c := range body {
		switch c {
		case '"':
			if i-quoted > b.text {
				return false
			}
			quotes, quoted = quotes+1, i
		case '{', '[':
			opened++
		}
	}
	return quotes <= b.keys && opened <= b.depth && len(body)-quoted <= b.text
}

// scan refuses bodies that are costly or ambiguous before anything is built.
func (b bounds) scan(body []byte) error {
	d := jsontext.NewDecoder(strings.NewReader(string(body)))
	keys := 0
	if k := d.PeekKind(); k != '{' && k != 0 {
		return consent.Fail(badJSON, "the body is not a JSON object", "send one object")
	}
	for {
		kind := d.PeekKind()
		tok, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			if keys == 0 && len(strings.TrimSpace(string(body))) == 0 {
				return consent.Fail(badJSON, "the body is empty", "send a JSON object")
			}
			return nil
		}
		if err != nil {
			return explain(err)
		}
		if d.StackDepth() > b.depth {
			return consent.Fail(badJSON, fmt.Sprintf("the JSON is nested deeper than %d", b.depth), "flatten it")
		}
		if kind == '"' {
			if parent, n := d.StackIndex(d.StackDepth()); parent == '{' && n%2 == 1 {
				keys++
			}
			if len(tok.String()) > b.text {
				return consent.Fail(badJSON, fmt.Sprintf("a text is longer than %d bytes", b.text), "shorten it")
			}
		}
		if keys > b.keys {
			return consent.Fail(badJSON, fmt.Sprintf("there are more than %d members", b.keys), "send fewer")
		}
	}
}

// explain says what is wrong with a body, and where, in the sender's terms.
func explain(err error) error {
	var sem *json.SemanticError
	var syn *jsontext.SyntacticError
	at := func(p jsontext.Pointer) string {
		if p == "" {
			return "the top"
		}
		return string(p)[:min(len(p), 120)]
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syn):
		return consent.Fail(badJSON, "a member stands twice: "+at(syn.JSONPointer), "send each member once")
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &sem):
		return consent.Fail(badJSON, "a member is not known: "+at(sem.JSONPointer), "remove it, or check its spelling in /v1/openapi.json")
	case errors.As(err, &sem):
		return consent.Fail(badJSON, "a value has the wrong type: "+at(sem.JSONPointer), "see /v1/openapi.json for the type of each member")
	case errors.As(err, &syn):
		return consent.Fail(badJSON, fmt.Sprintf("the body is not valid JSON near byte %d", syn.ByteOffset), "send one JSON value in UTF-8")
	default:
		return consent.Fail(badJSON, "the body is not valid JSON", "send one JSON value in UTF-8")
	}
}
