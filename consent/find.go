package consent

import (
	"context"
	"time"
)

// Finder looks up single facts. Errors as in Records.
type Finder interface {
	// Find returns the record with an id, stripped when its subject was erased,
	// and with Damaged set when it cannot be read any more. Errors: NotFound.
	Find(ctx context.Context, site, id string) (Record, error)
	// Since returns a cursor of the Feed that stands before everything that
	// arrived at a time or later, and not far before.
	Since(ctx context.Context, site string, t time.Time) (string, error)
	// Before returns up to limit arrivals that stand before the one of a cursor,
	// newest first; the empty cursor stands behind the newest. Errors: Invalid for
	// a cursor that is none.
	Before(ctx context.Context, site, before string, limit int) ([]Arrival, error)
}
