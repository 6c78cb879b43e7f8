package geo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// subdivisions holds, by country and code, the names that databases without
// codes write. A country belongs in it when its law differs from part to part.
//
//go:embed subdivisions.json
var subdivisions []byte

// names finds the code of a subdivision by its country and its name.
type names map[string]map[string]string

func loadNames() (names, error) {
	var data map[string]map[string][]string
	if err := json.Unmarshal(subdivisions, &data); err != nil {
		return nil, fmt.Errorf("read the names of subdivisions: %w", err)
	}
	n := names{}
	for country, codes := range data {
		n[country] = map[string]string{}
		for code, list := range codes {
			for _, name := range list {
				n[country][fold(name)] = code
			}
		}
	}
	return n, nil
}

// code returns the empty string for a name that it does not know.
func (n names) code(country, name string) string {
	return n[strings.ToUpper(country)][fold(name)]
}

func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
