package script

import (
	"container/list"
	"errors"
	"sync"
	"sync/atomic"
)

// cache keeps the most recently used values, at most limit. Two callers that
// miss the same key wait for one computation. Failures, panics among them, are
// not kept.
type cache[K comparable, V any] struct {
	limit int
	mu    sync.Mutex
	byKey map[K]*list.Element
	order *list.List
	// front is the slot at the front of order: it need not be moved there.
	front atomic.Pointer[slot[K, V]]
	fills atomic.Int64
}

type slot[K comparable, V any] struct {
	key  K
	once sync.Once
	val  V
	err  error
}

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{limit: max(1, limit), byKey: map[K]*list.Element{}, order: list.New()}
}

func (c *cache[K, V]) get(key K, fill func() (V, error)) (V, error) {
	s := c.slot(key)
	s.once.Do(func() {
		c.fills.Add(1)
		// Who waits for a computation that ends in a panic gets no empty value.
		s.err = errors.New("the value could not be made")
		s.val, s.err = fill()
	})
	if s.err != nil {
		c.drop(key, s)
	}
	return s.val, s.err
}

func (c *cache[K, V]) slot(key K) *slot[K, V] {
	if s := c.front.Load(); s != nil && s.key == key {
		return s
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		s := e.Value.(*slot[K, V])
		c.front.Store(s)
		return s
	}
	s := &slot[K, V]{key: key}
	c.byKey[key] = c.order.PushFront(s)
	c.front.Store(s)
	for c.order.Len() > c.limit {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.byKey, last.Value.(*slot[K, V]).key)
	}
	return s
}

// each hands out the keys, the one that was used last first, until do says no.
func (c *cache[K, V]) each(do func(K) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.order.Front(); e != nil && do(e.Value.(*slot[K, V]).key); e = e.Next() {
	}
}

// forget leaves out the keys of which old says so, going from the one that was
// used last.
func (c *cache[K, V]) forget(old func(K) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.order.Front(); e != nil; {
		at := e
		e = e.Next()
		if s := at.Value.(*slot[K, V]); old(s.key) {
			c.order.Remove(at)
			delete(c.byKey, s.key)
			c.front.CompareAndSwap(s, nil)
		}
	}
}

func (c *cache[K, V]) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len()
}

func (c *cache[K, V]) drop(key K, s *slot[K, V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok && e.Value.(*slot[K, V]) == s {
		c.order.Remove(e)
		delete(c.byKey, key)
		c.front.CompareAndSwap(s, nil)
	}
}
