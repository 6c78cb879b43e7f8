package consent

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Tampering is what an Audit finds wrong.
type Tampering string

// What can be wrong with a ledger.
const (
	Edited    Tampering = "edited"    // a record says something else than it did
	Removed   Tampering = "removed"   // a record is missing
	Inserted  Tampering = "inserted"  // a record was not made by a node
	Reordered Tampering = "reordered" // records stand in each other's place
	Truncated Tampering = "truncated" // the newest records are missing
	Rewritten Tampering = "rewritten" // records were changed together with their links
	Forged    Tampering = "forged"    // a statement is not signed by a known key
)

// Fault is one finding. ID is empty when the record is gone; Node and Seq name
// its place all the same.
type Fault struct {
	Kind Tampering `json:"kind"`
	Site string    `json:"site"`
	Node string    `json:"node,omitempty"`
	Seq  uint64    `json:"seq,omitempty"`
	ID   string    `json:"id,omitempty"`
	Text string    `json:"text"`
}

// Audit checks the ledger of one site. Give it every statement and every
// record, in any order, and then ask for Faults.
type Audit struct {
	site   string
	keys   []PublicKey
	chains map[string]*auditChain
	ids    map[string]bool
	voids  []Statement
	faults []Fault
	// asOf is when the newest checkpoint was signed, or the ledger read.
	asOf time.Time
	// shown are the editions that records refer to, stored those that the store has.
	shown  map[shown]*referring
	stored map[int]string
	// bare counts, by the context that is missing, the records that refer to it.
	bare map[ContextCode]*referring
	// Records, Erased and Erasures count what was seen; Young are records that
	// are too new for a checkpoint of their node, Uncovered those that seem too old
	// to be without one: while the ledger is written to, their node may be about to
	// sign what it has just handed over.
	Records, Erased, Erasures, Young, Uncovered int
}

// Chains is how many chains the entries are part of.
func (a *Audit) Chains() (n int) {
	for _, c := range a.chains {
		if len(c.entries) > 0 {
			n++
		}
	}
	return n
}

type auditChain struct {
	entries     []auditEntry
	checkpoints []Statement
	swept       uint64
}

type auditEntry struct {
	seq  uint64
	id   string
	link Link
	leaf Hash
	time time.Time
	// sealed is kept only to find out what was exchanged.
	sealed *Sealed
}

// NewAudit begins the audit of a site. keys are those of its servers.
func NewAudit(site string, keys []PublicKey) *Audit {
	return &Audit{site: site, keys: keys, chains: map[string]*auditChain{}, ids: map[string]bool{}, shown: map[shown]*referring{}, bare: map[ContextCode]*referring{}}
}

func (a *Audit) chain(node string) *auditChain {
	c := a.chains[node]
	if c == nil {
		c = &auditChain{}
		a.chains[node] = c
	}
	return c
}

func (a *Audit) fault(kind Tampering, node string, seq uint64, id, format string, args ...any) {
	a.faults = append(a.faults, Fault{Kind: kind, Site: a.site, Node: node, Seq: seq, ID: id, Text: fmt.Sprintf(format, args...)})
}

// Statement takes in a signed statement.
func (a *Audit) Statement(jws string) {
	s, err := VerifyStatement(a.keys, jws)
	if err != nil || s.Site != a.site {
		a.fault(Forged, "", 0, "", "a statement about the chains is not signed by a key of these servers for this site")
		return
	}
	c := a.chain(s.Node)
	switch s.Kind {
	case Checkpoint:
		c.checkpoints = append(c.checkpoints, s)
		if s.Time.After(a.asOf) {
			a.asOf = s.Time
		}
	case Swept:
		c.swept = max(c.swept, s.Seq)
	case Forgot, Void:
		c.entries = append(c.entries, auditEntry{seq: s.Seq, link: s.Link, leaf: s.Hash, time: s.Time})
		if a.Erasures++; s.Kind == Void {
			a.Erasures--
			a.voids = append(a.voids, s)
		}
	default:
		a.fault(Forged, s.Node, s.Seq, "", "a statement of the unknown kind %q", s.Kind)
	}
}

// Record takes in a record as a store gives it or as an export holds it: what
// its fields say is compared with its evidence.
func (a *Audit) Record(r Record) {
	a.Records++
	if r.Sealed == nil {
		a.fault(Edited, r.Node, r.Seq, r.ID, "record %s has no evidence", r.ID)
		return
	}
	read, err := Unpack(r.ID, r.Sealed.Context, r.Sealed.Evidence, r.Secret)
	switch {
	case err != nil:
		a.lacksContext(&r)
		a.fault(Edited, read.Node, read.Seq, r.ID, "record %s was edited: its evidence cannot be read", cmp.Or(r.ID, "without an id"))
	case !sameRecord(&read, &r):
		a.fault(Edited, read.Node, read.Seq, r.ID, "record %s was edited: it says something else than its evidence", r.ID)
	case read.Levels == nil:
		a.Erased++
	}
	if a.ids[r.ID] {
		a.fault(Inserted, read.Node, read.Seq, r.ID, "record %s is there twice", r.ID)
	}
	a.ids[r.ID] = true
	if read.Seq == 0 {
		if err == nil {
			a.fault(Inserted, "", 0, r.ID, "record %s was inserted: no node gave it a place", r.ID)
		}
		return
	}
	a.refers(&read)
	c := a.chain(read.Node)
	c.entries = append(c.entries, auditEntry{seq: read.Seq, id: r.ID, link: read.Link, leaf: Leaf(r.ID, *r.Sealed), time: read.Time, sealed: r.Sealed})
}

func sameRecord(a, b *Record) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// Faults are all that is wrong, chain by chain; none means that nothing was
// changed since the checkpoints were signed.
func (a *Audit) Faults() []Fault {
	nodes := make([]string, 0, len(a.chains))
	for node := range a.chains {
		nodes = append(nodes, node)
	}
	slices.Sort(nodes)
	sweeps := false
	for _, node := range nodes {
		c := a.chains[node]
		sweeps = sweeps || c.swept > 0
		slices.SortStableFunc(c.entries, func(x, y auditEntry) int { return cmp.Compare(x.seq, y.seq) })
		slices.SortFunc(c.checkpoints, func(x, y Statement) int {
			return cmp.Or(cmp.Compare(x.Seq, y.Seq), x.Time.Compare(y.Time))
		})
		a.follow(node, c)
	}
	for _, v := range a.voids {
		if !a.ids[v.ID] && !sweeps {
			a.fault(Removed, v.Node, v.Seq, v.ID, "record %s is missing: it was kept from another node", v.ID)
		}
	}
	if a.Erased > 0 && a.Erasures == 0 && !sweeps {
		a.fault(Removed, "", 0, "", "%d records cannot be opened, but no erasure stands in any chain: their secrets were removed", a.Erased)
	}
	a.gone()
	return a.faults
}
