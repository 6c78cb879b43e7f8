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
	c, _, _, ok = parseCookie(s)
	return c, ok
}

// OpenCookie reads lx_consent and checks its proof. A value that is malformed
// or whose proof is wrong comes back Forged; one with an empty proof comes
// back Unproved; an empty string gives nil.
func OpenCookie(keys *Keyring, tenant, site, s string) *Choice {
	if s == "" {
		return nil
	}
	c, key, sum, ok := parseCookie(s)
	switch {
	case !ok:
		return &Choice{Forged: true}
	case sum == "":
		c.Unproved = true
		return c
	case keys.Verify(key, sum, ConsentCookie, tenant, site, s[:len(s)-len(sum)-1]):
		return c
	default:
		return &Choice{Forged: true}
	}
}

func parseCookie(s string) (c *Choice, key, sum string, ok bool) {
	if len(s) > CookieLimit {
		return nil, "", "", false
	}
	f := strings.Split(s, ".")
	if len(f) != 7 || f[0] != cookieVersion || !isRegime(f[3]) {
		return nil, "", "", false
	}
	key, sum = f[1], f[6]
	if unproved := key == "-"; unproved != (sum == "") || (!unproved && (len(key) > 8 || !isWord(key, "") || !IsRecordID(sum))) {
		return nil, "", "", false
	}
	edition, ok1 := decimal(f[2], 1<<31-1)
	clock, ok2 := decimal(f[4], 1<<40)
	if !ok1 || !ok2 || edition == 0 {
		return nil, "", "", false
	}
	c = &Choice{Edition: int(edition), Regime: f[3], Clock: clock, Levels: map[string]int{}, Vendors: map[string]int{}, Over: map[string]bool{}}
	if !parseLevels(c, f[5]) {
		return nil, "", "", false
	}
	return c, key, sum, true
}

func parseLevels(c *Choice, s string) bool {
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
		vendor := strings.HasPrefix(id, "@")
		level, over := strings.CutSuffix(level, "g")
		n, okN := decimal(level, 9)
		if !ok || !okN || !IsID(strings.TrimPrefix(id, "@")) || (over && (vendor || n == 0)) {
			return false
		}
		into := c.Levels
		if vendor {
			id, into = id[1:], c.Vendors
		}
		if _, twice := into[id]; twice {
			return false
		}
		into[id] = int(n)
		if over {
			c.Over[id] = true
		}
	}
	return true
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
