package law

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/leadiumx/consent/consent"
)

// World is the code of the row that binds where nothing better is known. Its
// values also stand in for what other rows leave unsaid.
const World = "unknown"

// Row is one law from one date on. An empty field takes the value of the
// parent row, and after the last parent that of the world row; how single
// fields differ from this is said beside them.
type Row struct {
	// Code is an ISO 3166-1 or 3166-2 code, a group of countries, or World.
	Code   string `json:"code"`
	Parent string `json:"parent,omitempty"`
	Name   string `json:"name"`
	Law    string `json:"law"`
	// ValidFrom is the first day of the row, ValidTo the first day after it,
	// both as YYYY-MM-DD in UTC; empty means without bound.
	ValidFrom string `json:"valid_from,omitempty"`
	ValidTo   string `json:"valid_to,omitempty"`
	// Members are the countries of a group.
	Members []string `json:"members,omitempty"`
	// Subdivisions lists what exists below the row: all countries below the
	// world, all states below a country. Other codes count as unknown.
	Subdivisions []string `json:"subdivisions,omitempty"`
	// UnknownSubdivision is the row that binds when the country is known and
	// its part is not.
	UnknownSubdivision string `json:"unknown_subdivision,omitempty"`
	// UnionMinorAge raises the minor age of that case to the highest of the
	// country and all its parts. The result is no row's any more; its id is
	// the country's code with "-unknown".
	UnionMinorAge bool `json:"union_minor_age,omitempty"`

	Analytics Analytics     `json:"analytics"`
	Ads       *consent.Mode `json:"ads,omitempty"`
	// SaleShare follows Ads of the same row when it is empty.
	SaleShare *consent.Mode `json:"sale_share,omitempty"`
	Sensitive *consent.Mode `json:"sensitive,omitempty"`
	Recording *consent.Mode `json:"recording,omitempty"`
	// GPC says that honouring Global Privacy Control is a duty.
	GPC *bool `json:"gpc,omitempty"`
	// RejectFirstLayer, when neither the row nor a parent states it, holds
	// where parity does and where analytics or ads ask for opt-in.
	RejectFirstLayer *bool `json:"reject_first_layer,omitempty"`
	Parity           *bool `json:"parity,omitempty"`
	// CloseMeans is refusal or keep-default.
	CloseMeans string `json:"close_means,omitempty"`
	// CloseRequired says that the first layer must have a control that closes it.
	CloseRequired *bool `json:"close_required,omitempty"`
	// ConsentMonths and ReaskMonths: a row that states only one of them means
	// it for both.
	ConsentMonths int `json:"consent_months,omitempty"`
	ReaskMonths   int `json:"reask_months,omitempty"`
	// Proof is Y where proof must be kept and r where that is recommended.
	Proof      string   `json:"proof,omitempty"`
	MinorAge   int      `json:"minor_age,omitempty"`
	Languages  string   `json:"languages,omitempty"`
	Links      []string `json:"links,omitempty"`
	Notes      string   `json:"notes,omitempty"`
	Source     []string `json:"source"`
	Confidence string   `json:"confidence"`
	// Checked is the day on which somebody last compared the row with its sources.
	Checked string `json:"checked"`
}

// Analytics is what a row says about audience measurement. Own and Other, for
// the site's own statistics and all else, follow Mode when they are empty.
type Analytics struct {
	Mode  *consent.Mode `json:"mode,omitempty"`
	Own   *consent.Mode `json:"own,omitempty"`
	Other *consent.Mode `json:"other,omitempty"`
	// Exemption says in words what the mode is limited to. It relaxes nothing.
	Exemption string `json:"exemption,omitempty"`
}

//go:embed rows/*.json
var rowFiles embed.FS

// readRows decodes every file of rows, in the order of their names.
func readRows(files fs.FS) ([]Row, error) {
	names, err := fs.Glob(files, "rows/*.json")
	if err != nil {
		return nil, consent.Errorf(consent.Invalid, "list the law files: %w", err)
	}
	var all []Row
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, consent.Errorf(consent.Invalid, "read the law file %s: %w", name, err)
		}
		rows, err := decodeRows(b)
		if err != nil {
			return nil, consent.Errorf(consent.Invalid, "read the law file %s: %w", name, err)
		}
		all = append(all, rows...)
	}
	return all, nil
}

// decodeRows refuses unknown fields, so that a misspelt one cannot silently
// leave a law laxer than it is.
func decodeRows(b []byte) ([]Row, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var rows []Row
	if err := d.Decode(&rows); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the list of rows")
	}
	return rows, nil
}

// span returns the seconds from and to between which the row holds.
func (r *Row) span() (from, to int64, err error) {
	from, to = -1<<62, 1<<62
	if r.ValidFrom != "" {
		t, err := time.Parse(time.DateOnly, r.ValidFrom)
		if err != nil {
			return 0, 0, err
		}
		from = t.Unix()
	}
	if r.ValidTo != "" {
		t, err := time.Parse(time.DateOnly, r.ValidTo)
		if err != nil {
			return 0, 0, err
		}
		to = t.Unix()
	}
	return from, to, nil
}
