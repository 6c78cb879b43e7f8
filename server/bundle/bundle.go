// Package bundle compiles the visitor's script: one site under one regime in
// one language becomes one small file. What the site does not use is not in it.
package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// Input is what a script is compiled from. The same input gives the same bytes.
type Input struct {
	Edition *consent.Edition
	Regime  law.Regime
	Rules   []consent.Rule
	Locale  string
	// Upcoming is the edition that will take effect next, nil for none.
	Upcoming *consent.Edition
	// Laxer is the pattern of the regimes that ask less for the purposes whose
	// rule says so; empty where none does.
	Laxer string
	// Note is the sealed proof of what the script shows; it comes back with
	// each consent write.
	Note string
	// Endpoint is the absolute base of the API, without a slash at its end;
	// empty means that the API lies beside the script.
	Endpoint string
	// Preview makes a script that sends nothing, stores nothing and always shows.
	Preview bool
	// Quiet makes a script that shows nothing unasked, for a page with controls of its own.
	Quiet bool
	// Regional are the rules of places that get defaults of their own.
	Regional []Regional
	// SimGPC makes a script that behaves as if the browser sent Global Privacy Control.
	SimGPC bool
}

// Asset is a compiled script in the three forms in which it travels.
type Asset struct {
	JS, Brotli, Gzip []byte
	// ETag is a strong entity tag of JS, with its quotes.
	ETag string
}

// eager tells the browser to compile all functions while the script is on its
// way, beside the page's own work; see "explicit compile hints" of V8. Most of
// them run in the first visit, and found one by one they take a quarter of the
// time that the script has.
const eager = "//# allFunctionsCalledOnLoad\n"

// Compile makes the script. Errors: Invalid when the edition holds something
// that cannot be compiled.
func Compile(in Input) (*Asset, error) {
	modules, err := virtual(in)
	if err != nil {
		return nil, err
	}
	js, err := build("main.ts", modules, features(in))
	if err != nil {
		return nil, err
	}
	// Included twice it says so and does nothing else, and its faults end here.
	return pack(slices.Concat([]byte(eager+`try{if(window.lxConsent?.rescan)throw"included twice";`), bytes.TrimSuffix(js, []byte(";")), []byte(`}catch(e){console.warn("lxConsent",e)}`)))
}

func build(entry string, modules, define map[string]string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{entry},
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2021, // what the browsers read that know our styles
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		TreeShaking:       api.TreeShakingTrue,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MangleProps:       `^_[a-z]`,
		MangleCache:       properties(),
		Define:            define,
		Plugins:           []api.Plugin{sources(modules)},
		LogLevel:          api.LogLevelSilent,
		Outfile:           "script.js",
	})
	if err := compiled(result.Errors); err != nil {
		return nil, err
	}
	// A second look sees one file, where the first joined several: what stands
	// beside each other now is written shorter.
	short, err := shorten(result.OutputFiles[0].Contents)
	if err != nil {
		return nil, err
	}
	// What cannot be read here keeps its names: it is larger, and as good.
	if named, err := renamed(short, shorten); err == nil {
		short = named
	}
	return bytes.TrimSpace(short), nil
}

// shorten writes a script with fewer characters, and leaves its names.
func shorten(js []byte) ([]byte, error) {
	out := api.Transform(string(js), api.TransformOptions{
		Target: api.ES2022, Charset: api.CharsetUTF8, LegalComments: api.LegalCommentsNone, LogLevel: api.LogLevelSilent,
		MinifySyntax: true, MinifyWhitespace: true,
	})
	return out.Code, compiled(out.Errors)
}

func compiled(errors []api.Message) error {
	if len(errors) == 0 {
		return nil
	}
	texts := api.FormatMessages(errors, api.FormatMessagesOptions{})
	return consent.Fail(consent.Invalid, "the script does not compile: "+strings.TrimSpace(strings.Join(texts, "\n")), "report this to the maintainers, with the site document")
}

// shared are the short names of what gates of different scripts hand over to
// each other in a page. They never change: inline gates live as long as the
// pages that hold them.
func shared() map[string]any {
	return map[string]any{
		"_may": "m", "_slots": "s", "_policy": "p", "_loading": "l", "_watch": "o", "_net": "w",
		"_inert": "i", "_shown": "h", "_open": "n",
	}
}

func pack(js []byte) (*Asset, error) {
	a := &Asset{JS: js}
	var br, gz bytes.Buffer
	b := brotli.NewWriterOptions(&br, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 16})
	if err := write(b, js); err != nil {
		return nil, fmt.Errorf("compress with brotli: %w", err)
	}
	z, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("start gzip: %w", err)
	}
	if err := write(z, js); err != nil {
		return nil, fmt.Errorf("compress with gzip: %w", err)
	}
	a.Brotli, a.Gzip = br.Bytes(), gz.Bytes()
	sum := sha256.Sum256(js)
	a.ETag = `"` + hex.EncodeToString(sum[:16]) + `"`
	return a, nil
}

func write(w interface {
	Write([]byte) (int, error)
	Close() error
}, b []byte) error {
	if _, err := w.Write(b); err != nil {
		return err
	}
	return w.Close()
}

func defines(on map[string]bool) map[string]string {
	out := make(map[string]string, len(on))
	for name, b := range on {
		out[name] = strconv.FormatBool(b)
	}
	return out
}
