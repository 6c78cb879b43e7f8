package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// save puts a sealed record under its key, and its context where no other
// record has brought it yet.
func save(tx *bbolt.Tx, key []byte, id string, sealed consent.Sealed, secret []byte) error {
	code := contextKey(key, consent.CodeOfContext(sealed.Context))
	switch known := tx.Bucket([]byte(bucketContexts)).Get(code); {
	case known == nil:
		if err := tx.Bucket([]byte(bucketContexts)).Put(code, sealed.Context); err != nil {
			return err
		}
	case !bytes.Equal(known, sealed.Context):
		return consent.Fail(consent.Invalid, "two notices have the same code", "publish the site again, with any change")
	}
	if secret != nil {
		if err := tx.Bucket([]byte(bucketSecrets)).Put(key, secret); err != nil {
			return err
		}
	}
	return tx.Bucket([]byte(bucketRecords)).Put(key, append(part(nil, id), sealed.Evidence...))
}

func load(tx *bbolt.Tx, key []byte) (consent.Record, error) {
	return unpack(tx, key, tx.Bucket([]byte(bucketRecords)).Get(key))
}

// unpack reads what save put. Nothing of the result is memory of the file.
func unpack(tx *bbolt.Tx, key, value []byte) (consent.Record, error) {
	if len(value) < 2 || len(value)-2 < int(binary.BigEndian.Uint16(value)) {
		return consent.Record{Damaged: true, Sealed: &consent.Sealed{}}, fmt.Errorf("a stored record is damaged: %d bytes", len(value))
	}
	id, evidence := value[2:2+binary.BigEndian.Uint16(value)], bytes.Clone(value[2+binary.BigEndian.Uint16(value):])
	code, _ := consent.EvidenceCode(evidence)
	context := bytes.Clone(tx.Bucket([]byte(bucketContexts)).Get(contextKey(key, code)))
	r, err := consent.Unpack(string(id), context, evidence, tx.Bucket([]byte(bucketSecrets)).Get(key))
	if err != nil {
		return r, fmt.Errorf("the stored record %q: %w", id, err)
	}
	return r, nil
}

// contextKey is the key of a context on the site of a record's key.
func contextKey(recordKey []byte, code consent.ContextCode) []byte {
	return append(bytes.Clone(recordKey[:len(recordKey)-8]), code[:]...)
}
