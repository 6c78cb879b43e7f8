package redisstore

import (
	"context"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// sweeping is how far a sweep came, and which lines it left before that: those of
// records that cannot be read.
type sweeping struct {
	at    order
	swept int
	stay  [partitions][]any
	// unread is how many they are.
	unread int
	ended  bool
}

// Sweep deletes the oldest records; see consent.Feed. The place in the site's
// order goes last, so that a sweep which was cut short is completed by the next.
func (s *Store) Sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (int, error) {
	var w sweeping
	for w.swept < limit && !w.ended {
		if err := s.sweep(ctx, site, &w, over, min(limit-w.swept, exportPage)); err != nil {
			return w.swept, failure(err)
		}
	}
	if w.unread > 0 {
		return w.swept, failure(damaged("record"))
	}
	return w.swept, nil
}

func (s *Store) sweep(ctx context.Context, site string, w *sweeping, over func(consent.Record) bool, limit int) error {
	lines, err := s.arrivals(ctx, site, w.at, limit)
	if err != nil || len(lines) == 0 {
		w.ended = true
		return err
	}
	records, ok, err := s.read(ctx, lines)
	if err != nil {
		return err
	}
	past, stay := 0, 0
	for ; past < len(lines); past++ {
		switch r := &records[past]; {
		case !ok[past]:
		case !r.Damaged:
			w.ended = !over(*r)
		case w.unread == consent.MaxUnread:
			w.ended = true
		default:
			// Evidence that was tampered with is not to vanish by itself.
			w.unread++
			stay++
			w.stay[lines[past].part] = append(w.stay[lines[past].part], lines[past].line())
		}
		if w.ended {
			break
		}
	}
	for i, a := range lines[:past] {
		if !ok[i] || records[i].Damaged {
			continue
		}
		if err := s.forget(ctx, a, records[i]); err != nil {
			return err
		}
		w.swept++
	}
	if past > 0 {
		w.at = lines[past-1].order
	}
	if past == stay {
		return nil
	}
	return s.trim(ctx, site, w)
}

// trim deletes what stands up to a place in the site's order, but for what stays.
func (s *Store) trim(ctx context.Context, site string, w *sweeping) error {
	_, err := s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for i := range partitions {
			end := w.at.micro
			if i <= w.at.part {
				end++
			}
			to.Eval(ctx, trimScript, []string{s.keys.journal(site, i)}, append([]any{end}, w.stay[i]...)...)
		}
		return nil
	})
	return err
}

// forget deletes a record, and where else its id is known.
func (s *Store) forget(ctx context.Context, a arrival, r consent.Record) error {
	keys, person := []string{s.keys.bucket(a.at)}, personOf(&r)
	if person != "" {
		keys = append(keys, s.keys.state(a.at, []byte(person)))
	}
	if err := s.pipe.call(ctx, s.run.forget, keys, a.mark, person).Err(); err != nil {
		return err
	}
	if home, _ := locateID(r.Site, r.ID); home != a.at {
		return s.client().HDel(ctx, s.keys.bucket(home), a.mark).Err()
	}
	return nil
}
