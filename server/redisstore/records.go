package redisstore

import (
	"context"
	"encoding/binary"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Append stores a record; see consent.Records. One script does it when the id
// and the subject share a bucket, as in every first decision; otherwise the id
// is claimed before. Each step is safe to repeat, so a write that was cut short
// is completed by its retry.
func (s *Store) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	if err := fits(&r); err != nil {
		return consent.Record{}, false, err
	}
	stored, fresh, err := s.append(ctx, r)
	return stored, fresh, failure(err)
}

func (s *Store) append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	home, mark := locateID(r.Site, r.ID)
	at := home
	if r.Subject != "" {
		at, _ = locate(r.Site, r.Subject)
	}
	if at == home {
		said, err := s.apply(ctx, at, mark, r)
		if err != nil || !claims(said) {
			return s.heard(ctx, home, mark, said, r, err)
		}
		return s.claimed(ctx, home, mark, said, r)
	}
	claim := string(kindClaim) + r.Subject
	said, err := s.pipe.call(ctx, s.run.claim, []string{s.keys.bucket(home)}, mark, claim, "").Text()
	switch {
	case err != nil:
		return r, false, err
	case said == "n":
		return s.claimed(ctx, home, mark, claim, r)
	case claims(said):
		return s.claimed(ctx, home, mark, said, r)
	}
	return s.heard(ctx, home, mark, said, r, nil)
}

// stripped reports whether a record is the evidence of an erased one.
func stripped(r *consent.Record) bool { return r.Sealed != nil && r.Subject == "" && r.Levels == nil }

// claims reports whether what stands under a mark is a claim. Somebody may have
// left nothing there.
func claims(said string) bool { return said != "" && said[0] == kindClaim }

// claimed stores the record of an id that is claimed. The id belongs to the
// subject of its first writer, who may have been cut short before this step;
// the retry stands in for it, unless it would have to say something else than
// what its own chain has sealed.
func (s *Store) claimed(ctx context.Context, home place, mark, claim string, r consent.Record) (consent.Record, bool, error) {
	subject := claim[1:]
	at, _ := locate(r.Site, subject)
	if stripped(&r) {
		// The subject is about to be erased; what is sealed stays as it is.
		said, err := s.apply(ctx, at, mark, r)
		if err == nil {
			err = s.settle(ctx, at, r.ID)
		}
		return s.heard(ctx, at, mark, said, r, err)
	}
	switch {
	case subject != r.Subject && r.Sealed != nil:
		return s.first(ctx, home, mark, claim, r)
	case subject != r.Subject:
		r.Subject, r.Secret = subject, nil
	}
	said, err := s.apply(ctx, at, mark, r)
	if err == nil && said == "e" {
		// The subject goes out of the claim, but the id stays with its bucket: what the
		// subject has decided since may have come there under this very claim. Where
		// nothing has, who comes next finds that the id is free.
		where := settledAt(at)
		if err := s.pipe.call(ctx, s.run.claim, []string{s.keys.bucket(home)}, mark, where, claim).Err(); err != nil {
			return r, false, err
		}
	}
	return s.heard(ctx, at, mark, said, r, err)
}

// firstWait is how long somebody waits for the first writer of an id, which
// its node's log makes come again however often it is cut short; firstLook is
// how often they look.
const firstWait, firstLook = 2 * time.Second, 20 * time.Millisecond

// first answers with the record of the first writer of an id, which another
// subject has claimed. When it does not come the id stays theirs.
func (s *Store) first(ctx context.Context, home place, mark, claim string, r consent.Record) (consent.Record, bool, error) {
	at, _ := locate(r.Site, claim[1:])
	late := time.NewTimer(firstWait)
	defer late.Stop()
	look := time.NewTicker(firstLook)
	defer look.Stop()
	for {
		found, err := s.client().HGet(ctx, s.keys.bucket(at), mark).Result()
		switch {
		case err == nil && found != "":
			return s.heard(ctx, at, mark, found, r, nil)
		case err != nil && !missing(err):
			return r, false, err
		}
		// That of a first writer whose record was refused is settled.
		switch held, err := s.client().HGet(ctx, s.keys.bucket(home), mark).Result(); {
		case err != nil && !missing(err):
			return r, false, err
		case held != claim:
			return s.append(ctx, r)
		}
		select {
		case <-ctx.Done():
			return r, false, ctx.Err()
		case <-late.C:
			return consent.Record{}, false, reused(r.ID)
		case <-look.C:
		}
	}
}

