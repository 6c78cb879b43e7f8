package consent

import "time"

// Signals came with the request. They can only tighten a decision.
type Signals struct {
	GPC       bool `json:"gpc,omitempty"`
	Minor     bool `json:"minor,omitempty"`
	Sensitive bool `json:"sensitive,omitempty"`
}

// Choice is what a subject last decided, as read from a cookie or a record.
type Choice struct {
	Edition int    `json:"edition"`
	Regime  string `json:"regime"`
	// Clock is when the visitor decided, in seconds since 1970 UTC.
	Clock   int64          `json:"clock"`
	Levels  map[string]int `json:"levels"`
	Vendors map[string]int `json:"vendors,omitempty"`
	// Over names the purposes that were granted beside the notice that Global
	// Privacy Control is on.
	Over map[string]bool `json:"over,omitempty"`
	// Unproved marks a choice whose MAC is missing: only its refusals count.
	Unproved bool `json:"unproved,omitempty"`
	// Forged marks a choice whose MAC is wrong; nothing in it counts.
	Forged bool `json:"forged,omitempty"`
	// Erased marks a subject that asked for erasure and has not chosen since.
	Erased bool `json:"erased,omitempty"`
}

// Ask is one question: may this purpose run, for this vendor, at this level?
type Ask struct {
	Vendor string `json:"vendor,omitempty"`
	// Level is the level that is needed; 0 and 1 both mean any grant.
	Level int `json:"level,omitempty"`
}

// Lives says how long a choice holds.
type Lives struct {
	// ConsentMonths is the life of a grant in calendar months.
	ConsentMonths int `json:"consent_months"`
}

// Decision answers an Ask.
type Decision struct {
	Allow  bool   `json:"allow"`
	Level  int    `json:"level"`
	Reason Reason `json:"reason"`
	// Until is the second at which a grant ends; 0 when the decision rests on
	// no grant.
	Until int64 `json:"until,omitempty"`
}

// Decide answers whether a purpose may run. It is the one place where this is
// settled; the script holds the same function in TypeScript, and both are
// bound by contract/vectors/decide.json.
//
// Do not reorder the steps: a refusal must win over every default, and a
// signal over every grant that was not made in its sight.
func Decide(ask Ask, rule Rule, choice *Choice, lives Lives, signals Signals, now time.Time) Decision {
	if rule.Necessary {
		return Decision{Allow: true, Level: rule.Max, Reason: ReasonNecessary}
	}
	mode := rule.Mode
	if signals.Sensitive {
		mode = min(mode, rule.SensitiveMode)
	}
	if signals.Minor && rule.Minor {
		return Decision{Reason: ReasonMinor}
	}
	level, answered := choice.level(rule.ID, ask.Vendor)
	if answered && level == 0 {
		return Decision{Reason: ReasonDenied}
	}
	if signals.GPC && rule.GPC && !(answered && choice.over(rule.ID)) {
		return Decision{Reason: ReasonGPC}
	}
	if choice != nil && choice.Erased {
		return Decision{Reason: ReasonErased}
	}
	if choice != nil && choice.Forged {
		// It may have held a refusal, so no default may run on it.
		return Decision{Reason: ReasonBadToken}
	}
	if !answered {
		return fallback(mode, rule.Max, ask, ReasonNoRecord)
	}
	// What the visitor left out of a grant stays out when the grant has ended.
	rule.Max = min(level, rule.Max)
	if signals.GPC && rule.GPC {
		// Only a valid grant overrides the signal; no default does.
		mode = OptIn
	}
	switch {
	case choice.Unproved:
		return fallback(mode, rule.Max, ask, ReasonBadToken)
	case rule.Laxer:
		return fallback(mode, rule.Max, ask, ReasonNoRecord)
	case choice.Edition < rule.Since:
		return fallback(mode, rule.Max, ask, ReasonEditionChanged)
	}
	// A level may end before the ones below it.
	for n := rule.Max; n > 0; n-- {
		until := AddMonths(choice.Clock, rule.life(n, lives.ConsentMonths))
		if now.Unix() >= until {
			continue
		}
		d := grant(n, ask, ReasonGranted)
		if d.Allow {
			d.Until = until
		}
		return d
	}
	return fallback(mode, rule.Max, ask, ReasonExpired)
}

// life is how many months a grant of a level holds.
func (r Rule) life(level, months int) int {
	if level <= len(r.Months) && r.Months[level-1] > 0 {
		return min(months, r.Months[level-1])
	}
	return months
}

// fallback answers when no valid grant or refusal exists: the regime's default.
func fallback(mode Mode, level int, ask Ask, why Reason) Decision {
	switch mode {
	case Notice:
		return grant(level, ask, ReasonNotice)
	case OptOut:
		return grant(level, ask, ReasonNotObjected)
	default:
		return Decision{Reason: why}
	}
}

func grant(level int, ask Ask, why Reason) Decision {
	if level < 1 || level < ask.Level {
		return Decision{Level: level, Reason: ReasonDenied}
	}
	return Decision{Allow: true, Level: level, Reason: why}
}

// level returns the level chosen for a purpose; a choice about the vendor
// itself goes before the choice about the purpose.
func (c *Choice) level(purpose, vendor string) (level int, answered bool) {
	if c == nil || c.Forged {
		return 0, false
	}
	if vendor != "" {
		if n, ok := c.Vendors[vendor]; ok {
			return n, true
		}
	}
	n, ok := c.Levels[purpose]
	return n, ok
}

func (c *Choice) over(purpose string) bool { return c != nil && !c.Forged && c.Over[purpose] }

// AddMonths moves a second by calendar months in UTC. A day that the target
// month does not have runs over into the next month, as it does in
// JavaScript's Date.
func AddMonths(sec int64, months int) int64 {
	return time.Unix(sec, 0).UTC().AddDate(0, months, 0).Unix()
}
