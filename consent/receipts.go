package consent

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
)

// SignedReceipt is a receipt with its proof.
type SignedReceipt struct {
	// Text is the receipt as JSON, letter by letter as it was signed.
	Text []byte
	// JWS is the signed text.
	JWS []byte
}

// SignReceipts signs the receipts of records that were stored together with
// one signature, which is most of what a receipt costs. Each receipt verifies
// alone, with the hashes that lead from it to what was signed. One record gets
// what SignReceipt makes. The same records in the same order give the same
// texts under one key. At most 65,535 can be signed at a time.
//
// Errors: Invalid when a record cannot be written as JSON.
func (k *Keyring) SignReceipts(records []*Record) ([]SignedReceipt, error) {
	if k = k.now(); len(records) == 0 || len(records) > treeLimit {
		return nil, nil
	}
	algorithm := sharedSignature
	if len(records) == 1 {
		algorithm = ownSignature
	}
	header := receiptHeader(algorithm, k.keys[0].ID)
	// Most receipts are as long as this, or shorter.
	const usual = 640
	ends, texts := make([]int, 0, len(records)), make([]byte, 0, usual*len(records))
	var shared openings
	begins := make([]*opening, len(records))
	for i, r := range records {
		begins[i] = shared.begin(r)
		var err error
		if texts, err = shared.end(append(texts, begins[i].text...), r); err != nil {
			return nil, err
		}
		ends = append(ends, len(texts))
	}
	enc, proofSize := base64.RawURLEncoding, treeProofSize
	for n := 1; n < len(records); n *= 2 {
		proofSize += len(Hash{})
	}
	out, leaves := make([]SignedReceipt, len(records)), make([]Hash, len(records))
	all := make([]byte, 0, enc.EncodedLen(len(texts))+len(records)*(len(header)+enc.EncodedLen(proofSize)+4))
	var scratch []byte
	// It is what crypto/sha256 says that it is.
	h, _ := sha256.New().(keptHash)
	from := 0
	for i, end := range ends {
		begin := begins[i]
		if err := begin.sign(header, h); err != nil {
			return nil, err
		}
		out[i].Text = texts[from:end:end]
		// Room is left for the last part, which comes later.
		room := len(header) + 1 + enc.EncodedLen(end-from) + 1 + enc.EncodedLen(proofSize)
		b := all[len(all) : len(all) : len(all)+room]
		all = all[:len(all)+room]
		b = enc.AppendEncode(append(b, begin.signed...), out[i].Text[begin.whole:])
		if len(records) > 1 {
			if err := begin.leaf(&leaves[i], h, b[len(begin.signed):]); err != nil {
				return nil, err
			}
		}
		out[i].JWS, from = append(b, '.'), end
	}
	if len(records) == 1 {
		signed := out[0].JWS
		out[0].JWS = enc.AppendEncode(signed, ed25519.Sign(k.made[0].receipt, signed[:len(signed)-1]))
		return out, nil
	}
	levels := treeLevels(leaves)
	signature := ed25519.Sign(k.made[0].receipt, treeSigned(levels[len(levels)-1][0], len(leaves)))
	for i := range out {
		scratch = appendTreeProof(scratch[:0], signature, levels, i)
		out[i].JWS = enc.AppendEncode(out[i].JWS, scratch)
	}
	return out, nil
}

// receiptHeader is the first part of the JWS of a receipt, written as
// encoding/json writes a jwsHeader.
func receiptHeader(algorithm, key string) string {
	b := AppendText([]byte(`{"alg":`), algorithm)
	b = AppendText(append(b, `,"kid":`...), key)
	b = append(AppendText(append(b, `,"typ":`...), receiptType), '}')
	return base64.RawURLEncoding.EncodeToString(b)
}

// end writes what a receipt says of its record alone, behind its beginning. With
// that it is as encoding/json writes it.
func (o *openings) end(b []byte, r *Record) ([]byte, error) {
	b = AppendText(append(b, `,"id":`...), r.ID)
	b, err := o.instant(append(b, `,"time":"`...), r.Time)
	if err != nil {
		return nil, err
	}
	b = append(b, '"')
	if r.Seq != 0 {
		b = strconv.AppendUint(append(b, `,"seq":`...), r.Seq, 10)
	}
	if !r.Link.IsZero() {
		b = append(hex.AppendEncode(append(b, `,"link":"`...), r.Link[:]), '"')
	}
	if leaf := r.leaf(); leaf != (Hash{}) {
		b = append(hex.AppendEncode(append(b, `,"hash":"`...), leaf[:]), '"')
	}
	return append(b, '}'), nil
}

// AppendLevels writes levels as encoding/json does.
func AppendLevels(b []byte, levels map[string]int) []byte {
	if levels == nil {
		return append(b, "null"...)
	}
	var room [16]string
	b = append(b, '{')
	for i, id := range sortedKeys(room[:0], levels) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(AppendText(b, id), ':'), int64(levels[id]), 10)
	}
	return append(b, '}')
}

// sortedKeys appends the keys of levels in their order.
func sortedKeys(to []string, levels map[string]int) []string {
	for id := range levels {
		to = append(to, id)
	}
	slices.Sort(to)
	return to
}

// AppendText writes a string as encoding/json does.
func AppendText(b []byte, s string) []byte {
	for i := range len(s) {
		if !plain(s[i]) {
			quoted, err := json.Marshal(s)
			if err != nil {
				// A string is always encodable.
				return append(b, `""`...)
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// plain reports whether a character stands for itself in JSON as encoding/json
// writes it.
func plain(c byte) bool {
	const (
		low  uint64 = (1<<64 - 1<<' ') &^ (1<<'"' | 1<<'&' | 1<<'<' | 1<<'>')
		high uint64 = (1<<63 - 1) &^ (1 << ('\\' - 64))
	)
	return [4]uint64{low, high}[c>>6]>>(c&63)&1 == 1
}
