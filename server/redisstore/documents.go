package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// Each kind and each journal has a slot of its own.
func (k keys) documents(kind string) []string {
	return []string{k.prefix + "docs{" + kind + "}", k.prefix + "ids{" + kind + "}", k.prefix + "versions{" + kind + "}"}
}

func (k keys) notes(journal string) string { return k.prefix + "notes{" + journal + "}" }

// stillScript defines what tells whether the documents named from one argument
// on, id and version in turn, are stored under these versions.
const stillScript = `
local function still(from)
  for i = from, #ARGV, 2 do
    local have = redis.call('HGET', KEYS[1], ARGV[i])
    if (have and string.match(have, '^%d+') or '0') ~= ARGV[i + 1] then return false end
  end
  return true
end
`

// putDocument stores a document when it and the others named are still at the
// versions that were read, and returns the new version, or -1. Versions are
// counted per kind, so that a document made anew never has a version that an
// earlier one had.
// KEYS docs, ids, versions; ARGV body, id, version, others.
const putDocumentScript = stillScript + `
if not still(2) then return -1 end
local next = redis.call('INCR', KEYS[3])
redis.call('HSET', KEYS[1], ARGV[2], string.format('%d', next) .. ':' .. ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[2])
return next`

// pageScript returns ids and documents in turn. An id whose document somebody
// has removed by hand is passed over: it must not hide all the others.
// KEYS docs, ids; ARGV where to begin, how many.
const pageScript = `
local from, page, most = ARGV[1], {}, 2 * ARGV[2]
repeat
  local ids = redis.call('ZRANGE', KEYS[2], from, '+', 'BYLEX', 'LIMIT', 0, (most - #page) / 2)
  for i = 1, #ids do
    from = '(' .. ids[i]
    local body = redis.call('HGET', KEYS[1], ids[i])
    if body then
      page[#page + 1] = ids[i]
      page[#page + 1] = body
    end
  end
until #ids == 0 or #page == most
return page`

// KEYS docs, ids; ARGV id, others.
const dropDocumentScript = stillScript + `
if not still(2) then return -1 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1`

// PutDocument stores a document; see consent.Cabinet.
func (s *Store) PutDocument(ctx context.Context, d consent.Document, still ...consent.Document) (consent.Document, error) {
	if err := d.Check(); err != nil {
		return d, err
	}
	version, err := redis.NewScript(putDocumentScript).Run(ctx, s.client(), s.keys.documents(d.Kind), versions([]any{d.Body, d.ID, d.Version}, still)...).Int64()
	if err != nil {
		return d, failure(err)
	}
	if version < 0 {
		return d, changedFirst()
	}
	d.Version = version
	return d, nil
}

// versions adds which documents have to be at which version.
func versions(args []any, still []consent.Document) []any {
	for _, d := range still {
		args = append(args, d.ID, d.Version)
	}
	return args
}

func changedFirst() error {
	return consent.Fail(consent.Conflict, "somebody else changed it first", "load it again and repeat the change")
}

// Document returns one document; see consent.Cabinet.
func (s *Store) Document(ctx context.Context, kind, id string) (consent.Document, error) {
	d := consent.Document{Kind: kind, ID: id}
	if err := d.Check(); err != nil {
		return d, err
	}
	raw, err := s.client().HGet(ctx, s.keys.documents(kind)[0], id).Result()
	if errors.Is(err, redis.Nil) {
		return d, consent.Fail(consent.NotFound, "there is no such document", "list what is there")
	}
	if err != nil {
		return d, failure(err)
	}
	return versioned(kind, id, raw)
}

// Documents returns a page of documents; see consent.Cabinet.
func (s *Store) Documents(ctx context.Context, kind, after string, limit int) ([]consent.Document, error) {
	if err := consent.CheckPage(kind, limit); err != nil {
		return nil, err
	}
	from := "-"
	if after != "" {
		from = "(" + after
	}
	flat, err := redis.NewScript(pageScript).Run(ctx, s.client(), s.keys.documents(kind)[:2], from, limit).StringSlice()
	if err != nil {
		return nil, failure(err)
	}
	page := make([]consent.Document, 0, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		d, err := versioned(kind, flat[i], flat[i+1])
		if err != nil {
			return nil, err
		}
		page = append(page, d)
	}
	return page, nil
}

func versioned(kind, id, raw string) (consent.Document, error) {
	version, body, ok := strings.Cut(raw, ":")
	n, err := strconv.ParseInt(version, 10, 64)
	if !ok || err != nil {
		return consent.Document{}, failure(fmt.Errorf("a stored document is damaged: %d bytes", len(raw)))
	}
	return consent.Document{Kind: kind, ID: id, Version: n, Body: []byte(body)}, nil
}

// DropDocument deletes a document; see consent.Cabinet.
func (s *Store) DropDocument(ctx context.Context, kind, id string, still ...consent.Document) error {
	if err := (consent.Document{Kind: kind, ID: id}).Check(); err != nil {
		return err
	}
	done, err := redis.NewScript(dropDocumentScript).Run(ctx, s.client(), s.keys.documents(kind)[:2], versions([]any{id}, still)...).Int64()
	if err == nil && done < 0 {
		return changedFirst()
	}
	return failure(err)
}

// AppendNote adds a note to a journal; see consent.Cabinet.
func (s *Store) AppendNote(ctx context.Context, journal string, body []byte) (int64, error) {
	if err := consent.CheckNote(journal, body); err != nil {
		return 0, err
	}
	n, err := s.client().RPush(ctx, s.keys.notes(journal), body).Result()
	return n, failure(err)
}

// Notes returns a page of a journal; see consent.Cabinet.
func (s *Store) Notes(ctx context.Context, journal string, after int64, limit int) ([]consent.JournalNote, error) {
	if err := consent.CheckPage(journal, limit); err != nil {
		return nil, err
	}
	after = max(after, 0)
	raw, err := s.client().LRange(ctx, s.keys.notes(journal), after, after+int64(limit)-1).Result()
	if err != nil {
		return nil, failure(err)
	}
	page := make([]consent.JournalNote, len(raw))
	for i, body := range raw {
		page[i] = consent.JournalNote{Number: after + int64(i) + 1, Body: []byte(body)}
	}
	return page, nil
}
