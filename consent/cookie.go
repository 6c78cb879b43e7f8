package consent

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// The grammar of lx_consent, chosen to be read by people and never escaped:
//
//	1.KEY.EDITION.REGIME.CLOCK.LEVELS.MAC
//
// KEY is the id of the signing key ("-" with an empty MAC), EDITION and CLOCK
// (seconds) are decimal, LEVELS is "-" or entries "id:level" joined by "~" in
// ascending byte order. A level may be followed by "g": granted beside the
// notice that Global Privacy Control is on. An entry about a vendor starts
// with "@". Every choice has exactly one spelling; all others are refused.
const (
	cookieVersion = "1"
	// CookieLimit is the longest lx_consent value in bytes.
	CookieLimit = 512
	// ConsentCookie and SubjectCookie are the names of our two cookies.
	ConsentCookie = "lx_consent"
	SubjectCookie = "lx_subject"
)

// EncodeCookie writes a choice without a proof, as the script does until the
// server has answered. No server writes one: this half of the grammar is here so
// that the vectors hold both languages to the same bytes.
func EncodeCookie(c *Choice) string {
	return string(appendCookie(nil, "-", c)) + "."
}

// SealCookie writes a choice with the site's proof.
func SealCookie(keys *Keyring, tenant, site string, c *Choice) string {
	keys = keys.now()
	var room [256]byte
	return keys.sealed(appendCookie(room[:0], keys.Active(), c), ConsentCookie, tenant, site)
}

func appendCookie(b []byte, key string, c *Choice) []byte {
	b = append(append(append(b, cookieVersion...), '.'), key...)
	b = strconv.AppendInt(append(b, '.'), int64(c.Edition), 10)
	b = append(append(append(b, '.'), c.Regime...), '.')
	b = append(strconv.AppendInt(b, c.Clock, 10), '.')
	var room [16]cookieEntry
	entries := room[:0]
	for id, n := range c.Levels {
		entries = append(entries, cookieEntry{id: id, level: n, over: n > 0 && c.Over[id]})
	}
	for id, n := range c.Vendors {
		entries = append(entries, cookieEntry{id: id, level: n, vendor: true})
	}
	if len(entries) == 0 {
		return append(b, '-')
	}
	slices.SortFunc(entries, cookieEntry.compare)
	for i, e := range entries {
		if i > 0 {
			b = append(b, '~')
		}
		if e.vendor {
			b = append(b, '@')
		}
		b = strconv.AppendInt(append(append(b, e.id...), ':'), int64(e.level), 10)
		if e.over {
			b = append(b, 'g')
		}
	}
	return b
}

type cookieEntry struct {
	id           string
	level        int
	vendor, over bool
}

// compare tells the order of two entries as they are written.
func (e cookieEntry) compare(f cookieEntry) int {
	for i := range max(len(e.id), len(f.id)) + 2 {
		if c := cmp.Compare(e.at(i), f.at(i)); c != 0 {
			return c
		}
	}
	return 0
}

// at is a byte of the entry up to its level.
func (e cookieEntry) at(i int) byte {
	if e.vendor {
		if i--; i < 0 {
			return '@'
		}
	}
	switch {
	case i < len(e.id):
		return e.id[i]
	case i == len(e.id):
		return ':'
	}
	return 0
}

// ParseCookie reads lx_consent strictly, without checking its proof. ok is
// false for anything that EncodeCookie and SealCookie do not write.
func ParseCookie(s string) (c *Choice, ok bool) {
	c = &Choice{}
	_, sum, levels, ok := c.parse(s)
	if !ok || sum != "" && !IsRecordID(sum) || !c.parseLevels(levels) {
		return nil, false
	}
	return c, true
}

// OpenCookie reads lx_consent and checks its proof. A value that is malformed
// or whose proof is wrong comes back Forged; one with an empty proof comes
// back Unproved; an empty string gives nil. Levels may be shared with other
// choices: nobody may change them.
func OpenCookie(keys *Keyring, tenant, site, s string) *Choice {
	if s == "" {
		return nil
	}
	c := &Choice{}
	c.Open(keys, tenant, site, s)
	return c
}

