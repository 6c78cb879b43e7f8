package hooks

import "context"

// Lanes are for their test.
type Lanes struct{ l *lanes }

// NewLanes makes so many places.
func NewLanes(places int) Lanes { return Lanes{newLanes(places)} }

// Enter is of the lanes.
func (l Lanes) Enter(ctx context.Context, owner string) bool { return l.l.enter(ctx, owner) }

// Leave is of the lanes.
func (l Lanes) Leave(owner string) { l.l.leave(owner) }

// OwnedBy is a desk on the same store, to which sites belong as owner says.
func (d *Desk) OwnedBy(owner func(site string) string) *Desk {
	o := d.o
	o.Owner = owner
	return New(o)
}
