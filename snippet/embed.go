// Package snippet holds the source of the script that visitors run, and the
// words that it shows. server/bundle compiles both.
package snippet

import (
	"embed"
	"io/fs"
)

//go:embed all:src
var source embed.FS

//go:embed locales/*.json
var locales embed.FS

//go:embed locales/privacy/*.json
var privacy embed.FS

//go:embed dates.tsv
var dates string

// Source is the script's TypeScript and CSS; its entry is main.ts.
func Source() fs.FS { return sub(source, "src") }

// Locales holds one JSON object of words per language, named by its tag.
func Locales() fs.FS { return sub(locales, "locales") }

// PrivacyLocales holds the words of the visitor's own page, one JSON object per
// language, named by its tag. No script carries them.
func PrivacyLocales() fs.FS { return sub(privacy, "locales/privacy") }

// Dates says how each language writes a day, as the Unicode CLDR does at length
// with the Gregorian calendar: one line each of the language's tag, the pattern
// and the twelve months, with tabs in between.
func Dates() string { return dates }

func sub(f embed.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic("the embedded folder " + dir + " is missing: " + err.Error())
	}
	return s
}
