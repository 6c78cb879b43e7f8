package consent

import (
	"context"
	"strings"
)

// Cabinet keeps what an organisation writes down about itself: members, keys,
// requests. They are few and small, and several people may change one at the
// same time. Errors as in Records, and Invalid for what Document.Check or
// CheckPage refuses.
type Cabinet interface {
	// PutDocument stores d.Body when the stored version is still d.Version, 0
	// for one that is new, and returns the document with its new version. A
	// version is never used twice within a kind. Nothing is stored unless each
	// of still, documents of the same kind, is stored under its version too: so
	// a change can rest on what was read of others. Errors: Conflict.
	PutDocument(ctx context.Context, d Document, still ...Document) (Document, error)
	// Document returns one document. Errors: NotFound.
	Document(ctx context.Context, kind, id string) (Document, error)
	// Documents returns up to limit documents of a kind whose id sorts after
	// the given one, byte by byte.
	Documents(ctx context.Context, kind, after string, limit int) ([]Document, error)
	// DropDocument deletes a document; deleting nothing is no error. still is as
	// in PutDocument, and may name the document itself. Errors: Conflict.
	DropDocument(ctx context.Context, kind, id string, still ...Document) error
	// AppendNote adds a note to a journal and returns its number. The notes of
	// a journal are numbered from 1 without a gap and never change.
	AppendNote(ctx context.Context, journal string, body []byte) (int64, error)
	// Notes returns up to limit notes of a journal with a number above after,
	// in their order.
	Notes(ctx context.Context, journal string, after int64, limit int) ([]JournalNote, error)
}

// Document is a body under a name, with the version that changes with it.
type Document struct {
	Kind    string
	ID      string
	Version int64
	Body    []byte
}

// JournalNote is one entry of a journal.
type JournalNote struct {
	Number int64
	Body   []byte
}

// Bounds of documents and of the pages in which they are read.
const (
	MaxDocument = 256 << 10
	MaxPage     = 1000
	maxKind     = 128
	maxName     = 512
)

// Check refuses a document that a store cannot keep. Errors: Invalid.
func (d Document) Check() error {
	switch {
	case !kindFits(d.Kind):
		return badKind(d.Kind)
	case d.ID == "" || len(d.ID) > maxName:
		return Fail(Invalid, "a document's id is empty or longer than 512 bytes", "name it more shortly")
	case len(d.Body) > MaxDocument:
		return Fail(Invalid, "the document is larger than 256 KiB", "shorten it or split it")
	case d.Version < 0:
		return Fail(Invalid, "a document's version is below 0", "send the version that was read")
	}
	return nil
}

// CheckNote refuses a note that a store cannot keep. Errors: Invalid.
func CheckNote(journal string, body []byte) error {
	if !kindFits(journal) {
		return badKind(journal)
	}
	if len(body) > MaxDocument {
		return Fail(Invalid, "the note is larger than 256 KiB", "shorten it")
	}
	return nil
}

// CheckPage refuses a page of a kind or journal that is too long. Errors: Invalid.
func CheckPage(kind string, limit int) error {
	if !kindFits(kind) {
		return badKind(kind)
	}
	if limit < 1 || limit > MaxPage {
		return Fail(Invalid, "a page holds between 1 and 1,000 entries", "ask for fewer, and go on after the last one")
	}
	return nil
}

// kindFits keeps kinds to letters that mean nothing in a store's keys.
func kindFits(kind string) bool {
	return kind != "" && len(kind) <= maxKind && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._/-") == ""
}

func badKind(kind string) error {
	return Fail(Invalid, "the kind of document `"+kind[:min(len(kind), maxKind)]+"` is not made of 1 to 128 letters, digits, `:`, `.`, `_`, `/` and `-`", "use such a name")
}
