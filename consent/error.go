package consent

import (
	"errors"
	"fmt"
	"time"
)

// Code names a kind of failure; it is stable and becomes the `code` of a
// problem document.
type Code string

// The codes that the domain and its stores return.
const (
	Invalid      Code = "invalid"       // the input breaks a rule
	NotFound     Code = "not-found"     // no such site, edition or record
	Conflict     Code = "conflict"      // somebody else changed it first
	IDReused     Code = "id-reused"     // a record id came back with other content
	Forbidden    Code = "forbidden"     // the credential does not allow it
	Unauthorized Code = "unauthorized"  // the credential is missing or not valid
	Erased       Code = "erased"        // the subject asked for erasure
	Unavailable  Code = "unavailable"   // a dependency did not answer in time
	UnknownSite  Code = "unknown-site"  // no such site
	BadNote      Code = "bad-note"      // the sealed note was not made by us
	BadToken     Code = "bad-token"     // a subject token was not made by us
	BadOrigin    Code = "bad-origin"    // the page's origin is not one of the site's
	Contradicts  Code = "contradictory" // levels contradict the action
	// UnknownPurpose names a purpose or vendor that the notice does not have.
	UnknownPurpose Code = "unknown-purpose"
)

// Error is a failure that a caller may act on. Cause and Fix are written for
// the person who sent the input; wrapped errors are for our logs only.
type Error struct {
	Code  Code
	Cause string
	Fix   string
	// Findings lists every fault of a document, empty for single failures.
	Findings []Finding
	// At is the clock of the erasure that Erased tells of, 0 where it is not known.
	At int64
	// Wait is after how long the same may go well, 0 where nobody can tell.
	Wait time.Duration
	Err  error
}

// Finding is one fault of a document: where, what and how to mend it. An error
// keeps the document from being published, a warning explains.
type Finding struct {
	// Rule is the id of the rule that was broken, empty for a malformed document.
	Rule     string   `json:"rule,omitempty"`
	Severity Severity `json:"severity" enum:"error,warning"`
	Path     string   `json:"path"`
	Message  string   `json:"message"`
	// Source is the law or guidance behind the rule.
	Source string `json:"source,omitempty"`
	Fix    string `json:"fix"`
}

// Severity says what a finding does.
type Severity string

// The severities of findings.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Errors returns the findings that keep a document from being published.
func Errors(found []Finding) []Finding {
	var out []Finding
	for _, f := range found {
		if f.Severity != SeverityWarning {
			out = append(out, f)
		}
	}
	return out
}

// ErrDamaged is behind the failure of what is stored and cannot be read any more.
// Its code is Unavailable, as that of a store that is away, but waiting mends nothing.
var ErrDamaged = errors.New("is damaged")

// Forgotten says that a subject was erased. At is the clock of that, 0 where it is not known.
func Forgotten(at int64) error {
	return &Error{Code: Erased, Cause: "the subject asked for erasure", Fix: "ask the visitor for a new choice", At: at}
}

// ErasedAt is the clock of the erasure that an error tells of, 0 where there is none.
func ErasedAt(err error) int64 {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.At
	}
	return 0
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Cause, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Cause)
}

func (e *Error) Unwrap() error { return e.Err }

// Fail makes an Error from what is wrong and how to mend it.
func Fail(code Code, cause, fix string) *Error {
	return &Error{Code: code, Cause: cause, Fix: fix}
}

// Errorf makes an Error with a formatted cause and no fix; a %w verb wraps.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Cause: err.Error(), Err: errors.Unwrap(err)}
}

// CodeOf returns the code of the first Error in err's chain, or "" when there
// is none: an unexpected failure.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
