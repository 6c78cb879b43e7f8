package insight

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/leadiumx/consent/consent"
)

// Known is what is widely known of a cookie. It is a suggestion: what a cookie
// does on a site only its owner can tell.
type Known struct {
	// Pattern is a name in which a `*` stands for any characters.
	Pattern string `json:"pattern"`
	Vendor  string `json:"vendor"`
	Purpose string `json:"purpose" enum:"necessary,functional,analytics,marketing"`
	// About says in a few words what it is for.
	About    string `json:"about"`
	Lifetime string `json:"lifetime,omitempty"`
}

//go:embed cookies.json
var cookiesJSON []byte

// Cookies returns the table of well-known cookies.
func Cookies() (list []Known, err error) {
	if err := json.Unmarshal(cookiesJSON, &list); err != nil {
		return nil, fmt.Errorf("read the table of cookies: %w", err)
	}
	return list, nil
}

// Suggest returns the closest entry for a name, nil when there is none: the one
// whose pattern has the most letters of its own.
func Suggest(table []Known, name string) *Known {
	var best *Known
	for i := range table {
		if consent.Match(table[i].Pattern, name) && (best == nil || len(table[i].Pattern) > len(best.Pattern)) {
			best = &table[i]
		}
	}
	return best
}
