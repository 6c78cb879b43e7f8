package consent

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Statement is what a node signs about its chain of a site.
type Statement struct {
	Kind StatementKind `json:"kind"`
	Site string        `json:"site"`
	// Node and Seq name a place in a chain; Link and Hash say what stands there.
	Node string    `json:"node"`
	Seq  uint64    `json:"seq"`
	Link Link      `json:"link,omitzero"`
	Hash Hash      `json:"hash,omitzero"`
	Time time.Time `json:"time"`
	// ID is the record of a Void.
	ID string `json:"id,omitempty"`
}

// StatementKind is one of the constants below.
type StatementKind string

const (
	// Checkpoint: the chain has come to Seq, and Hash is that of the Head there.
	Checkpoint StatementKind = "checkpoint"
	// Forgot: the entry is no record; a subject was erased then. It does not
	// say who. Hash is its leaf.
	Forgot StatementKind = "erasure"
	// Void: the record of this entry was not kept, since the store had its id
	// from another node already, or refused it. Hash is its leaf.
	Void StatementKind = "void"
	// Swept: records up to Seq may be gone, their time was over.
	Swept StatementKind = "swept"
)

// statementType is the `typ` of a signed statement.
const statementType = "consent-ledger+jws"

// SignStatement returns the statement as a compact JWS, as SignReceipt does.
func (k *Keyring) SignStatement(s Statement) (string, error) { return k.signJWS(statementType, s) }

// VerifyStatement reads a signed statement. Errors: Invalid.
func VerifyStatement(keys []PublicKey, jws string) (Statement, error) {
	var s Statement
	if !openJWS(keys, statementType, jws, &s) {
		return Statement{}, Fail(Invalid, "a statement about the ledger is malformed, was changed, or was signed with another key", "take the export unchanged, and the keys of the servers that made it")
	}
	return s, nil
}

// ForgotLeaf is the leaf of an erasure at a place of a chain.
func ForgotLeaf(site, node string, seq uint64, at time.Time) Hash {
	b := appendWord(appendWord([]byte("lx erasure 1"), site), node)
	return sha256.Sum256(appendSigned(binary.AppendUvarint(b, seq), at.UnixMilli()))
}
