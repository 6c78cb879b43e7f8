package law

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
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
	// Members are the countries of a group, or the territories with a code of
	// their own in which the law of a country holds.
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

	Analytics Analytics     `json:"analytics,omitzero"`
	Ads       *consent.Mode `json:"ads,omitempty"`
	// SaleShare follows Ads of the same row when it is empty.
	SaleShare *consent.Mode `json:"sale_share,omitempty"`
	Sensitive *consent.Mode `json:"sensitive,omitempty"`
	// SensitiveRule and RecordingRule say what the statute asks, where the
	// mode is held stricter than that or needs a source of its own.
	SensitiveRule *SensitiveRule `json:"sensitive_rule,omitempty"`
	Recording     *consent.Mode  `json:"recording,omitempty"`
	RecordingRule *RecordingRule `json:"recording_rule,omitempty"`
	OptOut        *OptOut        `json:"opt_out,omitempty"`
	// HealthConsent says that consumer health data waits for a consent of its own.
	HealthConsent bool `json:"health_consent,omitempty"`
	// GPC says that honouring Global Privacy Control is a duty.
	GPC *bool `json:"gpc,omitempty"`
	// BrowserSignal says that browsers must be able to send an opt-out signal.
	BrowserSignal bool `json:"browser_signal,omitempty"`
	// StatusShown says that the visitor must see that an opt-out is honoured.
	StatusShown bool `json:"status_shown,omitempty"`
	// RejectFirstLayer, when neither the row nor a parent states it, holds
	// where parity does and where analytics or ads ask for opt-in.
	RejectFirstLayer *bool `json:"reject_first_layer,omitempty"`
	// Parity says that refusing must be as easy as granting. Where that is
	// only recommended, Parity is false and ParityRecommended is true.
	Parity            *bool `json:"parity,omitempty"`
	ParityRecommended bool  `json:"parity_recommended,omitempty"`
	// Alike names what of the refusal the law wants to equal the grant.
	Alike []string `json:"alike,omitempty"`
	// CloseMeans is refusal or keep-default.
	CloseMeans string `json:"close_means,omitempty"`
	// CloseRequired says that the first layer must have a control that closes it.
	CloseRequired *bool `json:"close_required,omitempty"`
	// Placement is not-bottom-bar where a mere bar at the bottom is not enough.
	Placement string `json:"placement,omitempty"`
	// CookieWall is banned where the site must be usable without a choice.
	CookieWall string `json:"cookie_wall,omitempty"`
	// ConsentMonths and ReaskMonths: where neither the row nor a parent states
	// one of them, the world row does.
	ConsentMonths int        `json:"consent_months,omitempty"`
	ReaskMonths   int        `json:"reask_months,omitempty"`
	Clocks        *Clocks    `json:"clocks,omitempty"`
	Proof         *Proof     `json:"proof,omitempty"`
	MinorAge      int        `json:"minor_age,omitempty"`
	Minors        []Minor    `json:"minors,omitempty"`
	Languages     *Languages `json:"languages,omitempty"`
	Links         []Link     `json:"links,omitempty"`
	// Disclose names what the words of the notice must list.
	Disclose []string `json:"disclose,omitempty"`
	// GPPSection is the law's section of the Global Privacy Platform, and
	// GPPEmit the one to write instead while readers do not know it.
	GPPSection int `json:"gpp_section,omitempty"`
	GPPEmit    int `json:"gpp_emit,omitempty"`
	// Conservative names the fields that hold the strict reading of a law
	// that is not clear.
	Conservative []string `json:"conservative,omitempty"`
	Notes        string   `json:"notes,omitempty"`
	Source       []string `json:"source"`
	// Confidence is H, M-H, M, L-M or L.
	Confidence string `json:"confidence"`
	// Checked is the day on which somebody last compared the row with its sources.
	Checked string `json:"checked"`
	// Region is the name of the file that holds the row.
	Region string `json:"-"`
	// named is Code with a part of the hash of the whole row.
	named string
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
		for i := range rows {
			rows[i].Region = strings.TrimSuffix(path.Base(name), ".json")
			b, err := json.Marshal(rows[i])
			if err != nil {
				return nil, consent.Errorf(consent.Invalid, "encode the law row %s: %w", rows[i].Code, err)
			}
			sum := sha256.Sum256(b)
			rows[i].named = rows[i].Code + "@" + hex.EncodeToString(sum[:4])
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
