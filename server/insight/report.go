package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// The dimensions of a report.
const (
	Country  = "country"
	Locale   = "locale"
	Edition  = "edition"
	ByDevice = "device"
)

// Dimensions lists them.
func Dimensions() []string { return []string{Country, Locale, ByDevice, Edition} }

// Least is the smallest count that is told: fewer people might be known by it.
const Least = 10

// Counts are what happened to banners. A count of fewer than Least, but more
// than none, is not told and null.
type Counts struct {
	Shown     *int64 `json:"shown"`
	Accepted  *int64 `json:"accepted"`
	Rejected  *int64 `json:"rejected"`
	Partial   *int64 `json:"partial"`
	Dismissed *int64 `json:"dismissed"`
	Withdrawn *int64 `json:"withdrawn"`
	// Ignored were shown and not answered.
	Ignored *int64 `json:"ignored"`
}

// Row is one value of a dimension. The value "other" holds what is too small to
// stand alone.
type Row struct {
	Value string `json:"value"`
	Counts
}

// DayRow is one day in UTC.
type DayRow struct {
	Day string `json:"day"`
	Counts
	// Records are the decisions recorded on that day by people.
	Records *int64 `json:"records"`
}

// PurposeRow says how often a purpose was granted, by the records.
type PurposeRow struct {
	Purpose string `json:"purpose"`
	Granted *int64 `json:"granted"`
	Refused *int64 `json:"refused"`
	// Rate is granted out of all answers, null when too few answered.
	Rate *float64 `json:"rate"`
}

// Report is how a site's banner did from one day to another.
type Report struct {
	Site string `json:"site"`
	From string `json:"from"`
	To   string `json:"to"`
	// Least is the smallest count that is told.
	Least    int64            `json:"least"`
	Totals   Counts           `json:"totals"`
	Days     []DayRow         `json:"days"`
	By       map[string][]Row `json:"by"`
	Purposes []PurposeRow     `json:"purposes"`
	// Actions are the recorded decisions by what the visitor did, which are
	// there without the feature `insight` too.
	Actions map[string]*int64 `json:"actions"`
	// Bots are programs that looked or decided; they count nowhere else.
	Bots int64 `json:"bots"`
	// Seen says that browsers told when the banner was shown: the site's
	// feature `insight` was on.
	Seen bool `json:"seen"`
}

// raw are counts before anything is held back.
type raw map[Event]int64

func (r raw) add(o raw) {
	for e, n := range o {
		r[e] += n
	}
}

func (r raw) ignored() int64 {
	return max(0, r[Shown]-r[Accepted]-r[Rejected]-r[Partial]-r[Dismissed])
}

func told(n int64) *int64 {
	if n > 0 && n < Least {
		return nil
	}
	return &n
}

func (r raw) told() Counts {
	return Counts{
		Shown: told(r[Shown]), Accepted: told(r[Accepted]), Rejected: told(r[Rejected]), Partial: told(r[Partial]),
		Dismissed: told(r[Dismissed]), Withdrawn: told(r[Withdrawn]), Ignored: told(r.ignored()),
	}
}

// Report reads the counts of a site from one day to another, both included.
// Errors: Invalid for malformed days, Unavailable.
func (d *Desk) Report(ctx context.Context, site, from, to string) (Report, error) {
	days, err := d.o.Store.Counts(ctx, site, from, to)
	if err != nil {
		return Report{}, err
	}
	out := Report{Site: site, From: from, To: to, Least: Least, Days: []DayRow{}, By: map[string][]Row{}, Purposes: []PurposeRow{}, Actions: map[string]*int64{}}
	total, by := raw{}, map[string]map[string]raw{}
	plain := map[string]int64{}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		today := raw{}
		for key, n := range days[day] {
			event, dimension, value, ok := readKey(key)
			switch {
			case !ok:
				plain[key] += n
			case dimension == "all":
				today[event] += n
			default:
				if by[dimension] == nil {
					by[dimension] = map[string]raw{}
				}
				if by[dimension][value] == nil {
					by[dimension][value] = raw{}
				}
				by[dimension][value][event] += n
			}
		}
		total.add(today)
		out.Days = append(out.Days, DayRow{Day: day, Counts: today.told(), Records: told(days[day]["records"])})
	}
	out.Totals, out.Seen = total.told(), total[Shown] > 0
	out.Bots = plain[botKey] + plain["bots"]
	for _, dimension := range Dimensions() {
		out.By[dimension] = rows(by[dimension])
	}
	out.Purposes = purposes(plain)
	for key, n := range plain {
		if action, ok := strings.CutPrefix(key, "action:"); ok {
			out.Actions[action] = told(n)
		}
	}
	return out, nil
}

func readKey(key string) (e Event, dimension, value string, ok bool) {
	f := strings.SplitN(key, ":", 4)
	if len(f) != 4 || f[0] != "seen" {
		return "", "", "", false
	}
	return Event(f[1]), f[2], f[3], true
}

// rows puts what is too small together, until nobody can tell one of them by
// taking the others from the total.
func rows(values map[string]raw) []Row {
	names := slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(cmp.Compare(values[b][Shown], values[a][Shown]), cmp.Compare(a, b))
	})
	other, list := raw{}, []Row{}
	for len(names) > 0 {
		last := names[len(names)-1]
		if values[last][Shown] >= Least && (len(other) == 0 || other[Shown] >= Least) {
			break
		}
		other.add(values[last])
		names = names[:len(names)-1]
	}
	for _, name := range names {
		list = append(list, Row{name, values[name].told()})
	}
	if len(other) > 0 {
		list = append(list, Row{"other", other.told()})
	}
	return list
}

func purposes(plain map[string]int64) []PurposeRow {
	list := []PurposeRow{}
	names := map[string]bool{}
	for key := range plain {
		for _, word := range []string{"granted:", "refused:"} {
			if p, ok := strings.CutPrefix(key, word); ok {
				names[p] = true
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(names)) {
		granted, refused := plain["granted:"+p], plain["refused:"+p]
		row := PurposeRow{Purpose: p, Granted: told(granted), Refused: told(refused)}
		if row.Granted == nil || row.Refused == nil {
			// Each would tell the other.
			row.Granted, row.Refused = nil, nil
		}
		if all := granted + refused; all >= Least && row.Granted != nil {
			rate := float64(granted) / float64(all)
			row.Rate = &rate
		}
		list = append(list, row)
	}
	return list
}
