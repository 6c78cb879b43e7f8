package consent

import (
	"encoding"
	"encoding/base64"
	"hash"
	"maps"
	"strconv"
	"time"
)

// opening is what receipts begin with that say the same of what was shown and
// chosen, as most do that are signed together: it is written, encoded and hashed
// once for all of them.
type opening struct {
	of   *Record
	text []byte
	// signed is the header of a JWS, a dot and the first whole bytes of the text, in
	// base64url; state is that of a hash behind a zero byte and all this.
	signed []byte
	whole  int
	state  []byte
}

// openings are those of receipts that are signed together.
type openings struct {
	all []*opening
	// at is the time that was written last, and how.
	at   time.Time
	time []byte
}

// maxOpenings bounds how many are compared with a record.
const maxOpenings = 16

// begin finds how the receipt of a record begins.
func (o *openings) begin(r *Record) *opening {
	for _, known := range o.all {
		if known.fits(r) {
			return known
		}
	}
	made := &opening{of: r, text: appendOpening(nil, r)}
	if len(o.all) < maxOpenings {
		o.all = append(o.all, made)
	}
	return made
}

func (o *opening) fits(r *Record) bool {
	of := o.of
	return of.Site == r.Site && of.Edition == r.Edition && of.EditionHash == r.EditionHash && of.WordsHash == r.WordsHash &&
		of.Regime == r.Regime && of.Locale == r.Locale && of.Action == r.Action && of.Node == r.Node &&
		(of.Levels == nil) == (r.Levels == nil) && maps.Equal(of.Levels, r.Levels) && maps.Equal(of.Vendors, r.Vendors)
}

func appendOpening(b []byte, r *Record) []byte {
	b = AppendText(append(b, `{"site":`...), r.Site)
	b = strconv.AppendInt(append(b, `,"edition":`...), int64(r.Edition), 10)
	b = AppendText(append(b, `,"edition_hash":`...), r.EditionHash)
	b = AppendText(append(b, `,"words_hash":`...), r.WordsHash)
	b = AppendText(append(b, `,"regime":`...), r.Regime)
	b = AppendText(append(b, `,"locale":`...), r.Locale)
	b = AppendLevels(append(b, `,"levels":`...), r.Levels)
	if len(r.Vendors) > 0 {
		b = AppendLevels(append(b, `,"vendors":`...), r.Vendors)
	}
	b = AppendText(append(b, `,"action":`...), string(r.Action))
	if r.Node != "" {
		b = AppendText(append(b, `,"node":`...), r.Node)
	}
	return b
}

// keptHash is a hash whose state can be kept.
type keptHash interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// sign works out what the JWS of all receipts that begin so have alike.
func (o *opening) sign(header string, h keptHash) (err error) {
	if o.signed != nil {
		return nil
	}
	o.whole = len(o.text) / 3 * 3
	o.signed = base64.RawURLEncoding.AppendEncode(append([]byte(header), '.'), o.text[:o.whole])
	h.Reset()
	h.Write([]byte{leafMark})
	h.Write(o.signed)
	o.state, err = h.AppendBinary(nil)
	return err
}

// leaf writes the treeLeaf of what begins with o.signed and ends so.
func (o *opening) leaf(to *Hash, h keptHash, end []byte) error {
	err := h.UnmarshalBinary(o.state)
	h.Write(end)
	h.Sum(to[:0])
	return err
}

// instant writes a time, as most of those are that are signed together.
func (o *openings) instant(b []byte, at time.Time) ([]byte, error) {
	if o.time == nil || o.at != at {
		text, err := at.AppendText(o.time[:0])
		if err != nil {
			return nil, Errorf(Invalid, "the time of a receipt is not encodable: %w", err)
		}
		o.at, o.time = at, text
	}
	return append(b, o.time...), nil
}
