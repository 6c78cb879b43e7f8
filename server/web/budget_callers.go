package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/budget"
)

// callers are the purses of who manages sites. What is done for one organisation
// is done by the machine of all of them, so a program that goes round in circles,
// or whoever has stolen its key, is stopped alone. The operator's token pays for
// nothing: it is the machine's own.
type callers struct {
	// people, exports and resumes are by who is signed in.
	people, exports, resumes *budget.Meter[string]
	// files is the limit behind exports.
	files budget.Limit
	// These are by organisation: keys can be made in any number.
	programs, batches, compiling *budget.Meter[string]
	downloads                    *budget.Turns[string]
	// publishing is by site.
	publishing *budget.Meter[string]
}

const maxPeople, maxTenants = 10_000, 10_000

func newCallers(l Limits, clock func() time.Time) callers {
	return callers{
		people: budget.New[string](l.Person, maxPeople, clock), exports: budget.New[string](l.Exports, maxPeople, clock), files: l.Exports,
		resumes:  budget.New[string](l.Resumes, maxPeople, clock),
		programs: budget.New[string](l.Programs, maxTenants, clock), batches: budget.New[string](l.Batches, maxTenants, clock),
		compiling: budget.New[string](l.Compiling, maxTenants, clock), publishing: budget.New[string](l.Publishing, maxSites, clock),
		downloads: budget.NewTurns[string](l.Downloads),
	}
}

func (r route) downloads() bool { return r.media == mediaLines }

// publishes reports whether a route makes an edition, compiles whether it
// compiles a site's scripts.
func (r route) publishes() bool { return r.allow == admin.PublishSite && r.method != http.MethodGet }

func (r route) compiles() bool {
	return r.publishes() || r.method == http.MethodPost && (strings.HasSuffix(r.path, "/preview") || strings.HasSuffix(r.path, "/shares"))
}

// goesOn reports whether a request goes on behind a cursor with a download that
// was cut.
func (r route) goesOn(c echo.Context) bool {
	return r.downloads() && slices.Contains(r.query, "after") && c.QueryParam("after") != ""
}

func isPerson(p admin.Principal) bool { return p.Kind == admin.ByPassword || p.Kind == admin.BySetup }

func limits(p admin.Principal) bool { return isPerson(p) || p.Kind == admin.ByKey }

// spendCaller pays for a request of somebody who signed in, or of an API key. Who
// goes on with a download that was cut takes out nothing more, but nobody is cut
// at each turn.
func (b *callers) spendCaller(r route, p admin.Principal, goesOn bool) error {
	switch {
	case isPerson(p):
		if err := b.spendPerson(r, p, goesOn); err != nil {
			return err
		}
	case p.Kind != admin.ByKey:
		return nil
	case r.allow != admin.CheckAny:
		// Checks go by what is asked in them.
		if wait, ok := b.programs.Spend(p.Tenant); !ok {
			return tooOften("program", wait, "the API keys of this organisation sent too many requests", "wait as long as Retry-After says")
		}
	}
	if !r.compiles() {
		return nil
	}
	if wait, ok := b.compiling.Spend(p.Tenant); !ok {
		return tooMuchCompiled(wait)
	}
	return nil
}

// spendPerson pays for a request of somebody who signed in.
func (b *callers) spendPerson(r route, p admin.Principal, goesOn bool) error {
	who := string(p.Kind) + " " + p.Email
	if wait, ok := b.people.Spend(who); !ok {
		return tooOften("person", wait, "you sent too many requests", "wait as long as Retry-After says; for programs, make an API key")
	}
	if !r.downloads() {
		return nil
	}
	if goesOn {
		if wait, ok := b.resumes.Spend(who); !ok {
			return tooOften("export", wait, "you went on too often with files of records that were cut", "wait as long as Retry-After says; or fetch it with an API key, which has no such limit")
		}
		return nil
	}
	if wait, ok := b.exports.Spend(who); !ok {
		return tooOften("export", wait, fmt.Sprintf("you have taken out as much as one person may, %d files in %.0f minutes", b.files.Rate, b.files.Per.Minutes()),
			fmt.Sprintf("wait %v; or go on with a file of records that was cut, by `after=` and the last cursor in it, which is no new file; or fetch it with an API key, which has no such limit",
				time.Duration(wholeSeconds(wait))*time.Second))
	}
	return nil
}

// previewPiece is how much of a document one token pays for: what is previewed is
// kept for as long as its link works.
const previewPiece = 16 << 10

// spendPreview pays for the size of what is previewed, beside what spendCaller took.
func (b *callers) spendPreview(p admin.Principal, bytes int) error {
	if !limits(p) || bytes < previewPiece {
		return nil
	}
	if wait, ok := b.compiling.SpendMany(p.Tenant, bytes/previewPiece); !ok {
		return tooMuchCompiled(wait)
	}
	return nil
}

func tooMuchCompiled(wait time.Duration) error {
	return tooOften("compile", wait, "too much was previewed and published in this organisation", "wait as long as Retry-After says")
}

// spendEdition pays for an edition of a site that the caller may publish.
func (b *callers) spendEdition(p admin.Principal, site string) error {
	if !limits(p) {
		return nil
	}
	if wait, ok := b.publishing.Spend(p.Tenant + " " + site); !ok {
		return tooOften("publish", wait, "this site was published too often within an hour", "wait as long as Retry-After says; try things out in the preview")
	}
	return nil
}

// spendBatch pays for the checks of a batch.
func (b *callers) spendBatch(p admin.Principal, asks int) error {
	if !limits(p) {
		return nil
	}
	if wait, ok := b.batches.SpendMany(p.Tenant, asks); !ok {
		return tooOften("batch", wait, "the API keys of this organisation asked for too many checks in batches", "wait as long as Retry-After says")
	}
	return nil
}

// downloadWait is when a caller may look again whether a download has ended.
const downloadWait = 10 * time.Second

// download lets a download begin, to be left when it has ended.
func (b *callers) download(r route, p admin.Principal) (leave func(), err error) {
	if !r.downloads() || !limits(p) {
		return func() {}, nil
	}
	leave, ok := b.downloads.Enter(p.Tenant)
	if !ok {
		return nil, tooOften("download", downloadWait, "this organisation has as many downloads under way as it may", "wait until one of them has ended")
	}
	return leave, nil
}

// spendQuestion pays for what a network writes to a site.
func (b *budgets) spendQuestion(q question) error {
	if wait, ok := b.questions.Spend(q); !ok {
		return tooOften("question", wait, "too much was written to this site from this network", "wait as long as Retry-After says")
	}
	return nil
}
