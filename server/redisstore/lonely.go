package redisstore

import (
	"sync"
	"sync/atomic"

	"github.com/leadiumx/consent/consent"
)

// atOnce bounds the records that are stored by themselves at a time.
const atOnce = 64

// lonely are records that are stored by themselves, each run of them in order.
type lonely struct {
	// of finds the run of a site and a subject.
	of   map[[2]string]int
	runs [][]int
}

// waits reports whether a record has to wait for another of its subject.
func (l *lonely) waits(r *consent.Record) bool {
	if len(l.runs) == 0 || r.Subject == "" {
		return false
	}
	_, ok := l.of[[2]string{r.Site, r.Subject}]
	return ok
}

func (l *lonely) add(r *consent.Record, i int) {
	who := [2]string{r.Site, r.Subject}
	if l.waits(r) {
		l.runs[l.of[who]] = append(l.runs[l.of[who]], i)
		return
	}
	if l.of == nil {
		l.of = map[[2]string]int{}
	}
	l.of[who] = len(l.runs)
	l.runs = append(l.runs, []int{i})
}

// each calls do for every record.
func (l *lonely) each(do func(i int)) {
	var next atomic.Int64
	var running sync.WaitGroup
	for range min(atOnce, len(l.runs)) {
		running.Go(func() {
			for n := next.Add(1) - 1; int(n) < len(l.runs); n = next.Add(1) - 1 {
				for _, i := range l.runs[n] {
					do(i)
				}
			}
		})
	}
	running.Wait()
}
