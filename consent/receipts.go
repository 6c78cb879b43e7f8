package consent

import (
	"crypto/ed25519"
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
	var shown shownText
	for _, r := range records {
		var err error
		if texts, err = appendReceipt(texts, r, &shown); err != nil {
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
	from := 0
	for i, end := range ends {
		out[i].Text = texts[from:end:end]
		// Room is left for the last part, which comes later.
		room := len(header) + 1 + enc.EncodedLen(end-from) + 1 + enc.EncodedLen(proofSize)
		b := all[len(all) : len(all) : len(all)+room]
		all = all[:len(all)+room]
		b = enc.AppendEncode(append(append(b, header...), '.'), out[i].Text)
		if len(records) > 1 {
			leaves[i], scratch = treeLeaf(scratch, b)
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

// shownText is what a receipt says of what was shown, which those that are
// signed together mostly share.
type shownText struct {
	of   *Record
	text []byte
}

func (t *shownText) append(b []byte, r *Record) []byte {
	if o := t.of; o == nil || o.Site != r.Site || o.Edition != r.Edition || o.EditionHash != r.EditionHash ||
		o.WordsHash != r.WordsHash || o.Regime != r.Regime || o.Locale != r.Locale {
		w := AppendText(append(t.text[:0], `,"site":`...), r.Site)
		w = strconv.AppendInt(append(w, `,"edition":`...), int64(r.Edition), 10)
		w = AppendText(append(w, `,"edition_hash":`...), r.EditionHash)
		w = AppendText(append(w, `,"words_hash":`...), r.WordsHash)
		w = AppendText(append(w, `,"regime":`...), r.Regime)
		t.of, t.text = r, AppendText(append(w, `,"locale":`...), r.Locale)
	}
	return append(b, t.text...)
}

// appendReceipt writes the receipt of a record as encoding/json does.
func appendReceipt(b []byte, record *Record, shown *shownText) ([]byte, error) {
	r := record.Receipt()
	b = shown.append(AppendText(append(b, `{"id":`...), r.ID), record)
	b = AppendLevels(append(b, `,"levels":`...), r.Levels)
	if len(r.Vendors) > 0 {
		b = AppendLevels(append(b, `,"vendors":`...), r.Vendors)
	}
	b = AppendText(append(b, `,"action":`...), string(r.Action))
	b = append(b, `,"time":"`...)
	at, err := r.Time.AppendText(b)
	if err != nil {
		return nil, Errorf(Invalid, "the time of a receipt is not encodable: %w", err)
	}
	b = append(at, '"')
	if r.Node != "" {
		b = AppendText(append(b, `,"node":`...), r.Node)
	}
	if r.Seq != 0 {
		b = strconv.AppendUint(append(b, `,"seq":`...), r.Seq, 10)
	}
	if !r.Link.IsZero() {
		b = append(hex.AppendEncode(append(b, `,"link":"`...), r.Link[:]), '"')
	}
	if r.Hash != (Hash{}) {
		b = append(hex.AppendEncode(append(b, `,"hash":"`...), r.Hash[:]), '"')
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
