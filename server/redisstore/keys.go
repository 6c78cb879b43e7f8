package redisstore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/url"
)

// The layout in Redis, each key behind the prefix of the store. What stands in
// braces decides the slot, so that each script touches one slot only. person
// and mark are 128 bits of the SHA-256 of (site, subject) and (site, id): they
// fit any name, and what stays after an erasure does not hold the subject.
//
//	id:{mark}        hash   the first writer of an id:
//	                        c  content of the record
//	                        s  its subject, whose partition holds the record
//	                        r  the record itself when it has no subject
//	                        x  what is left of it once erased; stands alone
//	sub:{person}     hash   a subject:
//	                        t  clock of its erasure
//	                        n  number of records it ever had
//	                        k  clock of the current record, m its mark
//	                        r:mark  clock ":" n ":" record
//	log:{site}       zset   mark by number of arrival
//	gone:{site}      zset   erasure, as JSON, by number of arrival
//	seq:{site}       string last number of arrival
//	live{catalog}    hash   site → newest edition
//	drafts{catalog}  hash   site → draft
//	version{catalog} string number of publishes
//	ed{catalog}:site hash   number → edition, "newest" → number
//	secrets{vault}   hash   key → end in microseconds ":" value
//	ends{vault}      zset   key by end
//	docs{kind}       hash   id → version ":" body
//	ids{kind}        zset   the ids, for their order
//	versions{kind}   string last version of a kind
//	notes{journal}   list   the notes
//	count:{site}day  hash   name → what was counted
//
// Documents are JSON. Nothing has a time to live: Redis keeps what it is given.
type keys struct{ prefix string }

func (k keys) id(mark string) string        { return k.prefix + "id:{" + mark + "}" }
func (k keys) subject(person string) string { return k.prefix + "sub:{" + person + "}" }
func (k keys) log(site string) string       { return k.prefix + "log:{" + url.PathEscape(site) + "}" }
func (k keys) erasures(site string) string  { return k.prefix + "gone:{" + url.PathEscape(site) + "}" }
func (k keys) seq(site string) string       { return k.prefix + "seq:{" + url.PathEscape(site) + "}" }
func (k keys) counts(site, day string) string {
	return k.prefix + "count:{" + url.PathEscape(site) + "}" + day
}
func (k keys) live() string                { return k.prefix + "live{catalog}" }
func (k keys) drafts() string              { return k.prefix + "drafts{catalog}" }
func (k keys) version() string             { return k.prefix + "version{catalog}" }
func (k keys) editions(site string) string { return k.prefix + "ed{catalog}:" + site }
func (k keys) secrets() string             { return k.prefix + "secrets{vault}" }
func (k keys) ends() string                { return k.prefix + "ends{vault}" }

// digest names a pair of strings; the length of the first keeps pairs apart.
func digest(site, name string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(site)))
	sum := sha256.Sum256(append(append(b, site...), name...))
	return hex.EncodeToString(sum[:16])
}
