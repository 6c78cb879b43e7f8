package feed

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Moment is a time with all three digits of its milliseconds, so that texts
// stand in the order of the times.
type Moment struct{ time.Time }

// String writes the moment in UTC.
func (m Moment) String() string { return m.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// MarshalJSON implements json.Marshaler.
func (m Moment) MarshalJSON() ([]byte, error) { return []byte(`"` + m.String() + `"`), nil }

// Line is one record as it leaves the house, in exports and in events. A record
// whose subject was erased has neither subject nor levels.
type Line struct {
	ID      string         `json:"id"`
	Site    string         `json:"site"`
	Subject string         `json:"subject"`
	Edition int            `json:"edition"`
	Regime  string         `json:"regime"`
	Locale  string         `json:"locale"`
	Levels  map[string]int `json:"levels"`
	Vendors map[string]int `json:"vendors,omitempty"`
	Action  consent.Action `json:"action"`
	// Peer is the subject that this one was linked with.
	Peer string `json:"peer,omitempty"`
	Time Moment `json:"time"`
	// Clock is when the visitor decided, in milliseconds since 1970 UTC.
	Clock int64 `json:"clock"`
	// EditionHash and WordsHash bind what was shown, Laws names the rows behind
	// the regime.
	EditionHash string           `json:"edition_hash,omitempty"`
	WordsHash   string           `json:"words_hash,omitempty"`
	Laws        []string         `json:"laws,omitempty"`
	PlaceSource string           `json:"place_source,omitempty"`
	Signals     *consent.Signals `json:"signals,omitempty"`
	Outdated    bool             `json:"outdated,omitempty"`
	Bot         bool             `json:"bot,omitempty"`
	// Node, Seq and Link are the record's place in its chain.
	Node string       `json:"node,omitempty"`
	Seq  uint64       `json:"seq,omitempty"`
	Link consent.Link `json:"link,omitzero"`
	// Damaged says that the stored record could not be read: verify the ledger.
	Damaged bool `json:"damaged,omitempty"`
	// Erased says that the subject was erased since.
	Erased bool `json:"erased,omitempty"`
	// Cursor is where to go on after this line; exports have it, events do not.
	Cursor string `json:"cursor,omitempty"`
}

// LineOf writes a record of a site as a line. One that is damaged does not say
// where it belongs.
func LineOf(site string, r consent.Record) Line {
	l := Line{
		ID: r.ID, Site: site, Subject: r.Subject, Edition: r.Edition, Regime: r.Regime, Locale: r.Locale,
		Levels: r.Levels, Vendors: r.Vendors, Action: r.Action, Peer: r.Peer, Time: Moment{r.Time}, Clock: r.Clock, Erased: r.Content == "" && !r.Damaged,
		EditionHash: r.EditionHash, WordsHash: r.WordsHash, Laws: r.Laws, PlaceSource: r.PlaceSource,
		Outdated: r.Outdated, Bot: r.Bot, Node: r.Node, Seq: r.Seq, Link: r.Link, Damaged: r.Damaged,
	}
	if r.Signals != (consent.Signals{}) {
		l.Signals = &r.Signals
	}
	if l.Levels == nil {
		// Readers take an object for granted.
		l.Levels = map[string]int{}
	}
	return l
}

// Format is how an export is written.
type Format string

// The formats of exports.
const (
	NDJSON Format = "ndjson"
	CSV    Format = "csv"
)

// Media is the media type of the format.
func (f Format) Media() string {
	if f == CSV {
		return "text/csv; charset=utf-8; header=present"
	}
	return "application/x-ndjson; charset=utf-8"
}

// Writer writes lines one after the other.
type Writer interface {
	Write(Line) error
	Flush() error
}

// NewWriter begins an export in a format.
func NewWriter(w io.Writer, f Format) Writer {
	if f == CSV {
		return &csvWriter{w: csv.NewWriter(w)}
	}
	return ndjsonWriter{json.NewEncoder(w)}
}

type ndjsonWriter struct{ e *json.Encoder }

func (w ndjsonWriter) Write(l Line) error { return w.e.Encode(l) }
func (w ndjsonWriter) Flush() error       { return nil }

type csvWriter struct {
	w       *csv.Writer
	started bool
}

func (w *csvWriter) Write(l Line) error {
	if err := w.head(); err != nil {
		return err
	}
	levels, err := text(l.Levels)
	if err != nil {
		return err
	}
	vendors, err := text(l.Vendors)
	if err != nil {
		return err
	}
	row := []string{
		l.ID, l.Site, l.Subject, strconv.Itoa(l.Edition), l.Regime, l.Locale, levels, vendors, string(l.Action),
		l.Time.String(), strconv.FormatInt(l.Clock, 10), strconv.FormatBool(l.Erased), l.Cursor,
	}
	for i := range row {
		row[i] = Cell(row[i])
	}
	return w.w.Write(row)
}

func (w *csvWriter) head() error {
	if w.started {
		return nil
	}
	w.started = true
	return w.w.Write([]string{"id", "site", "subject", "edition", "regime", "locale", "levels", "vendors", "action", "time", "clock", "erased", "cursor"})
}

func (w *csvWriter) Flush() error {
	if err := w.head(); err != nil {
		return err
	}
	w.w.Flush()
	return w.w.Error()
}

func text(levels map[string]int) (string, error) {
	if len(levels) == 0 {
		return "", nil
	}
	b, err := json.Marshal(levels)
	return string(b), err
}

// Cell makes a value of a CSV file plain text for spreadsheets, which would run
// one that begins like a formula: an apostrophe before it says so.
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%'", rune(s[0])) {
		return "'" + s
	}
	return s
}
