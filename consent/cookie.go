package consent

import (
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
// server has answered.
func EncodeCookie(c *Choice) string {
	return cookieBody("-", c) + "."
}

// SealCookie writes a choice with the site's proof.
func SealCookie(keys *Keyring, tenant, site string, c *Choice) string {
	keys = keys.now()
	body := cookieBody(keys.Active(), c)
	return body + "." + keys.Sign(ConsentCookie, tenant, site, body)
}

func cookieBody(key string, c *Choice) string {
	entries := make([]string, 0, len(c.Levels)+len(c.Vendors))
	for id, n := range c.Levels {
		e := id + ":" + strconv.Itoa(n)
		if c.Over[id] && n > 0 {
			e += "g"
		}
		entries = append(entries, e)
	}
	for id, n := range c.Vendors {
		entries = append(entries, "@"+id+":"+strconv.Itoa(n))
	}
	slices.Sort(entries)
	levels := "-"
	if len(entries) > 0 {
		levels = strings.Join(entries, "~")
	}
	return strings.Join([]string{cookieVersion, key, strconv.Itoa(c.Edition), c.Regime, strconv.FormatInt(c.Clock, 10), levels}, ".")
}

// ParseCookie reads lx_consent strictly, without checking its proof. ok is
// false for anything that EncodeCookie and SealCookie do not write.
func ParseCookie(s string) (c *Choice, ok bool) {
	c = &Choice{}
	if _, _, ok = c.parse(s); !ok {
		return nil, false
	}
	return c, true
}

// OpenCookie reads lx_consent and checks its proof. A value that is malformed
// or whose proof is wrong comes back Forged; one with an empty proof comes
// back Unproved; an empty string gives nil.
func OpenCookie(keys *Keyring, tenant, site, s string) *Choice {
	if s == "" {
		return nil
	}
	c := &Choice{}
	if c.Open(keys, tenant, site, s); c.Forged {
		return &Choice{Forged: true}
	}
	return c
}

// Open is OpenCookie in the place of another choice, whose room it uses. s is
// not empty.
func (c *Choice) Open(keys *Keyring, tenant, site, s string) {
	key, sum, ok := c.parse(s)
	switch {
	case ok && sum == "":
		c.Unproved = true
	case !ok || !keys.Verify(key, sum, ConsentCookie, tenant, site, s[:len(s)-len(sum)-1]):
		c.reset()
		c.Forged = true
	}
}

// reset empties a choice and keeps its room.
func (c *Choice) reset() {
	clear(c.Levels)
	clear(c.Vendors)
	clear(c.Over)
	*c = Choice{Levels: c.Levels, Vendors: c.Vendors, Over: c.Over}
}

// parse fills a choice. When ok is false, what stands in it means nothing.
func (c *Choice) parse(s string) (key, sum string, ok bool) {
	c.reset()
	if len(s) > CookieLimit {
		return "", "", false
	}
	var f [7]string
	for i := range 6 {
		if f[i], s, ok = strings.Cut(s, "."); !ok {
			return "", "", false
		}
	}
	if f[6] = s; f[0] != cookieVersion || !isRegime(f[3]) || strings.Contains(s, ".") {
		return "", "", false
	}
	key, sum = f[1], f[6]
	if unproved := key == "-"; unproved != (sum == "") || (!unproved && (len(key) > 8 || !isWord(key, "") || !IsRecordID(sum))) {
		return "", "", false
	}
	edition, ok1 := decimal(f[2], 1<<31-1)
	clock, ok2 := decimal(f[4], 1<<40)
	if !ok1 || !ok2 || edition == 0 {
		return "", "", false
	}
	c.Edition, c.Regime, c.Clock = int(edition), f[3], clock
	return key, sum, c.parseLevels(f[5])
}

func (c *Choice) parseLevels(s string) bool {
	if c.Levels == nil {
		c.Levels = map[string]int{}
	}
	if s == "-" {
		return true
	}
	last := ""
	for e := range strings.SplitSeq(s, "~") {
		if e <= last {
			return false
		}
		last = e
		id, level, ok := strings.Cut(e, ":")
		id, vendor := strings.CutPrefix(id, "@")
		level, over := strings.CutSuffix(level, "g")
		n, okN := decimal(level, 9)
		if !ok || !okN || !IsID(id) || (over && (vendor || n == 0)) {
			return false
		}
		into := &c.Levels
		if vendor {
			into = &c.Vendors
		}
		if _, twice := (*into)[id]; twice {
			return false
		}
		put(into, id, int(n))
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
