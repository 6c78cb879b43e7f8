package redisstore

import (
	"crypto/sha256"
	"net/url"

	"github.com/leadiumx/consent/consent"
)

// The layout in Redis, each key behind the prefix of the store. What stands in
// braces decides the slot, so that each script touches one slot only; pp is one
// of 32 partitions of a site and bbb one of the 2,048 buckets in it, or of the
// 4,096 for states.
//
//	s:{site/pp}bbb   hash   some subjects
//	                        person        (7 bytes)  state of a subject
//	                        person mark   (15 bytes) an earlier record of a subject
//	b:{site/pp}bbb   hash   a bucket: what is known of some ids
//	                        mark          (8 bytes)  a record, or where it is
//	j:{site/pp}      list   arrivals: records by bucket and mark, and erasures
//	n:{site/pp}day   hash   counters of a day; see consent.Counters
//	d:{site/pp}      hash   code → context that many records share
//	live{catalog}    hash   site → newest edition
//	version{catalog} string number of publishes
//	format{catalog}  string number of the layout; without it, it is this one
//	ed{catalog}:site hash   number → edition, "newest" → number
//	secrets{vault}   hash   key → end in microseconds ":" value
//	ends{vault}      zset   key by end
//	docs{kind}       hash   id → version ":" body
//	ids{kind}        zset   the ids, for their order
//	versions{kind}   string last version of a kind
//	notes{journal}   list   the notes
//
// Nothing has a time to live: Redis keeps what it is given, and Sweep deletes.
//
// State and tombstone of a subject stand in one hash, evidence in another, of one
// slot: a decision is applied and erased by scripts that find all they decide on
// there. A check reads the first alone, as does whoever reads while the slot moves
// to another server of a cluster, for then Redis runs no script on two keys. Some
// 15 visitors share a bucket where a site has a million, and half as many a hash of
// states. Redis keeps each as one block of memory, and looks through it from its
// beginning: so states, which are looked for most, stand apart and in the smaller
// ones, and a check of ten million visitors takes hardly longer than one of a few.
//
// person is a part of the SHA-256 of (site, subject), so that what stays after an
// erasure does not hold the subject. mark is half of the id, see consent.Split, or
// part of the SHA-256 of (site, id) if that is not 16 bytes. The bucket of a
// subject or an id is its first two bytes. Whoever makes the subject of a first
// decision gives it the first two bytes of the record's id (consent.NewSubjectFor):
// then the id and the subject fall into one bucket, one script sees that an id is
// known, and a retry finds its record even when it does not know the subject.
// Only a later decision, whose new id falls anywhere, first claims the id in the
// bucket of the id, in a step of its own; the claim holds the subject until it is
// settled, so that the retry of a write which was cut in between can complete it.
type keys struct{ prefix string }

const (
	partitions = 32
	buckets    = 1 << 16
	perPart    = buckets / partitions
	// stateBits are how many bits of a person divide the states of a bucket.
	stateBits = 1
)

// place is a bucket of a site.
type place struct {
	site   string
	bucket uint16
}

func (p place) part() int { return int(p.bucket) / perPart }

// append writes the name of a kind of key in a partition of a site.
func (k keys) append(b []byte, kind byte, site string, part, rest int) []byte {
	b = append(append(append(b, k.prefix...), kind), ":{"...)
	b = append(append(b, url.PathEscape(site)...), '/', digits[part>>4], digits[part&15], '}')
	if rest >= 0 {
		b = append(b, digits[rest>>8&15], digits[rest>>4&15], digits[rest&15])
	}
	return b
}

func (k keys) key(kind byte, site string, part, rest int) string {
	var room [96]byte
	return string(k.append(room[:0], kind, site, part, rest))
}

const digits = "0123456789abcdef"

func (k keys) bucket(p place) string {
	return k.key('b', p.site, p.part(), int(p.bucket)%perPart)
}

// state is where the state of a person in a bucket stands.
func (k keys) state(p place, person []byte) string {
	return k.key('s', p.site, p.part(), p.stateOf(person[0]))
}

// stateOf numbers the states of the place's partition.
func (p place) stateOf(person byte) int {
	return int(p.bucket)%perPart<<stateBits | int(person>>(8-stateBits))
}

func (k keys) journal(site string, part int) string  { return k.key('j', site, part, -1) }
func (k keys) contexts(site string, part int) string { return k.key('d', site, part, -1) }
func (k keys) counts(site string, part int, day string) string {
	return k.key('n', site, part, -1) + day
}
func (k keys) live() string                { return k.prefix + "live{catalog}" }
func (k keys) version() string             { return k.prefix + "version{catalog}" }
func (k keys) format() string              { return k.prefix + "format{catalog}" }
func (k keys) editions(site string) string { return k.prefix + "ed{catalog}:" + site }
func (k keys) secrets() string             { return k.prefix + "secrets{vault}" }
func (k keys) ends() string                { return k.prefix + "ends{vault}" }

const (
	personSize = 7
	markSize   = 8
)

// locate returns the bucket of a name on a site, and its hash.
func locate(site, name string) (place, [sha256.Size]byte) {
	sum := consent.NameHash(site, name)
	return place{site, consent.NameBucket(name, sum)}, sum
}

// locateID returns the bucket of an id, and its mark there.
func locateID(site, id string) (place, string) {
	if s, ok := consent.Split(id); ok {
		return place{site, s.Bucket}, string(s.Mark[:])
	}
	at, sum := locate(site, id)
	return at, string(sum[:markSize])
}
