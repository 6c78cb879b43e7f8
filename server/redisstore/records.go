package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// historyLimit is the most that History returns: the newest ones.
const historyLimit = 1000

// Append stores a record; see consent.Records. Among records with the same
// clock, the one that arrived last is current.
//
// It takes three steps, since an id, a subject and a site live in different
// slots: claim the id, store the record with its subject, number it for the
// site. Each is safe to repeat, so a write that was cut short is completed by
// its retry; nothing is acknowledged before the last step.
func (s *Store) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	if r.Site == "" || r.ID == "" {
		return consent.Record{}, false, consent.Fail(consent.Invalid, "the record has no site or no id", "send both")
	}
	mark := digest(r.Site, r.ID)
	stored, fresh, err := s.store(ctx, mark, r)
	if err != nil {
		return consent.Record{}, false, failure(err)
	}
	if err := s.run.arrive.Run(ctx, s.client, []string{s.keys.log(r.Site), s.keys.seq(r.Site), s.keys.counts(r.Site, stored.Day())}, mark, stored.Cell()).Err(); err != nil {
		return consent.Record{}, false, failure(err)
	}
	return stored, fresh, nil
}

func (s *Store) store(ctx context.Context, mark string, r consent.Record) (consent.Record, bool, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return r, false, consent.Errorf(consent.Invalid, "the record is not encodable: %w", err)
	}
	alone := ""
	if r.Subject == "" {
		alone = string(body)
	}
	claim, err := s.run.claim.Run(ctx, s.client, []string{s.keys.id(mark)}, r.Subject, r.Content, alone).StringSlice()
	switch {
	case err != nil:
		return r, false, err
	case claim[0] == "erased":
		return r, false, erased()
	case claim[0] == "held" && claim[1] != r.Content:
		return r, false, reused(r.ID)
	case claim[0] == "held" && claim[3] != "":
		return held(claim[3], r)
	case claim[0] == "new" && r.Subject == "":
		return r, true, nil
	case claim[0] == "held" && claim[2] != r.Subject:
		// The id belongs to the subject of the first writer, who may have
		// been cut short before this step; the retry stands in for it.
		r.Subject = claim[2]
		if body, err = json.Marshal(r); err != nil {
			return r, false, err
		}
	}
	return s.apply(ctx, mark, r, string(body))
}

func (s *Store) apply(ctx context.Context, mark string, r consent.Record, body string) (consent.Record, bool, error) {
	person := s.keys.subject(digest(r.Site, r.Subject))
	done, err := s.run.apply.Run(ctx, s.client, []string{person}, mark, r.Clock, body).StringSlice()
	switch {
	case err != nil:
		return r, false, err
	case done[0] == "held":
		return held(done[1], r)
	case done[0] == "erased":
		if err := s.run.release.Run(ctx, s.client, []string{s.keys.id(mark)}, r.Subject).Err(); err != nil {
			return r, false, err
		}
		return r, false, erased()
	}
	return r, true, nil
}

func held(body string, r consent.Record) (consent.Record, bool, error) {
	first, err := decode(body)
	if err == nil && first.Content != r.Content {
		err = reused(r.ID)
	}
	return first, false, err
}

// Latest returns what counts of the subject's records; see consent.Records.
func (s *Store) Latest(ctx context.Context, site, subject string) (consent.Record, error) {
	all, err := s.History(ctx, site, subject)
	if err != nil {
		return consent.Record{}, err
	}
	r, ok := consent.Current(all)
	if !ok {
		return r, consent.Fail(consent.NotFound, "the subject has no record on this site", "ask the visitor for a choice")
	}
	return r, nil
}

// History returns the subject's records by clock; see consent.Records. Of
// more than 1,000 it returns the newest.
func (s *Store) History(ctx context.Context, site, subject string) ([]consent.Record, error) {
	all, err := s.client.HGetAll(ctx, s.keys.subject(digest(site, subject))).Result()
	if err != nil {
		return nil, failure(err)
	}
	var entries []entry
	at, isErased := tombstone(all["t"])
	for name, v := range all {
		if !strings.HasPrefix(name, "r:") {
			continue
		}
		e, err := readEntry(v)
		if err != nil {
			return nil, failure(err)
		}
		if !isErased || e.clock > at {
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 && isErased {
		return nil, erased()
	}
	slices.SortFunc(entries, entry.compare)
	entries = entries[max(0, len(entries)-historyLimit):]
	found := make([]consent.Record, len(entries))
	for i, e := range entries {
		found[i] = e.record
	}
	return found, nil
}

// Erase forgets a subject; see consent.Records. Records with a later clock
// than at stay: they are choices made after the erasure, whatever came first.
//
// The first step hides what is to be forgotten, the second strips the ids, the
// third tells the feed, the last deletes; when it is cut short, erasing again completes it.
func (s *Store) Erase(ctx context.Context, site, subject string, at time.Time) error {
	if site == "" || subject == "" {
		return consent.Fail(consent.Invalid, "no subject is named", "name the subject to be forgotten")
	}
	person := []string{s.keys.subject(digest(site, subject))}
	gone, err := s.run.entomb.Run(ctx, s.client, person, at.UnixMilli()).StringSlice()
	if err != nil {
		return failure(err)
	}
	var marks []any
	var ids []string
	pipe := s.client.Pipeline()
	for pair := range slices.Chunk(gone, 2) {
		id, rest, err := strip(pair[1])
		if err != nil {
			return failure(err)
		}
		marks, ids = append(marks, pair[0]), append(ids, id)
		// A pipeline cannot fall back from the script's hash to its text.
		s.run.bury.Eval(ctx, pipe, []string{s.keys.id(pair[0])}, rest)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return failure(err)
	}
	if err := s.noteErasure(ctx, site, at, ids); err != nil {
		return failure(err)
	}
	for some := range slices.Chunk(marks, 500) {
		if err := s.run.forget.Run(ctx, s.client, person, some...).Err(); err != nil {
			return failure(err)
		}
	}
	return nil
}

// strip leaves of a stored record that there was one, and what was shown.
func strip(body string) (id, rest string, err error) {
	r, err := decode(body)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(r.Stripped())
	return r.ID, string(b), err
}

// entry is one record in a subject's hash.
type entry struct {
	clock, number int64
	record        consent.Record
}

func (e entry) compare(o entry) int {
	if e.record.Later(&o.record) {
		return 1
	}
	return -1
}

func readEntry(v string) (e entry, err error) {
	f := strings.SplitN(v, ":", 3)
	if len(f) != 3 {
		return e, fmt.Errorf("a stored record is damaged: %d bytes", len(v))
	}
	if e.clock, err = strconv.ParseInt(f[0], 10, 64); err != nil {
		return e, fmt.Errorf("a stored record is damaged: %w", err)
	}
	if e.number, err = strconv.ParseInt(f[1], 10, 64); err != nil {
		return e, fmt.Errorf("a stored record is damaged: %w", err)
	}
	e.record, err = decode(f[2])
	return e, err
}

func decode(body string) (r consent.Record, err error) {
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		return r, fmt.Errorf("a stored document is damaged: %w", err)
	}
	return r, nil
}

func tombstone(t string) (at int64, ok bool) {
	at, err := strconv.ParseInt(t, 10, 64)
	return at, err == nil
}

func erased() error {
	return consent.Fail(consent.Erased, "the subject asked for erasure", "ask the visitor for a new choice")
}

func reused(id string) error {
	return consent.Fail(consent.IDReused, "the id "+id+" already stands for another decision", "make 16 new random bytes for each decision")
}
