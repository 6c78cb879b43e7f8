package middleware

import (
	"container/list"
	"sync"
	"time"
)

// cache keeps the answers that were used last. A nil cache keeps none.
type cache struct {
	size int

	mu    sync.Mutex
	known map[key]*list.Element
	// order has the answer that was used last in front.
	order *list.List
}

type entry struct {
	key         key
	answer      answer
	asked, ends time.Time
}

func newCache(size int) *cache {
	return &cache{size: size, known: map[key]*list.Element{}, order: list.New()}
}

// get returns an answer that still holds. One from the future does not hold:
// a clock that was set back must not lengthen its life.
func (c *cache) get(k key, now time.Time) (answer, bool) {
	if c == nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.known[k]
	if !ok {
		return nil, false
	}
	e := at.Value.(*entry)
	if now.Before(e.asked) || !now.Before(e.ends) {
		c.drop(at)
		return nil, false
	}
	c.order.MoveToFront(at)
	return e.answer, true
}

func (c *cache) put(k key, a answer, asked, ends time.Time) {
	if c == nil || !asked.Before(ends) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.known[k]; ok {
		c.drop(at)
	}
	c.known[k] = c.order.PushFront(&entry{key: k, answer: a, asked: asked, ends: ends})
	if c.order.Len() > c.size {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(at *list.Element) {
	c.order.Remove(at)
	delete(c.known, at.Value.(*entry).key)
}
