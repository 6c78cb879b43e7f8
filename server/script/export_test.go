package script

// Remembered asks a cache for its one value, made by fill when there is none.
func Remembered() (get func(fill func() (int, error)) (int, error)) {
	c := newCache[string, int](1)
	return func(fill func() (int, error)) (int, error) { return c.get("one", fill) }
}

// Remembers counts what a desk remembers of visits, beside compiled scripts.
func Remembers(d *Desk) int { return d.visits.len() + d.spoken.len() + d.travels.len() }
