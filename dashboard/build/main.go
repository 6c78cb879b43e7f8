// Command build bundles the dashboard, and the documents of the repository, into
// dashboard/built, from where the dashboard package embeds them. Run it from the root of the repository:
//
//	go run ./dashboard/build
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// budget is how many gzipped bytes the first view may load, code and styles
// together. The build fails above it.
const budget = 250 << 10

func main() {
	root := flag.String("root", ".", "root of the repository, with node_modules and dashboard/src")
	out := flag.String("out", filepath.Join("dashboard", "built"), "folder to write, emptied first")
	flag.Parse()
	if err := run(*root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

func run(root, out string) error {
	if _, err := os.Stat(filepath.Join(root, "node_modules", "react")); err != nil {
		return fmt.Errorf("the packages of the dashboard are not installed: run `npm ci` first (%w)", err)
	}
	b, err := bundle(root)
	if err != nil {
		return err
	}
	page, err := index(root, b)
	if err != nil {
		return err
	}
	texts, err := licences(root, b.Inputs)
	if err != nil {
		return err
	}
	docs, err := documents(root)
	if err != nil {
		return err
	}
	files := slices.Concat([]file{{"index.html", page}, texts}, b.Files, docs)
	if err := write(out, files); err != nil {
		return err
	}
	first, err := firstView(b)
	if err != nil {
		return err
	}
	fmt.Printf("dashboard: %d files in %s, first view %.1f KB gzip\n", len(files), out, float64(first)/1024)
	if first > budget {
		return fmt.Errorf("the first view is %d bytes gzip, more than the budget of %d", first, budget)
	}
	return nil
}
