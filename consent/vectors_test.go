package consent_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/contract"
)

// vectors runs one file of cases; each is decoded strictly, so that a
// misspelt field cannot pass unnoticed.
func vectors[In, Out any](t *testing.T, file string, run func(t *testing.T, in In, want Out)) {
	t.Helper()
	files, err := contract.Vectors()
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(files, file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name   string `json:"name"`
		Server bool   `json:"server"`
		In     In     `json:"in"`
		Out    Out    `json:"out"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&cases); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s holds no cases", file)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.Name] {
			t.Errorf("%s: the name %q is used twice", file, c.Name)
		}
		seen[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			run(t, c.In, c.Out)
		})
	}
}

func TestDecisionsAreThoseOfTheVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Ask     consent.Ask     `json:"ask"`
		Rule    consent.Rule    `json:"rule"`
		Choice  *consent.Choice `json:"choice"`
		Lives   consent.Lives   `json:"lives"`
		Signals consent.Signals `json:"signals"`
		Now     int64           `json:"now"`
	}
	vectors(t, "decide.json", func(t *testing.T, in in, want consent.Decision) {
		got := consent.Decide(in.Ask, in.Rule, in.Choice, in.Lives, in.Signals, time.Unix(in.Now, 0))
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestMergingIsThatOfTheVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Rules   []consent.Rule `json:"rules"`
		Vendors []string       `json:"vendors"`
		// For are the purposes of vendors, where they matter.
		For     map[string][]string `json:"for"`
		Earlier *consent.Choice     `json:"earlier"`
		Given   consent.Given       `json:"given"`
	}
	type out struct {
		Levels  map[string]int  `json:"levels"`
		Vendors map[string]int  `json:"vendors"`
		Over    map[string]bool `json:"over"`
		Error   consent.Code    `json:"error"`
	}
	vectors(t, "merge.json", func(t *testing.T, in in, want out) {
		before := mustJSON(t, in)
		var vendors []consent.Vendor
		for _, id := range in.Vendors {
			vendors = append(vendors, consent.Vendor{ID: id, Purposes: in.For[id]})
		}
		got, err := consent.Merge(in.Rules, vendors, in.Earlier, in.Given)
		if after := mustJSON(t, in); after != before {
			t.Errorf("the arguments changed:\n%s\n%s", before, after)
		}
		if consent.CodeOf(err) != want.Error || (err != nil) != (want.Error != "") {
			t.Fatalf("err = %v, want code %q", err, want.Error)
		}
		if err != nil {
			return
		}
		if !maps.Equal(got.Levels, want.Levels) || !maps.Equal(got.Vendors, want.Vendors) || !maps.Equal(got.Over, want.Over) {
			t.Errorf("got %s, want %s", mustJSON(t, got), mustJSON(t, want))
		}
	})
}

func TestMonthsAreAddedAsInTheVectors(t *testing.T) {
	t.Parallel()
	type in struct {
		Clock  int64 `json:"clock"`
		Months int   `json:"months"`
	}
	type out struct {
		Clock int64 `json:"clock"`
	}
	vectors(t, "months.json", func(t *testing.T, in in, want out) {
		if got := consent.AddMonths(in.Clock, in.Months); got != want.Clock {
			t.Errorf("got %d, want %d", got, want.Clock)
		}
	})
}

func TestNamesMatchAsInTheVectors(t *testing.T) {
	t.Parallel()
	type in struct{ Pattern, Name string }
	type out struct{ Match bool }
	vectors(t, "match.json", func(t *testing.T, in in, want out) {
		if got := consent.Match(in.Pattern, in.Name); got != want.Match {
			t.Errorf("Match(%q, %q) = %v", in.Pattern, in.Name, got)
		}
	})
}

type cookieIn struct {
	// Op is parse, encode, seal or open.
	Op     string          `json:"op"`
	Cookie string          `json:"cookie"`
	Choice *consent.Choice `json:"choice"`
	Keys   []struct {
		ID  string `json:"id"`
		Hex string `json:"hex"`
	} `json:"keys"`
	Tenant string `json:"tenant"`
	Site   string `json:"site"`
}

type cookieOut struct {
	OK     bool            `json:"ok"`
	Cookie string          `json:"cookie"`
	Choice *consent.Choice `json:"choice"`
}

func TestCookiesAreThoseOfTheVectors(t *testing.T) {
	t.Parallel()
	vectors(t, "cookie.json", func(t *testing.T, in cookieIn, want cookieOut) {
		switch in.Op {
		case "parse":
			c, ok := consent.ParseCookie(in.Cookie)
			if ok != want.OK {
				t.Fatalf("ok = %v", ok)
			}
			if ok {
				sameChoice(t, c, want.Choice)
			}
		case "encode":
			got := consent.EncodeCookie(in.Choice)
			if got != want.Cookie {
				t.Errorf("got %q, want %q", got, want.Cookie)
			}
			if _, ok := consent.ParseCookie(got); !ok {
				t.Error("what was written cannot be read")
			}
		case "seal":
			if got := consent.SealCookie(in.keyring(t), in.Tenant, in.Site, in.Choice); got != want.Cookie {
				t.Errorf("got %q, want %q", got, want.Cookie)
			}
		case "open":
			sameChoice(t, consent.OpenCookie(in.keyring(t), in.Tenant, in.Site, in.Cookie), want.Choice)
		default:
			t.Fatalf("no such operation: %q", in.Op)
		}
	})
}

func (in cookieIn) keyring(t *testing.T) *consent.Keyring {
	t.Helper()
	var keys []consent.Key
	for _, k := range in.Keys {
		secret, err := hex.DecodeString(k.Hex)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, consent.Key{ID: k.ID, Secret: secret})
	}
	ring, err := consent.NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// sameChoice compares as JSON does: empty maps that are left out are equal to none.
func sameChoice(t *testing.T, got, want *consent.Choice) {
	t.Helper()
	if g, w := mustJSON(t, got), mustJSON(t, want); g != w {
		t.Errorf("got %s, want %s", g, w)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
