package redisstore

import (
	"context"
	"encoding/binary"

	"github.com/leadiumx/consent/consent"
)

// Standing is what counts of Latest; see consent.Records.
func (s *Store) Standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	return failure(s.standing(ctx, site, subject, out))
}

func (s *Store) standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	h, err := s.newest(ctx, site, subject)
	if err != nil {
		return err
	}
	if id, secret, sealed, ok := h.usual(); ok {
		code, _ := consent.EvidenceCode(sealed)
		if known := s.contexts.get(code); known != nil {
			return known.Standing(out, id, sealed, secret, subject)
		}
	}
	var r consent.Record
	if err := s.readNewest(ctx, &r, &h, subject); err != nil {
		return err
	}
	*out = r.Standing()
	return nil
}

// usual takes apart the one record that counts, if it is of a subject and under
// an id of 16 bytes, as nearly all are.
func (h *newest) usual() (id consent.SplitID, secret, sealed []byte, ok bool) {
	const head = 1 + consent.SecretSize
	v := h.value
	if len(v) < head+2+len(id.Rest) || v[0] != kindRecord && v[0] != kindRecordAway {
		return id, nil, nil, false
	}
	secret, id.Bucket, sealed = v[1:head:head], h.at.bucket, v[head:]
	if v[0] == kindRecordAway {
		id.Bucket, sealed = binary.BigEndian.Uint16(sealed), sealed[2:]
	}
	copy(id.Mark[:], h.mark)
	return id, secret, sealed[copy(id.Rest[:], sealed):], true
}
