package boltstore

import (
	"encoding/binary"

	"github.com/leadiumx/consent/consent"
)

// The layout of the file. A number is eight bytes, big-endian, so that keys
// sort as numbers do; part(x) is x behind its length in two bytes, so that no
// two lists of parts make the same key; person is a consent.Person, so that
// what stays after an erasure does not hold the subject. What is looked up by a
// random name stands in one bucket and begins with the two bytes that a subject
// shares with the id of its first record: both are on one page of the file, and
// a page is what a write costs.
//
//	meta       "format"                    → number of the layout, now 3
//	           "version"                   → number of publishes
//	records    part(site) number           → part(id), length in a byte and what opens the evidence, the evidence; an erasure takes out what opens it
//	contexts   part(site) code             → what records of that code share
//	names      2 bytes, 0, part(site) id   → number of the record
//	           2 bytes, 1, person's rest, clock, number → nothing, for each record of a subject that is not erased
//	           2 bytes, 2, part(site) id   → as 0, for an id that is not 16 bytes
//	erasures   part(site) number           → erasure as JSON; its number is one of the records'
//	tombstones person                      → clock of the erasure, then the site
//	editions   part(site) number           → edition as JSON
//	live       site                        → number of the newest edition
//	vault      key                         → end in microseconds, then the value
//	documents  part(kind) id               → version as a number, then the body
//	notes      part(journal) number        → the note
//	counters   part(site) part(day) name   → what was counted, as a number
//
// The last of a person's names are the records that may be current.
const (
	bucketMeta       = "meta"
	bucketRecords    = "records"
	bucketContexts   = "contexts"
	bucketNames      = "names"
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
	format     = 3

	personSize = len(consent.Person{})
)

func buckets() []string {
	return []string{
		bucketMeta, bucketRecords, bucketContexts, bucketNames, bucketTombstones, bucketErasures,
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

// The kinds of names, behind their first two bytes.
const (
	nameID = iota
	nameHistory
	nameOddID
)

func idKey(b []byte, site, id string) []byte {
	if split, ok := consent.Split(id); ok {
		b = part(append(binary.BigEndian.AppendUint16(b, split.Bucket), nameID), site)
		return append(append(b, split.Mark[:]...), split.Rest[:]...)
	}
	bucket := consent.NameBucket(id, consent.NameHash(site, id))
	return append(part(append(binary.BigEndian.AppendUint16(b, bucket), nameOddID), site), id...)
}

// historySize is the length of what all names of a person begin with.
const historySize = personSize + 1

func historyKey(b, person []byte) []byte {
	p := consent.Person(person)
	b = append(binary.BigEndian.AppendUint16(b, p.Bucket()), nameHistory)
	return append(b, p.Hash()...)
}

func recordKey(b []byte, site string, n uint64) []byte { return number(part(b, site), n) }

func editionKey(site string, n int) []byte { return number(part(nil, site), uint64(n)) }

func countKey(site, day string) []byte { return part(part(nil, site), day) }
