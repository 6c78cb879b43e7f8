package boltstore

import (
	"bytes"
	"context"
	"slices"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// PutDocument stores a document; see consent.Cabinet.
func (s *Store) PutDocument(ctx context.Context, d consent.Document, still ...consent.Document) (consent.Document, error) {
	if err := d.Check(); err != nil {
		return d, err
	}
	key, body := append(part(nil, d.Kind), d.ID...), bytes.Clone(d.Body)
	version, err := write(ctx, s, func(tx *bbolt.Tx) (uint64, error) {
		all := tx.Bucket([]byte(bucketDocuments))
		if err := stillStored(all, d.Kind, slices.Concat(still, []consent.Document{d})); err != nil {
			return 0, err
		}
		next, err := all.NextSequence()
		if err != nil {
			return 0, err
		}
		return next, all.Put(key, append(number(nil, next), body...))
	})
	if err == nil {
		d.Version = int64(version)
	}
	return d, err
}

// stillStored refuses when one of the documents is stored under another version
// than it was read with.
func stillStored(all *bbolt.Bucket, kind string, read []consent.Document) error {
	for _, d := range read {
		have := uint64(0)
		if v := all.Get(append(part(nil, kind), d.ID...)); len(v) >= 8 {
			have = readNumber(v[:8])
		}
		if have != uint64(d.Version) {
			return consent.Fail(consent.Conflict, "somebody else changed it first", "load it again and repeat the change")
		}
	}
	return nil
}

// Document returns one document; see consent.Cabinet.
func (s *Store) Document(ctx context.Context, kind, id string) (consent.Document, error) {
	d := consent.Document{Kind: kind, ID: id}
	if err := d.Check(); err != nil {
		return d, err
	}
	return promptly(ctx, s, func(tx *bbolt.Tx) (consent.Document, error) {
		v := tx.Bucket([]byte(bucketDocuments)).Get(append(part(nil, kind), id...))
		if len(v) < 8 {
			return d, consent.Fail(consent.NotFound, "there is no such document", "list what is there")
		}
		d.Version, d.Body = int64(readNumber(v[:8])), bytes.Clone(v[8:])
		return d, nil
	})
}

// Documents returns a page of documents; see consent.Cabinet.
func (s *Store) Documents(ctx context.Context, kind, after string, limit int) ([]consent.Document, error) {
	if err := consent.CheckPage(kind, limit); err != nil {
		return nil, err
	}
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.Document, error) {
		var page []consent.Document
		prefix := part(nil, kind)
		from := append(bytes.Clone(prefix), after...)
		c := tx.Bucket([]byte(bucketDocuments)).Cursor()
		k, v := c.Seek(from)
		if bytes.Equal(k, from) {
			k, v = c.Next()
		}
		for ; bytes.HasPrefix(k, prefix) && len(v) >= 8 && len(page) < limit; k, v = c.Next() {
			page = append(page, consent.Document{Kind: kind, ID: string(k[len(prefix):]), Version: int64(readNumber(v[:8])), Body: bytes.Clone(v[8:])})
		}
		return page, nil
	})
}

// DropDocument deletes a document; see consent.Cabinet.
func (s *Store) DropDocument(ctx context.Context, kind, id string, still ...consent.Document) error {
	if err := (consent.Document{Kind: kind, ID: id}).Check(); err != nil {
		return err
	}
	_, err := write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) {
		all := tx.Bucket([]byte(bucketDocuments))
		if err := stillStored(all, kind, still); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, all.Delete(append(part(nil, kind), id...))
	})
	return err
}

// AppendNote adds a note to a journal; see consent.Cabinet.
func (s *Store) AppendNote(ctx context.Context, journal string, body []byte) (int64, error) {
	if err := consent.CheckNote(journal, body); err != nil {
		return 0, err
	}
	prefix, body := part(nil, journal), bytes.Clone(body)
	return write(ctx, s, func(tx *bbolt.Tx) (int64, error) {
		notes := tx.Bucket([]byte(bucketNotes))
		last := lastNote(notes.Cursor(), prefix)
		return int64(last + 1), notes.Put(number(bytes.Clone(prefix), last+1), body)
	})
}

// lastNote is the number of a journal's newest note, 0 when it has none.
func lastNote(c *bbolt.Cursor, prefix []byte) uint64 {
	k, _ := c.Seek(append(bytes.Clone(prefix), bytes.Repeat([]byte{0xff}, 9)...))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if !bytes.HasPrefix(k, prefix) {
		return 0
	}
	return readNumber(k[len(prefix):])
}

// Notes returns a page of a journal; see consent.Cabinet.
func (s *Store) Notes(ctx context.Context, journal string, after int64, limit int) ([]consent.JournalNote, error) {
	if err := consent.CheckPage(journal, limit); err != nil {
		return nil, err
	}
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.JournalNote, error) {
		var page []consent.JournalNote
		prefix := part(nil, journal)
		c := tx.Bucket([]byte(bucketNotes)).Cursor()
		k, v := c.Seek(number(bytes.Clone(prefix), uint64(max(after, 0))+1))
		for ; bytes.HasPrefix(k, prefix) && len(page) < limit; k, v = c.Next() {
			page = append(page, consent.JournalNote{Number: int64(readNumber(k[len(prefix):])), Body: bytes.Clone(v)})
		}
		return page, nil
	})
}
