package redisstore

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/redis/go-redis/v9"
)

// group are reads that share a command.
type group struct {
	reads []*read
	// source says that Redis does not know the script.
	source bool
	cmd    *redis.StringCmd
}

// exec answers a batch. The callers' contexts may end meanwhile; the commands
// have a limit of their own.
func (r *reads) exec(batch []*read) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	client := r.client()
	_, slots := client.(*redis.ClusterClient)
	for left := groups(batch, slots); len(left) > 0; {
		left = r.try(ctx, client, left)
	}
}

// groups has all in one command where one server holds all, and otherwise those
// of one slot.
func groups(batch []*read, slots bool) []group {
	if !slots && !slices.ContainsFunc(batch, func(one *read) bool { return one.alone }) {
		return []group{{reads: batch}}
	}
	var out []group
	// The tag of a bucket's key is its site and partition; see keys.
	known := map[place]int{}
	for _, one := range batch {
		tag := place{}
		if slots {
			tag = place{one.at.site, uint16(one.at.part())}
		}
		i, ok := known[tag]
		if !ok || one.alone {
			i, out = len(out), append(out, group{})
			if !one.alone {
				known[tag] = i
			}
		}
		out[i].reads = append(out[i].reads, one)
	}
	return out
}

// try runs a pipeline of groups and answers their reads. It returns what is to
// be tried in another way: with the script's source, or each read alone.
func (r *reads) try(ctx context.Context, client redis.UniversalClient, groups []group) (left []group) {
	_, err := client.Pipelined(ctx, func(to redis.Pipeliner) error {
		for i := range groups {
			groups[i].cmd = r.command(ctx, &groups[i])
			if err := to.Process(ctx, groups[i].cmd); err != nil {
				return err
			}
		}
		return nil
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range groups {
		said, bad := g.cmd.Bytes()
		switch {
		case redis.HasErrorPrefix(bad, "NOSCRIPT") && !g.source:
			g.source = true
			left = append(left, g)
			continue
		case bad != nil && refused(bad) && len(g.reads) > 1:
			// One of them may be all that Redis minds.
			for _, one := range g.reads {
				left = append(left, group{reads: []*read{one}, source: g.source})
			}
			continue
		case bad == nil && len(said) == 0:
			// When Redis refuses the connection itself, the library leaves the
			// commands without any error.
			bad = err
		}
		r.answer(&g, said, bad)
	}
	return left
}

// command asks about all of a group.
func (r *reads) command(ctx context.Context, g *group) *redis.StringCmd {
	args := make([]any, 0, 4+2*len(g.reads))
	if g.source {
		args = append(args, "eval", latestScript, 0)
	} else {
		args = append(args, "evalsha", r.script.Hash(), 0)
	}
	persons := make([]byte, 0, (personSize+1)*len(g.reads))
	for _, one := range g.reads {
		args = append(args, &one.states)
		if one.what == askRecord {
			args = append(args, &one.bucket)
		}
		persons = append(append(persons, one.person[:]...), one.what)
	}
	args[2] = len(args) - 3
	return redis.NewStringCmd(ctx, append(args, persons)...)
}

// answer tells each of a group what was said of it, behind its length.
func (r *reads) answer(g *group, said []byte, err error) {
	for _, one := range g.reads {
		const head = 4
		if err == nil && len(said) < head {
			err = damaged("record")
		}
		if err != nil {
			r.end(one, nil, err)
			continue
		}
		n := int(binary.BigEndian.Uint32(said))
		if said = said[head:]; len(said) < n {
			err = damaged("record")
			r.end(one, nil, err)
			continue
		}
		r.end(one, said[:n:n], nil)
		said = said[n:]
	}
}
