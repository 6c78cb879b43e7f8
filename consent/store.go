package consent

import (
	"context"
	"time"
)

// Level says how safe an acknowledged write is.
type Level string

// The levels of durability.
const (
	// StoredLocal was fsynced on this machine.
	StoredLocal Level = "local"
	// StoredRedis was acknowledged by Redis.
	StoredRedis Level = "redis"
	// StoredReplica was acknowledged by Redis and is in the memory of one of
	// its replicas too.
	StoredReplica Level = "replica"
)

// Kept is what became of a record that was given to a store.
type Kept struct {
	// Record is the one that is stored under its id; Fresh says that it is new.
	Record Record
	Fresh  bool
	// Level is what was reached.
	Level Level
	// Receipt is the subject's copy, signed; empty when the store signs none.
	Receipt SignedReceipt
}

// Appended is what became of one of many records.
type Appended struct {
	Record Record
	Fresh  bool
	Err    error
}

// Records keeps decisions. All methods return an *Error with code Unavailable
// when the store does not answer before the context ends; every other code is
// named at its method.
type Records interface {
	// Append stores a record. Which of a subject's records count is settled by
	// Current, whatever the order in which they come. Appending an id of the site again with the same Content stores
	// nothing and returns the record stored first with fresh false; with
	// another Content it fails with IDReused. A subject that was erased at or
	// after the record's clock fails with Erased, and so does an id whose record
	// was stripped, which is returned then. It returns once the record is as safe
	// as Level says.
	Append(ctx context.Context, r Record) (stored Record, fresh bool, err error)
	// Latest returns Current of the subject's records. Errors: NotFound; Erased,
	// which tells when: see ErasedAt.
	Latest(ctx context.Context, site, subject string) (Record, error)
	// Standing writes what Latest says, as far as a check needs it, into out.
	// Errors: as Latest; out means nothing then, but for the At of the latest
	// decision that is known all the same, beside Unavailable.
	Standing(ctx context.Context, site, subject string, out *Standing) error
	// History returns the subject's records in their order, at most 1,000.
	// A subject without records has an empty history. Errors: Erased.
	History(ctx context.Context, site, subject string) ([]Record, error)
	// Devices is Linked of all records of an account; an account that was erased
	// has none.
	Devices(ctx context.Context, site, account string) ([]string, error)
	// Erase forgets everything about a subject except that it was erased.
	// Erasing twice is no error.
	Erase(ctx context.Context, site, subject string, at time.Time) error
	// Export calls each for every record of a site in the order of arrival,
	// erased ones without their subject and levels, and those that cannot be
	// read any more with Damaged set. It stops at the first error that each
	// returns, and returns it.
	Export(ctx context.Context, site string, each func(Record) error) error
	// Level is what an acknowledged Append has reached.
	Level() Level
}

// Catalog keeps the editions of sites. Errors as in Records.
type Catalog interface {
	// Publish stores an edition and makes it live, in one write. Errors:
	// Conflict when e.Number does not follow the newest edition.
	Publish(ctx context.Context, e Edition) error
	// Edition returns one edition of a site. Errors: NotFound.
	Edition(ctx context.Context, site string, number int) (Edition, error)
	// Editions returns all editions of a site, newest first. Errors: NotFound
	// when the site was never published.
	Editions(ctx context.Context, site string) ([]Edition, error)
	// Live returns the newest edition of every site, ordered by site id.
	Live(ctx context.Context) ([]Edition, error)
	// Numbers tells the number of the newest edition of every site.
	Numbers(ctx context.Context) (map[string]int, error)
	// Version counts the editions that were published by all servers on this
	// store; servers compare it to see whether to reload.
	Version(ctx context.Context) (int64, error)
}

// Draft is a site document that is being edited.
type Draft struct {
	Site    Site      `json:"site"`
	SavedAt time.Time `json:"saved_at"`
	By      string    `json:"by,omitempty"`
}

// Vault keeps small secrets that expire: sessions and setup links, under the
// hash of their token. Errors as in Records.
type Vault interface {
	// PutSecret stores value under key until expires. It also clears away some of
	// what has ended by now, so that what is never asked for again does not stay.
	PutSecret(ctx context.Context, key string, value []byte, now, expires time.Time) error
	// Secret returns the value under key, if now is before its end. Errors: NotFound.
	Secret(ctx context.Context, key string, now time.Time) ([]byte, error)
	// TakeSecret returns the value and deletes it, so that of two callers at
	// most one succeeds. Errors: NotFound.
	TakeSecret(ctx context.Context, key string, now time.Time) ([]byte, error)
	// DropSecret deletes the value; deleting nothing is no error.
	DropSecret(ctx context.Context, key string) error
}

// Store is the port that boltstore and redisstore implement.
type Store interface {
	Records
	Catalog
	Vault
	Cabinet
	Feed
	Finder
	Counters
	Archive
	// Ping reports whether the store answers.
	Ping(ctx context.Context) error
	// Close releases the store; nothing may be called afterwards.
	Close() error
}