// Open is OpenCookie in the place of another choice. s is not empty.
func (c *Choice) Open(keys *Keyring, tenant, site, s string) {
	*c = Choice{}
	key, sum, levels, ok := c.parse(s)
	switch {
	case !ok:
	case sum == "":
		c.Unproved, ok = true, c.parseLevels(levels)
	default:
		by := keys.proves(key, sum, ConsentCookie, tenant, site, s[:len(s)-len(sum)-1])
		ok = by != nil && c.provedLevels(levels, &by.levels)
	}
	if !ok {
		*c = Choice{Forged: true}
	}
}

// parse fills a choice but for its levels.
func (c *Choice) parse(s string) (key, sum, levels string, ok bool) {
	if len(s) > CookieLimit {
		return "", "", "", false
	}
	var f [7]string
	for i := range 6 {
		if f[i], s, ok = strings.Cut(s, "."); !ok {
			return "", "", "", false
		}
	}
	if f[6] = s; f[0] != cookieVersion || !isRegime(f[3]) || strings.Contains(s, ".") {
		return "", "", "", false
	}
	key, sum = f[1], f[6]
	if unproved := key == "-"; unproved != (sum == "") || (!unproved && (len(key) > 8 || !isWord(key, ""))) {
		return "", "", "", false
	}
	edition, ok1 := decimal(f[2], 1<<31-1)
	clock, ok2 := decimal(f[4], 1<<40)
	if !ok1 || !ok2 || edition == 0 {
		return "", "", "", false
	}
	c.Edition, c.Regime, c.Clock = int(edition), f[3], clock
	return key, sum, f[5], true
}

// provedLevels is parseLevels for a cookie that we signed.
func (c *Choice) provedLevels(s string, shared *sharedLevels) bool {
	var ok bool
	if c.Levels, ok = shared.Known(s); ok {
		return true
	}
	// What is remembered must not keep the request that it came with.
	s = strings.Clone(s)
	if ok = c.parseLevels(s); ok && c.Vendors == nil && c.Over == nil {
		shared.Keep(s, c.Levels, maxLevelsOfKey)
	}
	return ok
}

func (c *Choice) parseLevels(s string) bool {
	c.Levels = map[string]int{}
	if s == "-" {
		return true
	}
	e, last, head := "", "", ""
	for more := true; more; last = e {
		e, s, more = strings.Cut(s, "~")
		colon := strings.IndexByte(e, ':')
		// In this order, two entries about the same stand side by side.
		if e <= last || colon < 0 || head != "" && strings.HasPrefix(e, head) {
			return false
		}
		head = e[:colon+1]
		id, vendor := strings.CutPrefix(e[:colon], "@")
		level, over := e[colon+1:], len(e) == colon+3 && e[colon+2] == 'g'
		if over {
			level = level[:1]
		}
		if len(level) != 1 || level[0] < '0' || level[0] > '9' || !IsID(id) || (over && (vendor || level == "0")) {
			return false
		}
		n := int(level[0] - '0')
		switch {
		case vendor:
			put(&c.Vendors, id, n)
		default:
			c.Levels[id] = n
		}
		if over {
			put(&c.Over, id, true)
		}
	}
	return true
}

// put makes the map when it holds its first entry: most choices name no vendor.
func put[T any](m *map[string]T, id string, v T) {
	if *m == nil {
		*m = map[string]T{}
	}
	(*m)[id] = v
}

// IsID reports whether s may name a purpose or a vendor: a letter, then
// letters, digits, "_" and "-", at most 32, all lower case.
func IsID(s string) bool {
	return len(s) <= 32 && isWord(s, "_-") && s[0] >= 'a' && s[0] <= 'z'
}

// isRegime admits the ids of regimes: lower-case row codes joined by "+".
func isRegime(s string) bool { return len(s) <= 32 && isWord(s, "-+") }

// decimal reads a number without sign or leading zero, at most limit.
func decimal(s string, limit int64) (int64, bool) {
	if s == "" || len(s) > 13 || (s[0] == '0' && s != "0") {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, n <= limit
}
