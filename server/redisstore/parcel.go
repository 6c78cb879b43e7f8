package redisstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/leadiumx/consent/consent"
)

// maxParcel bounds the records of one call: Redis does nothing else meanwhile,
// for some microseconds each.
const maxParcel = 128

// parcel is what one call of the apply script is told: records, in their order,
// and once each what they share. Its zero value holds none.
type parcel struct {
	// shelf numbers the shelves.
	shelf map[shelf]int
	// shelves are their keys, places those of the records' states and buckets.
	shelves, places, records strip
	contexts                 [][]byte
	codes                    []consent.ContextCode
	known                    []*consent.KnownContext
	cells                    []string
}

// shelf is what records of a partition and a day share: their journal, their
// counters and their contexts.
type shelf struct {
	site string
	part int
	day  string
}

// strip is a row of texts in one piece of memory.
type strip struct {
	b    []byte
	ends []int
}

func (s *strip) end() { s.ends = append(s.ends, len(s.b)) }

func (s *strip) texts() []string {
	all, from, out := string(s.b), 0, make([]string, len(s.ends))
	for i, end := range s.ends {
		out[i], from = all[from:end], end
	}
	return out
}

// add puts a record in. day and cell are its Day and its Cell. Errors: as
// Record.Pack; the parcel is as before then.
func (p *parcel) add(keys keys, all *contexts, to *step, r *consent.Record, day, cell string) error {
	sealed, secret, err := r.Pack()
	if err != nil {
		return err
	}
	local := int(to.at.bucket) % perPart
	kind, states := byte('b'), local
	if to.person != "" {
		kind, states = 's', to.at.stateOf(to.person[0])
	}
	p.places.b = keys.append(p.places.b, kind, to.at.site, to.at.part(), states)
	p.places.end()
	p.places.b = keys.append(p.places.b, 'b', to.at.site, to.at.part(), local)
	p.places.end()
	b, context := p.records.b, p.contextOf(all, &sealed)
	for _, n := range [...]int{p.shelfOf(keys, to.at, day), context, p.cellOf(cell), local} {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	clock := uint64(r.Clock + clockLimit)
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(b, uint16(clock>>32)), uint32(clock))
	b = append(append(b, to.mark...), byte(len(to.person)))
	b = append(append(b, to.person...), 0)
	brief := len(b)
	if known := p.known[context]; known != nil {
		b = known.AppendBrief(b, r)
	}
	b[brief-1] = byte(len(b) - brief)
	p.records.b = appendEvidence(b, to.at, r.ID, sealed, secret)
	p.records.end()
	return nil
}

func (p *parcel) shelfOf(keys keys, at place, day string) int {
	of := shelf{at.site, at.part(), day}
	n, ok := p.shelf[of]
	if ok {
		return n
	}
	if p.shelf == nil {
		p.shelf = map[shelf]int{}
	}
	n = len(p.shelf)
	p.shelf[of] = n
	for _, kind := range []byte("jnd") {
		p.shelves.b = keys.append(p.shelves.b, kind, at.site, at.part(), -1)
		if kind == 'n' {
			p.shelves.b = append(p.shelves.b, day...)
		}
		p.shelves.end()
	}
	return n
}

func (p *parcel) contextOf(all *contexts, sealed *consent.Sealed) int {
	for i, c := range p.contexts {
		if bytes.Equal(c, sealed.Context) {
			return i
		}
	}
	code := sealed.Code()
	p.contexts, p.codes, p.known = append(p.contexts, sealed.Context), append(p.codes, code), append(p.known, all.of(code, sealed.Context))
	return len(p.contexts) - 1
}

func (p *parcel) cellOf(cell string) int {
	if i := slices.Index(p.cells, cell); i >= 0 {
		return i
	}
	p.cells = append(p.cells, cell)
	return len(p.cells) - 1
}

// job is the call, as the script reads it.
func (p *parcel) job(ctx context.Context, run *scripts) *job {
	shared := []string{
		strconv.Itoa(len(p.shelf)), strconv.FormatInt(consent.SkewBound.Milliseconds(), 10),
		strconv.Itoa(len(p.contexts)), strconv.Itoa(len(p.cells)),
	}
	for i, c := range p.contexts {
		shared = append(shared, string(p.codes[i][:])+string(c))
	}
	texts := slices.Concat(shared, p.cells, p.records.texts())
	args := make([]any, len(texts))
	for i := range texts {
		// Where it points to needs no room of its own.
		args[i] = &texts[i]
	}
	return &job{ctx: ctx, script: run.apply, keys: append(p.shelves.texts(), p.places.texts()...), args: args}
}

// answersOf takes apart what the script said: of each record, behind its length
// (4), which is 0 for what somebody emptied. It gives less when that is damaged.
func answersOf(said string) (all []string) {
	for len(said) >= 4 {
		n := int(said[0])<<24 | int(said[1])<<16 | int(said[2])<<8 | int(said[3])
		if said = said[4:]; n > len(said) {
			return all
		}
		all, said = append(all, said[:n]), said[n:]
	}
	return all
}
