package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

func load(tx *bbolt.Tx, key []byte) (consent.Record, error) {
	return unpack(tx, key, tx.Bucket([]byte(bucketRecords)).Get(key))
}

// stored is the value of a record. Without a secret it is as after an erasure.
func stored(b []byte, id string, secret, evidence []byte) []byte {
	b = append(part(b, id), byte(len(secret)))
	return append(append(b, secret...), evidence...)
}

// readStored takes apart what stored made; the parts are memory of value.
func readStored(value []byte) (id, secret, evidence []byte, ok bool) {
	if len(value) < 2 {
		return nil, nil, nil, false
	}
	n, rest := int(binary.BigEndian.Uint16(value)), value[2:]
	if len(rest) <= n || len(rest)-n-1 < int(rest[n]) {
		return nil, nil, nil, false
	}
	id, rest = rest[:n], rest[n+1:]
	if n = int(value[2+n]); n > 0 {
		secret = rest[:n]
	}
	return id, secret, rest[n:], true
}

// unpack reads a stored record. Nothing of the result is memory of the file.
func unpack(tx *bbolt.Tx, key, value []byte) (consent.Record, error) {
	id, secret, evidence, ok := readStored(value)
	if !ok {
		return consent.Record{Damaged: true, Sealed: &consent.Sealed{}}, fmt.Errorf("a stored record %w: %d bytes", consent.ErrDamaged, len(value))
	}
	evidence = bytes.Clone(evidence)
	code, _ := consent.EvidenceCode(evidence)
	context := bytes.Clone(tx.Bucket([]byte(bucketContexts)).Get(contextKey(key, code)))
	r, err := consent.Unpack(string(id), context, evidence, secret)
	if err != nil {
		// Its own code would blame whoever asks.
		return r, fmt.Errorf("the stored record %q %w: %v", id, consent.ErrDamaged, err)
	}
	return r, nil
}

// forget takes what opens a record out of it, and returns its id. Of one that
// cannot be read nothing is left, and nothing stops an erasure.
func forget(tx *bbolt.Tx, key []byte) (string, error) {
	records := tx.Bucket([]byte(bucketRecords))
	value := records.Get(key)
	id, _, evidence, ok := readStored(value)
	switch {
	case value == nil:
		return "", nil
	case !ok:
		return "", records.Put(key, []byte{})
	}
	name := string(id)
	return name, records.Put(key, stored(nil, name, nil, evidence))
}

// contextKey is the key of a context on the site of a record's key.
func contextKey(recordKey []byte, code consent.ContextCode) []byte {
	return append(bytes.Clone(recordKey[:len(recordKey)-8]), code[:]...)
}
