package consent

import (
	"slices"
	"time"
)

// youth is how long a record may stand behind the newest checkpoint.
const youth = time.Minute

// walk is how far follow has come in a chain.
type walk struct {
	// last is the number that was reached, link what stands there and id whose
	// it is; known says whether link is. meant is what should stand there.
	last  uint64
	link  Link
	meant Link
	id    string
	known bool
	// hash binds everything up to last, while whole holds.
	hash  Hash
	whole bool
}

// follow goes along one chain and notes what is wrong with it.
func (a *Audit) follow(node string, c *auditChain) {
	w := walk{known: true, whole: true}
	points := c.checkpoints
	var bad []auditEntry
	for i := 0; i < len(c.entries); {
		n := c.entries[i].seq
		end := i
		for end < len(c.entries) && c.entries[end].seq == n {
			end++
		}
		if n != w.last+1 {
			points = a.gap(node, c, &w, points, c.entries[i])
		}
		chosen, fits := a.choose(node, c.entries[i:end], w)
		if !fits && w.known {
			bad = append(bad, chosen)
			a.fault(Edited, node, n, chosen.id, "%s was edited, or the one before it%s was, together with its link", named(chosen), before(w.id))
		}
		next := Head{Seq: n - 1, Link: w.link, Hash: w.hash}.Next(chosen.leaf)
		w = walk{last: n, link: chosen.link, meant: next.Link, id: chosen.id, known: true, hash: next.Hash, whole: w.whole && fits}
		points = a.witnessed(node, &w, points)
		i = end
	}
	a.exchanged(node, bad)
	if len(points) > 0 {
		if newest := points[len(points)-1].Seq; newest > max(w.last, c.swept) {
			first := max(w.last, c.swept) + 1
			a.fault(Truncated, node, first, "", "the chain of node %s was cut: its numbers %d to %d are missing", node, first, newest)
		}
	}
	a.unwitnessed(node, c)
}

// choose picks the entry that follows what came before; the others at its
// number do not belong there.
func (a *Audit) choose(node string, at []auditEntry, w walk) (chosen auditEntry, fits bool) {
	best := 0
	for i, e := range at {
		// Of the record before, the link alone may have been changed.
		if w.known && (follows(w.link, e) || follows(w.meant, e)) {
			best, fits = i, true
			break
		}
	}
	for i, e := range at {
		// A void may stand beside the very record that it gave up too early.
		if i != best && e.leaf != at[best].leaf {
			a.fault(Inserted, node, e.seq, e.id, "%s was inserted: another one has its number", named(e))
		}
	}
	return at[best], fits
}

func follows(link Link, e auditEntry) bool { return Head{Link: link}.Next(e.leaf).Link == e.link }

// gap notes the numbers that are missing before an entry.
func (a *Audit) gap(node string, c *auditChain, w *walk, points []Statement, e auditEntry) []Statement {
	n := e.seq
	last := n - 1
	if newest := c.newest(); n > newest && !a.old(e) {
		// It came while the ledger was read, and so may have what stands before it.
		last = min(last, newest)
	}
	switch first := max(w.last, c.swept) + 1; {
	case first == last:
		a.fault(Removed, node, first, "", "record number %d of node %s was removed%s", first, node, after(w.id))
	case first < last:
		a.fault(Removed, node, first, "", "the records number %d to %d of node %s were removed%s", first, last, node, after(w.id))
	}
	*w = walk{last: n - 1}
	for len(points) > 0 && points[0].Seq < n {
		// A checkpoint at the very place says what stood there.
		if p := points[0]; p.Seq == n-1 {
			*w = walk{last: n - 1, link: p.Link, meant: p.Link, known: true, hash: p.Hash, whole: true}
		}
		points = points[1:]
	}
	return points
}

// witnessed compares with the checkpoints at the place that was reached.
func (a *Audit) witnessed(node string, w *walk, points []Statement) []Statement {
	for len(points) > 0 && points[0].Seq <= w.last {
		p := points[0]
		points = points[1:]
		if p.Seq != w.last {
			continue
		}
		if w.whole && p.Hash != w.hash || p.Link != w.link {
			a.fault(Rewritten, node, p.Seq, w.id, "a record of node %s up to number %d%s was changed together with the links after it: a checkpoint of %s says otherwise",
				node, p.Seq, before(w.id), p.Time.Format(time.RFC3339))
		}
		w.hash, w.whole = p.Hash, p.Link == w.link
	}
	return points
}

// exchanged finds records whose evidence stands under each other's id.
func (a *Audit) exchanged(node string, bad []auditEntry) {
	const limit = 256
	bad = bad[:min(len(bad), limit)]
	for i, x := range bad {
		for _, y := range bad[i+1:] {
			if x.sealed == nil || y.sealed == nil || x.id == y.id {
				continue
			}
			if a.fitsUnder(node, x, y.id) && a.fitsUnder(node, y, x.id) {
				a.faults = slices.DeleteFunc(a.faults, func(f Fault) bool {
					return f.Kind == Edited && f.Node == node && (f.Seq == x.seq || f.Seq == y.seq)
				})
				a.fault(Reordered, node, x.seq, x.id, "the records %s and %s were exchanged", x.id, y.id)
			}
		}
	}
}

// fitsUnder reports whether an entry would follow the one before it under
// another id.
func (a *Audit) fitsUnder(node string, e auditEntry, id string) bool {
	var link Link
	for _, o := range a.chains[node].entries {
		if o.seq == e.seq-1 {
			link = o.link
		}
	}
	return Head{Link: link}.Next(Leaf(id, *e.sealed)).Link == e.link
}

// unwitnessed looks at what no checkpoint of its node covers.
func (a *Audit) unwitnessed(node string, c *auditChain) {
	newest := c.newest()
	if newest == 0 && len(c.entries) > 0 {
		// However new they seem: who changes entries also says when they were read.
		e := c.entries[0]
		a.Uncovered += len(c.entries)
		a.fault(Removed, node, e.seq, e.id, "every checkpoint of node %s is missing, or its %d entries were inserted; the first is %s", node, len(c.entries), named(e))
		return
	}
	for _, e := range c.entries {
		switch {
		case e.seq <= newest:
		case a.old(e):
			a.Uncovered++
			a.fault(Inserted, node, e.seq, e.id, "%s was inserted: its node's newest checkpoint ends before it", named(e))
		default:
			a.Young++
		}
	}
}

// newest is how far the checkpoints of a chain go.
func (c *auditChain) newest() (seq uint64) {
	for _, p := range c.checkpoints {
		seq = max(seq, p.Seq)
	}
	return seq
}

// old reports whether an entry should stand behind a checkpoint by now.
func (a *Audit) old(e auditEntry) bool { return a.asOf.Sub(e.time) > youth }

func named(e auditEntry) string {
	if e.id == "" {
		return "an erasure"
	}
	return "record " + e.id
}

func before(id string) string {
	if id == "" {
		return ""
	}
	return " (" + id + ")"
}

func after(id string) string {
	if id == "" {
		return ""
	}
	return ", after record " + id
}
