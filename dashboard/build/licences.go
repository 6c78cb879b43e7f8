package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// licences returns the licence of every package whose code is in the bundle:
// most licences ask that their text travels with the code.
func licences(root string, inputs []string) (file, error) {
	var text strings.Builder
	for _, dir := range packages(inputs) {
		raw, err := os.ReadFile(filepath.Join(root, dir, "package.json"))
		if err != nil {
			return file{}, err
		}
		var p struct{ Name, Version, License string }
		if err := json.Unmarshal(raw, &p); err != nil {
			return file{}, fmt.Errorf("%s/package.json: %w", dir, err)
		}
		fmt.Fprintf(&text, "%s %s (%s)\n\n", p.Name, p.Version, p.License)
		if body := licenceText(filepath.Join(root, dir)); body != "" {
			text.WriteString(strings.TrimSpace(body) + "\n\n")
		}
		text.WriteString(strings.Repeat("-", 72) + "\n\n")
	}
	sum := sha256.Sum256([]byte(text.String()))
	return file{fmt.Sprintf("assets/licences-%X.txt", sum[:4]), []byte(text.String())}, nil
}

// packages lists the folders of the packages that the inputs belong to.
func packages(inputs []string) []string {
	var dirs []string
	for _, in := range inputs {
		i := strings.LastIndex(in, "node_modules/")
		if i < 0 {
			continue
		}
		i += len("node_modules/")
		parts := strings.SplitN(in[i:], "/", 3)
		n := 1
		if strings.HasPrefix(parts[0], "@") {
			n = 2
		}
		dirs = append(dirs, in[:i]+strings.Join(parts[:n], "/"))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

func licenceText(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if strings.HasPrefix(name, "license") || strings.HasPrefix(name, "licence") {
			if body, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil {
				return string(body)
			}
		}
	}
	return ""
}
