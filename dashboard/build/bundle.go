package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const entry = "dashboard/src/main.tsx"

// file is one file of the bundle, named relative to its folder.
type file struct {
	Name string
	Data []byte
}

// built is what the bundler made of the source.
type built struct {
	Files []file
	// Inputs are the source files that went in, relative to the root.
	Inputs []string
	// Script and Style are the names that index.html loads; First adds the
	// parts that Script loads at once.
	Script, Style string
	First         []string
}

func bundle(root string) (*built, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(root, "out")
	barrels, err := spreading(root, "@mantine/core", "@mantine/hooks")
	if err != nil {
		return nil, err
	}
	res := api.Build(api.BuildOptions{
		Plugins:           []api.Plugin{barrels},
		AbsWorkingDir:     root,
		EntryPoints:       []string{entry},
		Outdir:            out,
		Bundle:            true,
		Splitting:         true,
		Write:             false,
		Metafile:          true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		JSX:               api.JSXAutomatic,
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone, // the licences file holds the full texts
		EntryNames:        "assets/[name]-[hash]",
		ChunkNames:        "assets/[name]-[hash]",
		AssetNames:        "assets/[name]-[hash]",
		Define:            map[string]string{"process.env.NODE_ENV": `"production"`, "import.meta.env": "undefined"},
	})
	if len(res.Errors) > 0 {
		lines := api.FormatMessages(res.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, errors.New("the source does not bundle:\n" + strings.Join(lines, ""))
	}
	b := &built{}
	for _, f := range res.OutputFiles {
		name, err := filepath.Rel(out, f.Path)
		if err != nil {
			return nil, err
		}
		b.Files = append(b.Files, file{filepath.ToSlash(name), f.Contents})
	}
	return b, b.read(res.Metafile)
}

// metafile is the part of the bundler's own report that is read here.
type metafile struct {
	Inputs  map[string]struct{} `json:"inputs"`
	Outputs map[string]struct {
		EntryPoint string `json:"entryPoint"`
		CSSBundle  string `json:"cssBundle"`
		Imports    []struct {
			Path string `json:"path"`
			Kind string `json:"kind"`
		} `json:"imports"`
	} `json:"outputs"`
}

func (b *built) read(report string) error {
	var m metafile
	if err := json.Unmarshal([]byte(report), &m); err != nil {
		return fmt.Errorf("read the bundler's report: %w", err)
	}
	b.Inputs = slices.Sorted(maps.Keys(m.Inputs))
	for name, o := range m.Outputs {
		if o.EntryPoint == entry {
			b.Script, b.Style = trim(name), trim(o.CSSBundle)
		}
	}
	if b.Script == "" || b.Style == "" {
		return errors.New("the bundler made no script or no style sheet")
	}
	// What the entry imports statically is loaded before anything shows.
	queue := []string{b.Script}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if slices.Contains(b.First, name) {
			continue
		}
		b.First = append(b.First, name)
		for _, i := range m.Outputs["out/"+name].Imports {
			if i.Kind == "import-statement" {
				queue = append(queue, trim(i.Path))
			}
		}
	}
	return nil
}

func trim(name string) string { return strings.TrimPrefix(name, "out/") }

// index fills the names into the page. The parts that the entry imports are
// preloaded, so that the first view waits for one round trip, not two.
func index(root string, b *built) ([]byte, error) {
	page, err := os.ReadFile(filepath.Join(root, "dashboard", "index.html"))
	if err != nil {
		return nil, err
	}
	var head strings.Builder
	for _, name := range b.First[1:] {
		fmt.Fprintf(&head, "<link rel=\"modulepreload\" href=\"%s\">\n", path.Join("/dashboard", name))
	}
	fmt.Fprintf(&head, "<link rel=\"stylesheet\" href=\"%s\">\n", path.Join("/dashboard", b.Style))
	fmt.Fprintf(&head, "<script type=\"module\" nonce=\"__NONCE__\" src=\"%s\"></script>", path.Join("/dashboard", b.Script))
	if strings.Count(string(page), "__HEAD__") != 1 {
		return nil, errors.New("dashboard/index.html must hold __HEAD__ once")
	}
	return []byte(strings.Replace(string(page), "__HEAD__", head.String(), 1)), nil
}
