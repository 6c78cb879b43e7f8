package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// barrel is a package whose one entry gives everything. When the first page
// imports it, the bundler puts all that any page uses of it into the part that
// the first page loads. So each import names the very file that it needs.
type barrel struct {
	name string
	// file is where a name of the package is defined.
	file map[string]string
}

var (
	importLine = regexp.MustCompile(`(?m)^import \{([^}]*)\} from "([^"]+)";`)
	whitespace = regexp.MustCompile(`\s+`)
)

func readBarrel(root, name string) (*barrel, error) {
	dir := filepath.Join(root, "node_modules", filepath.FromSlash(name), "esm")
	src, err := os.ReadFile(filepath.Join(dir, "index.mjs"))
	if err != nil {
		return nil, fmt.Errorf("read the entry of %s: %w", name, err)
	}
	b := &barrel{name: name, file: map[string]string{}}
	for _, m := range importLine.FindAllStringSubmatch(string(src), -1) {
		from := m[2]
		if strings.HasPrefix(from, "./") {
			from = filepath.ToSlash(filepath.Join(dir, from))
		}
		for _, one := range names(m[1]) {
			b.file[one] = from
		}
	}
	if len(b.file) == 0 {
		return nil, fmt.Errorf("the entry of %s has no imports that can be read", name)
	}
	return b, nil
}

// names splits the inside of an import's braces; types are left out.
func names(list string) (found []string) {
	for _, part := range strings.Split(list, ",") {
		part = strings.TrimSpace(whitespace.ReplaceAllString(part, " "))
		if part != "" && !strings.HasPrefix(part, "type ") {
			found = append(found, part)
		}
	}
	return found
}

// spread replaces imports of the package by imports of its files.
func (b *barrel) spread(src string) string {
	return importLine.ReplaceAllStringFunc(src, func(line string) string {
		m := importLine.FindStringSubmatch(line)
		if m[2] != b.name {
			return line
		}
		var out []string
		for _, one := range names(m[1]) {
			from := b.name
			original, _, _ := strings.Cut(one, " as ")
			if file, ok := b.file[original]; ok {
				from = file
			}
			out = append(out, fmt.Sprintf("import {%s} from %q;", one, from))
		}
		// The lines keep their numbers, for messages about faults.
		return strings.Join(out, " ") + strings.Repeat("\n", strings.Count(line, "\n"))
	})
}

// spreading is the bundler's plugin for some barrels.
func spreading(root string, packages ...string) (api.Plugin, error) {
	var all []*barrel
	for _, name := range packages {
		b, err := readBarrel(root, name)
		if err != nil {
			return api.Plugin{}, err
		}
		all = append(all, b)
	}
	return api.Plugin{Name: "barrels", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `(dashboard/src/.*\.tsx?|@mantine/notifications/.*\.mjs)$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			src, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			text := string(src)
			for _, b := range all {
				text = b.spread(text)
			}
			loader := api.LoaderTSX
			switch filepath.Ext(args.Path) {
			case ".ts":
				loader = api.LoaderTS
			case ".mjs":
				loader = api.LoaderJS
			}
			return api.OnLoadResult{Contents: &text, Loader: loader}, nil
		})
	}}, nil
}
