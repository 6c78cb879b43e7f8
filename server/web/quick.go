package web

import (
	"strings"

	"github.com/leadiumx/consent/consent"
)

// quickly is what a body's type may have that reads the form in which nearly all
// bodies come, many times cheaper than by reflection.
type quickly interface {
	// quickly fills the value from a body. When ok is false the body may be
	// right or wrong, and what was filled means nothing.
	quickly(body quick) (ok bool)
}

// choices are levels by how bodies wrote them: most visitors make one of a few.
type choices = consent.Memory[string, map[string]int]

// maxChoices bounds how many are remembered, maxChoice how long each may be.
const maxChoices, maxChoice = 256, 512

// quick reads JSON without white space, escapes, negative numbers, fractions
// and null, in ASCII. Whatever else comes sets bad.
type quick struct {
	s   string
	at  int
	bad bool
	// known are levels that were read before, or nil.
	known *choices
}

// is reports whether a byte is next, and passes it.
func (q *quick) is(c byte) bool {
	if q.bad || q.at >= len(q.s) || q.s[q.at] != c {
		return false
	}
	q.at++
	return true
}

func (q *quick) must(c byte) { q.bad = !q.is(c) || q.bad }

// text shares memory with the body.
func (q *quick) text() string {
	q.must('"')
	for i := q.at; !q.bad && i < len(q.s); i++ {
		switch c := q.s[i]; {
		case c == '"':
			s := q.s[q.at:i]
			q.at = i + 1
			return s
		case c < ' ' || c > '~' || c == '\\':
			q.bad = true
		}
	}
	q.bad = true
	return ""
}

func (q *quick) number() (n int64) {
	const digits = 15
	from := q.at
	for !q.bad && q.at < len(q.s) && q.s[q.at] >= '0' && q.s[q.at] <= '9' {
		n = n*10 + int64(q.s[q.at]-'0')
		q.at++
		q.bad = q.at-from > digits
	}
	q.bad = q.bad || q.at == from || q.s[from] == '0' && q.at-from > 1
	return n
}

// first opens an object and returns the name of its first member; ok is false
// when it has none.
func (q *quick) first() (name string, ok bool) {
	q.must('{')
	if q.is('}') {
		return "", false
	}
	return q.name()
}

// next returns the name of the next member; ok is false behind the last one.
func (q *quick) next() (name string, ok bool) {
	if q.is('}') {
		return "", false
	}
	q.must(',')
	return q.name()
}

func (q *quick) name() (name string, ok bool) {
	name = q.text()
	q.must(':')
	return name, !q.bad
}

func (q *quick) levels() map[string]int {
	levels := map[string]int{}
	for id, ok := q.first(); ok; id, ok = q.next() {
		if _, twice := levels[id]; twice {
			q.bad = true
		}
		levels[id] = int(q.number())
	}
	return levels
}

// choice is levels, as they are written and what they are. Nobody may change them.
func (q *quick) choice() (said string, levels map[string]int) {
	from := q.at
	if end := strings.IndexByte(q.s[from:], '}') + 1; q.known != nil && !q.bad && end > 0 {
		said = q.s[from : from+end]
		if levels, ok := q.known.Known(said); ok {
			q.at += end
			return said, levels
		}
	}
	levels = q.levels()
	return q.s[from:q.at], levels
}

func (q *quick) truth() bool {
	for _, word := range [...]string{"false", "true"} {
		if end := q.at + len(word); !q.bad && end <= len(q.s) && q.s[q.at:end] == word {
			q.at = end
			return word == "true"
		}
	}
	q.bad = true
	return false
}

// once notes that a member was there, which it may be one time.
func (q *quick) once(seen *uint, member uint) {
	q.bad = q.bad || *seen&(1<<member) != 0
	*seen |= 1 << member
}

func (q *quick) signals() (s consent.Signals) {
	var seen uint
	for name, ok := q.first(); ok; name, ok = q.next() {
		switch name {
		case "gpc":
			q.once(&seen, 0)
			s.GPC = q.truth()
		case "minor":
			q.once(&seen, 1)
			s.Minor = q.truth()
		case "sensitive":
			q.once(&seen, 2)
			s.Sensitive = q.truth()
		default:
			q.bad = true
		}
	}
	return s
}

func (w *writeJSON) quickly(q quick) bool {
	var seen uint
	for name, ok := q.first(); ok; name, ok = q.next() {
		switch name {
		case "site":
			q.once(&seen, 0)
			w.Site = q.text()
		case "id":
			q.once(&seen, 1)
			w.ID = q.text()
		case "note":
			q.once(&seen, 2)
			w.Note = q.text()
		case "levels":
			q.once(&seen, 3)
			w.said, w.Levels = q.choice()
		case "vendors":
			q.once(&seen, 4)
			w.Vendors = q.levels()
		case "action":
			q.once(&seen, 5)
			w.Action = consent.Action(q.text())
		case "age":
			q.once(&seen, 6)
			w.Age = q.number()
		case "consent":
			q.once(&seen, 7)
			w.Consent = q.text()
		case "subject":
			q.once(&seen, 8)
			w.Subject = q.text()
		case "signals":
			q.once(&seen, 9)
			w.Signals = q.signals()
		default:
			q.bad = true
		}
	}
	return !q.bad && q.at == len(q.s)
}
