package boltstore

import (
	"encoding/binary"

	"github.com/leadiumx/consent/consent"
)

// The layout of the file. A number is eight bytes, big-endian, so that keys
// sort as numbers do; part(x) is x behind its length in two bytes, so that no
// two lists of parts make the same key; person is a consent.Person, so that
// what stays after an erasure does not hold the subject.
//
//	meta       "format"                    → number of the layout, now 2
//	           "version"                   → number of publishes
//	records    part(site) number           → part(id), then the record's evidence
//	secrets    part(site) number           → what opens the evidence; gone once erased
//	contexts   part(site) code             → what records of that code share
//	ids        part(site) part(id)         → number of the record
//	history    person clock number         → part(site), for each record of a subject that is not erased
//	erasures   part(site) number           → erasure as JSON; its number is one of the records'
//	tombstones person                      → clock of the erasure, then the site
//	editions   part(site) number           → edition as JSON
//	live       site                        → number of the newest edition
//	vault      key                         → end in microseconds, then the value
//	documents  part(kind) id               → version as a number, then the body
//	notes      part(journal) number        → the note
//	counters   part(site) part(day) name   → what was counted, as a number
//
// The last history keys of a person are the records that may be current.
const (
	bucketMeta       = "meta"
	bucketRecords    = "records"
	bucketSecrets    = "secrets"
	bucketContexts   = "contexts"
	bucketIDs        = "ids"
	bucketHistory    = "history"
	bucketTombstones = "tombstones"
	bucketErasures   = "erasures"
	bucketEditions   = "editions"
	bucketLive       = "live"
	bucketVault      = "vault"
	bucketDocuments  = "documents"
	bucketNotes      = "notes"
	bucketCounters   = "counters"
)

const (
	keyFormat  = "format"
	keyVersion = "version"
	format     = 2

	personSize = len(consent.Person{})
)

func buckets() []string {
	return []string{
		bucketMeta, bucketRecords, bucketSecrets, bucketContexts, bucketIDs, bucketHistory, bucketTombstones, bucketErasures,
		bucketEditions, bucketLive, bucketVault, bucketDocuments, bucketNotes, bucketCounters,
	}
}

func part(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
	return append(b, s...)
}

func number(b []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(b, n) }

// clockKey flips the sign, so that times before 1970 sort before later ones.
func clockKey(b []byte, clock int64) []byte { return number(b, uint64(clock)^1<<63) }

func readClock(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }

func personOf(site, subject string) []byte {
	p := consent.PersonOf(site, subject)
	return p[:]
}

func idKey(site, id string) []byte { return part(part(nil, site), id) }

func recordKey(site string, n uint64) []byte { return number(part(nil, site), n) }

func editionKey(site string, n int) []byte { return number(part(nil, site), uint64(n)) }

func countKey(site, day string) []byte { return part(part(nil, site), day) }
