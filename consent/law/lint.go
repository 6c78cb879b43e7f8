package law

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

var rowCode = regexp.MustCompile(`^([A-Z]{2}(-[A-Z0-9]{1,3})?|[A-Z]{3}|` + World + `)$`)

// checkRows refuses what would make Resolve wrong.
func checkRows(rows []Row) error {
	codes := map[string]bool{}
	for i := range rows {
		codes[rows[i].Code] = true
	}
	for i := range rows {
		r := &rows[i]
		bad := func(why string) error {
			return consent.Fail(consent.Invalid, "the law row "+r.Code+" "+r.ValidFrom+" "+why, "correct the row")
		}
		from, to, err := r.span()
		switch {
		case !rowCode.MatchString(r.Code):
			return bad("has a malformed code")
		case err != nil:
			return bad("has a date that is not YYYY-MM-DD")
		case from >= to:
			return bad("ends before it begins")
		case r.Parent != "" && (!codes[r.Parent] || r.Parent == r.Code):
			return bad("has a parent that does not exist")
		case r.UnknownSubdivision != "" && !codes[r.UnknownSubdivision]:
			return bad("names an unknown_subdivision that does not exist")
		case r.CloseMeans != "" && r.CloseMeans != closeRefusal && r.CloseMeans != closeKeep:
			return bad("has a close_means other than refusal and keep-default")
		case r.Placement != "" && r.Placement != notBottomBar:
			return bad("has a placement other than not-bottom-bar")
		case r.CookieWall != "" && r.CookieWall != wallBanned:
			return bad("has a cookie_wall other than banned")
		case r.ConsentMonths < 0 || r.ReaskMonths < 0 || r.MinorAge < 0 || r.MinorAge > 21:
			return bad("has a number out of range")
		case r.Analytics.Mode == nil && (r.Analytics.Own != nil || r.Analytics.Other != nil):
			return bad("divides analytics without a mode")
		case r.Code == World && !complete(r):
			return bad("must state every field, since others fall back on it")
		}
	}
	return nil
}

func complete(r *Row) bool {
	return r.Analytics.Mode != nil && r.Ads != nil && r.Sensitive != nil && r.Recording != nil && r.GPC != nil &&
		r.RejectFirstLayer != nil && r.Parity != nil && r.CloseMeans != "" && r.CloseRequired != nil &&
		r.ConsentMonths > 0 && r.ReaskMonths > 0 && r.MinorAge > 0 && len(r.Subdivisions) > 0
}

// Lint returns what a careful reader would object to, in words: rows that
// overlap or leave a gap, cite nothing, were never checked, name places that
// do not exist or state facts that cannot be.
func (t *Table) Lint() []string {
	var found []string
	countries := map[string]bool{}
	parts := map[string][]string{}
	groupOf := map[string]string{}
	for i := range t.rows {
		r := &t.rows[i]
		if r.Code == World {
			for _, c := range r.Subdivisions {
				countries[c] = true
			}
		} else if len(r.Subdivisions) > 0 {
			parts[r.Code] = r.Subdivisions
		}
	}
	for i := range t.rows {
		r := &t.rows[i]
		add := func(format string, args ...any) {
			found = append(found, strings.TrimSpace(r.Code+" "+r.ValidFrom)+": "+fmt.Sprintf(format, args...))
		}
		if r.Name == "" || r.Law == "" {
			add("the name or the law is missing")
		}
		if len(r.Source) == 0 || slices.Contains(r.Source, "") {
			add("no source is given")
		}
		if !slices.Contains([]string{"H", "M-H", "M", "L-M", "L"}, r.Confidence) {
			add("the confidence %q is none of H, M-H, M, L-M, L", r.Confidence)
		}
		if _, err := time.Parse(time.DateOnly, r.Checked); err != nil {
			add("the day of the last check is missing or malformed")
		}
		for _, m := range r.Members {
			if !countries[m] {
				add("the member %s is no country", m)
			}
			if g := groupOf[m]; g != "" && g != r.Code {
				add("the member %s also belongs to %s", m, g)
			}
			groupOf[m] = r.Code
		}
		for _, fault := range r.faults() {
			add("%s", fault)
		}
		country, sub, isPart := strings.Cut(r.Code, "-")
		if isPart && !slices.Contains(parts[country], sub) {
			add("the country does not list this part")
		}
		if len(country) == 2 && !countries[country] {
			add("the code is not assigned")
		}
		found = append(found, overlaps(t.rows[:i], r)...)
	}
	return append(found, t.gaps()...)
}

// gaps finds the times between two rows of a code at which none holds.
func (t *Table) gaps() []string {
	var found []string
	spans := map[string][]*Row{}
	for i := range t.rows {
		spans[t.rows[i].Code] = append(spans[t.rows[i].Code], &t.rows[i])
	}
	for _, code := range slices.Sorted(maps.Keys(spans)) {
		rows := spans[code]
		slices.SortFunc(rows, func(a, b *Row) int { return strings.Compare(a.ValidFrom, b.ValidFrom) })
		for i, r := range rows[1:] {
			if before := rows[i]; before.ValidTo != "" && before.ValidTo < r.ValidFrom {
				found = append(found, fmt.Sprintf("%s: no row holds from %s to %s", code, before.ValidTo, r.ValidFrom))
			}
		}
		if last := rows[len(rows)-1]; len(rows) > 1 && last.ValidTo != "" {
			found = append(found, fmt.Sprintf("%s: no row holds from %s on", code, last.ValidTo))
		}
	}
	return found
}

func overlaps(earlier []Row, r *Row) []string {
	var found []string
	from, to, _ := r.span()
	for i := range earlier {
		x := &earlier[i]
		f, u, _ := x.span()
		if x.Code == r.Code && f < to && from < u {
			found = append(found, fmt.Sprintf("%s: the rows from %q and from %q overlap", r.Code, x.ValidFrom, r.ValidFrom))
		}
	}
	return found
}
