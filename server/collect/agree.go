package collect

import (
	"context"

	"github.com/leadiumx/consent/consent"
)

// agreeTries bounds how often an account is read while more devices are linked to it.
const agreeTries = 5

// agreed returns the account's record that holds, and sees to it that it refuses what any
// linking has refused since somebody decided for the account, and what was refused then.
// A linking reads the account before it writes: two at a time may each have missed the
// other, on one server or on two, and each a decision of that moment. Whoever reads after
// writing sees all, and writes what they make together.
func (d *Desk) agreed(ctx context.Context, site, account string) (*consent.Record, error) {
	for try := 0; ; try++ {
		all, err := d.o.Records.History(ctx, site, account)
		if err != nil {
			return nil, err
		}
		holds, ok := consent.Current(all)
		if !ok {
			return nil, consent.Fail(consent.Unavailable, "the account's choice was not found again", "try again in a moment")
		}
		joined := holds.Choice()
		for i, linking := len(all)-1, true; i >= 0 && linking; i-- {
			joined, linking = consent.Join(joined, all[i].Choice()), all[i].Action == consent.Identify
		}
		if consent.SameLevels(joined, holds.Choice()) || try == agreeTries {
			return &holds, nil
		}
		next := asked(&holds)
		next.Levels, next.Vendors, next.Over = joined.Levels, joined.Vendors, joined.Over
		next.Clock, next.Gap, next.Time = holds.Clock+1, 1, d.o.Clock().UTC()
		if _, err := d.join(ctx, next, account, holds.Peer, consent.Identify); err != nil {
			return nil, err
		}
	}
}