func (s *Store) apply(ctx context.Context, at place, mark string, r consent.Record) (string, error) {
	var one parcel
	if err := one.add(s.keys, &s.contexts, &step{at: at, mark: mark, person: personOf(&r)}, &r, r.Day(), r.Cell()); err != nil {
		return "", err
	}
	j := one.job(ctx, &s.run)
	said, err := s.pipe.call(ctx, j.script, j.keys, j.args...).Text()
	if err != nil {
		return "", err
	}
	if all := answersOf(said); len(all) == 1 {
		return all[0], nil
	}
	return "", damaged("record")
}

// personOf names the subject of a record in its bucket.
func personOf(r *consent.Record) string {
	if r.Subject == "" {
		return ""
	}
	sum := consent.NameHash(r.Site, r.Subject)
	return string(sum[:personSize])
}

// heard makes an answer of what a script said about an id.
func (s *Store) heard(ctx context.Context, at place, mark, said string, r consent.Record, err error) (consent.Record, bool, error) {
	switch {
	case err != nil:
		return r, false, err
	case said == "n":
		return r, true, nil
	case said == "e":
		return r, false, consent.Forgotten(0)
	case said == "k":
		return r, false, consent.Fail(consent.Invalid, "two notices have the same code", "publish the site again, with any change")
	case len(said) == 3 && said[0] == kindSettled:
		return s.settled(ctx, at, mark, said, r)
	}
	var first consent.Record
	err = s.record(ctx, &first, at, mark, []byte(said))
	switch {
	case first.Damaged:
		return first, false, consent.Fail(consent.Invalid, "the stored record with the id "+r.ID+" is damaged", "look with `lxconsent ledger verify` what was done, and restore it from a backup")
	case err != nil:
		return r, false, err
	case first.Levels == nil:
		return first, false, consent.Forgotten(0)
	case first.ID != r.ID || first.Content != r.Content:
		return first, false, reused(r.ID)
	}
	return first, false, nil
}

// settledAt is what stands under the mark of an id whose record is at a place.
func settledAt(at place) string {
	return string(binary.BigEndian.AppendUint16([]byte{kindSettled}, at.bucket))
}

// settled looks where the record of an id is. When it was swept meanwhile, the
// id is free.
func (s *Store) settled(ctx context.Context, home place, mark, said string, r consent.Record) (consent.Record, bool, error) {
	at := place{r.Site, binary.BigEndian.Uint16([]byte(said[1:]))}
	found, err := s.client().HGet(ctx, s.keys.bucket(at), mark).Result()
	switch {
	case err == nil && (at == home || strings.HasPrefix(found, string(kindSettled))):
		// Somebody else wrote this: there is no record at its end.
		return s.heard(ctx, at, mark, "", r, nil)
	case err == nil:
		return s.heard(ctx, at, mark, found, r, nil)
	case !missing(err):
		return r, false, err
	case stripped(&r):
		// Its subject's later decision may be on its way there: of the two, the first
		// has the id.
		said, err := s.apply(ctx, at, mark, r)
		return s.heard(ctx, at, mark, said, r, err)
	}
	if err := s.pipe.call(ctx, s.run.release, []string{s.keys.bucket(home)}, mark, said).Err(); err != nil {
		return r, false, err
	}
	return s.append(ctx, r)
}

// fits refuses records that cannot be kept.
func fits(r *consent.Record) error {
	if err := named(r.Site, r.ID, r.Subject); err != nil {
		return err
	}
	if r.Clock < -clockLimit || r.Clock >= clockLimit {
		return consent.Fail(consent.Invalid, "the clock of the record is no time", "send milliseconds since 1970")
	}
	return nil
}

// named refuses names that do not fit a key.
func named(site, id, subject string) error {
	const limit = 512
	if site == "" || id == "" || len(site) > limit || len(id) > limit || len(subject) > limit {
		return consent.Fail(consent.Invalid, "a site, an id or a subject is empty or longer than 512 bytes", "send them as they were given")
	}
	return nil
}

func reused(id string) error {
	return consent.Fail(consent.IDReused, "the id "+id+" already stands for another decision", "make 16 new random bytes for each decision")
}
