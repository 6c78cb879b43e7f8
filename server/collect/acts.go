package collect

import (
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Act is a right that a visitor uses, as it came. Tokens are sealed text.
type Act struct {
	Site   string
	Action consent.Action
	// Purposes limits an objection; none means all that are not necessary.
	Purposes []string
	// Note is the notice of the visit, whose words and law the act belongs to.
	Note        string
	Consent     string
	Subject     string
	Signals     consent.Signals
	PlaceSource string
}

// Act records an act of a visitor. Whoever refuses need not prove who they
// are: a token that is not ours, or none, makes an anonymous refusal. person
// is the subject that acted, empty when nobody is named.
//
// Errors: as in Record; for a lifting also Unauthorized without a token,
// BadToken, and Conflict when nothing is restricted.
func (d *Desk) Act(ctx context.Context, a Act) (answer Answer, person string, err error) {
	live, err := d.o.Editions.Live(a.Site)
	if err != nil {
		return Answer{}, "", err
	}
	id, err := consent.NewSubject(d.o.Random)
	if err != nil {
		return Answer{}, "", err
	}
	w := Write{
		Site: a.Site, ID: id, Note: a.Note, Action: a.Action, Consent: a.Consent, Subject: a.Subject,
		Signals: a.Signals, PlaceSource: a.PlaceSource,
	}
	shown, err := d.shown(ctx, live, w)
	if err != nil {
		return Answer{}, "", err
	}
	if a.Action == consent.Lift && w.Subject == "" {
		return Answer{}, "", nobody()
	}
	before, err := d.earlier(ctx, live, w)
	if consent.CodeOf(err) == consent.BadToken && a.Action != consent.Lift {
		w.Subject = ""
		before, err = d.earlier(ctx, live, w)
	}
	if err != nil {
		return Answer{}, "", err
	}
	if a.Action == consent.Lift {
		if before.away {
			return Answer{}, "", consent.Fail(consent.Unavailable, "the store, which knows what is restricted, does not answer", "try again")
		}
		if before.choice, err = d.restricted(ctx, live, before.subject, before.latest); err != nil {
			return Answer{}, "", err
		}
	}
	choice, err := consent.Act(&shown.edition.Site, d.rules(shown, before.choice), before.choice, a.Action, a.Purposes)
	if err != nil {
		return Answer{}, "", err
	}
	answer, err = d.keep(ctx, live, w, shown, before, judge(&w, choice))
	return answer, before.subject, err
}

// restricted returns the choice before a restriction. Errors: Conflict when
// the subject's data is not restricted.
func (d *Desk) restricted(ctx context.Context, live *consent.Edition, subject string, latest *consent.Record) (*consent.Choice, error) {
	if latest == nil || latest.Action != consent.Restrict {
		return nil, consent.Fail(consent.Conflict, "nothing is restricted", "look at what is allowed now; a newer choice ends a restriction too")
	}
	history, err := d.o.Records.History(ctx, live.Site.ID, subject)
	if err != nil {
		return nil, err
	}
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].Action != consent.Restrict {
			return d.alive(history[i].Choice()), nil
		}
	}
	return nil, nil
}

// State is what a visitor's own page shows of them.
type State struct {
	// Subject is the pseudonym; empty when the browser holds none of ours.
	Subject string
	Records int
	// Since is when the oldest record was made, Last the newest.
	Since, Last time.Time
	// Restricted says that everything optional is stopped until it is lifted.
	Restricted bool
}

// State tells what is kept of the subject who holds the token; nothing, when
// it is not ours or the subject was erased. Errors: UnknownSite, Unavailable.
func (d *Desk) State(ctx context.Context, site, token string) (State, error) {
	_, subject, err := d.open(site, token)
	switch consent.CodeOf(err) {
	case "":
	case consent.Unauthorized, consent.BadToken:
		return State{}, nil
	default:
		return State{}, err
	}
	subject, _, err = d.latest(ctx, site, subject)
	if consent.CodeOf(err) == consent.Unavailable {
		return State{}, err
	}
	records, err := d.o.Records.History(ctx, site, subject)
	if consent.CodeOf(err) == consent.Erased {
		return State{}, nil
	}
	if err != nil || len(records) == 0 {
		return State{}, err
	}
	return State{
		Subject: subject, Records: len(records), Since: records[0].Time, Last: records[len(records)-1].Time,
		Restricted: records[len(records)-1].Action == consent.Restrict,
	}, nil
}
