package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// lanes is how many pipelines are under way at a time, maxJobs how many
	// calls one of them holds.
	lanes   = 4
	maxJobs = 256
	// again is the pause before a call that met a moving slot is repeated.
	again = 5 * time.Millisecond
)

// job is one script call that waits for a pipeline.
type job struct {
	ctx    context.Context
	script *redis.Script
	keys   []string
	args   []any
	cmd    *redis.Cmd
	done   chan struct{}
}

// pipe lets the calls of requests in flight share pipelines: while one is under
// way, further calls gather for the next. On its own, each would cost a trip to
// Redis and more of a processor than the rest of its request.
type pipe struct {
	client func() redis.UniversalClient
	jobs   chan *job
	stop   chan struct{}
	ended  chan struct{}
}

func newPipe(client func() redis.UniversalClient) *pipe {
	p := &pipe{client: client, jobs: make(chan *job, maxJobs), stop: make(chan struct{}), ended: make(chan struct{})}
	running := make(chan struct{}, lanes)
	for range lanes {
		go func() {
			p.run()
			running <- struct{}{}
		}()
	}
	go func() {
		for range lanes {
			<-running
		}
		close(p.ended)
	}()
	return p
}

func (p *pipe) close() {
	close(p.stop)
	<-p.ended
}

func (p *pipe) run() {
	batch := make([]*job, 0, maxJobs)
	for {
		batch = batch[:0]
		select {
		case <-p.stop:
			return
		case j := <-p.jobs:
			batch = wanted(batch, j)
		}
	gather:
		for len(batch) < maxJobs {
			select {
			case j := <-p.jobs:
				batch = wanted(batch, j)
			default:
				break gather
			}
		}
		if len(batch) > 0 {
			p.exec(batch)
		}
	}
}

// wanted leaves out a call whose caller has given up.
func wanted(batch []*job, j *job) []*job {
	if j.ctx.Err() != nil {
		return batch
	}
	return append(batch, j)
}

// exec runs a batch. The callers' contexts may end meanwhile; the pipeline has
// a limit of its own.
func (p *pipe) exec(batch []*job) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	_, err := p.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for _, j := range batch {
			j.cmd = j.script.EvalSha(ctx, to, j.keys, j.args...)
		}
		return nil
	})
	unsent(batch, err)
	var unknown []*job
	for _, j := range batch {
		if err := j.cmd.Err(); err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
			unknown = append(unknown, j)
			continue
		}
		j.end()
	}
	if len(unknown) == 0 {
		return
	}
	_, err = p.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for _, j := range unknown {
			j.cmd = j.script.Eval(ctx, to, j.keys, j.args...)
		}
		return nil
	})
	unsent(unknown, err)
	for _, j := range unknown {
		j.end()
	}
}

// unsent gives its error to a call that was never made: each holds its own, but
// when Redis refuses the connection itself the library leaves them without any.
func unsent(batch []*job, err error) {
	for _, j := range batch {
		if err != nil && j.cmd.Err() == nil && j.cmd.Val() == nil {
			j.cmd.SetErr(err)
		}
	}
}

// end tells the caller, if one waits.
func (j *job) end() {
	if j.done != nil {
		close(j.done)
	}
}

// call runs a script in a pipeline and returns its answer.
func (p *pipe) call(ctx context.Context, script *redis.Script, keys []string, args ...any) *redis.Cmd {
	for {
		cmd := p.once(ctx, script, keys, args)
		if !moving(cmd.Err()) {
			return cmd
		}
		// Some keys of the slot have moved to another server and some have not.
		timer := time.NewTimer(again)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return failed(ctx, ctx.Err())
		}
	}
}

func (p *pipe) once(ctx context.Context, script *redis.Script, keys []string, args []any) *redis.Cmd {
	if err := ctx.Err(); err != nil {
		return failed(ctx, err)
	}
	j := &job{ctx: ctx, script: script, keys: keys, args: args, done: make(chan struct{})}
	select {
	case p.jobs <- j:
	case <-ctx.Done():
		return failed(ctx, ctx.Err())
	case <-p.stop:
		return failed(ctx, redis.ErrClosed)
	}
	select {
	case <-j.done:
		return j.cmd
	case <-ctx.Done():
		return failed(ctx, ctx.Err())
	case <-p.ended:
		return failed(ctx, redis.ErrClosed)
	}
}

func moving(err error) bool {
	if err == nil {
		return false
	}
	for _, sign := range []string{"TRYAGAIN", "MOVED", "ASK"} {
		if redis.HasErrorPrefix(err, sign) {
			return true
		}
	}
	return false
}

func failed(ctx context.Context, err error) *redis.Cmd {
	cmd := redis.NewCmd(ctx)
	cmd.SetErr(err)
	return cmd
}
