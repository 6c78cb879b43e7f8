package main_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/leadiumx/consent/"

// imports is the table of who may import whom within this module. A package
// that is not named here fails the test: the table is the map of the house.
func imports() map[string][]string {
	domain := []string{"consent"}
	service := []string{"consent", "consent/law"}
	return map[string][]string{
		"bench/server":                {"consent", "consent/law", "geo", "server/boltstore", "server/outbox", "server/redisstore"},
		"consent":                     {},
		"consent/law":                 domain,
		"consent/law/rules":           service,
		"consent/storetest":           domain,
		"consent/storetest/redistest": {},
		"contract":                    domain,
		"dashboard":                   {},
		"dashboard/build":             {},
		"examples":                    {},
		"geo":                         domain,
		"geo/geotest":                 {},
		"middleware":                  {}, // standard library only: it is pasted into other programs
		"server/admin":                service,
		"server/backup":               domain,
		"server/boltstore":            domain,
		"server/install":              {"consent", "server/reach"},
		"server/metrics":              domain,
		"server/outbox":               domain,
		"server/budget":               {},
		"server/bundle":               {"consent", "consent/law", "snippet"},
		"server/collect":              service,
		"server/gate":                 service,
		"server/insight":              domain,
		"server/listen":               {},
		"server/publish":              service,
		"server/reseal":               domain,
		"server/rights":               service,
		"server/feed":                 service,
		"server/hooks":                {"consent", "server/feed", "server/reach"},
		"server/reach":                {},
		"server/redisstore":           domain,
		"server/script":               {"consent", "consent/law", "server/bundle"},
		"server/web":                  {"consent", "consent/law", "server/admin", "server/budget", "server/bundle", "server/collect", "server/feed", "server/gate", "server/hooks", "server/insight", "server/install", "server/metrics", "server/publish", "server/reseal", "server/rights", "server/script", "snippet"},
		"snippet":                     {},
		"tests/proxy/live":            {"consent/storetest/redistest"},
	}
}

// source is one Go file.
type source struct {
	folder, name string
	imports      []string
	lines        int
	test         bool
}

func sources(t *testing.T) []source {
	t.Helper()
	root := os.DirFS(filepath.Join("..", ".."))
	var list []source
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name()[0] == '.'):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		raw, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, raw, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{folder: path.Dir(name), name: name, lines: strings.Count(string(raw), "\n"), test: strings.HasSuffix(name, "_test.go")}
		for _, i := range file.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, p)
		}
		list = append(list, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no Go file was found")
	}
	return list
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	table := imports()
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.folder, "cmd/") {
			continue
		}
		allowed, listed := table[s.folder]
		if !listed {
			t.Errorf("%s: the package %s is not in the import table", s.name, s.folder)
			continue
		}
		for _, p := range s.imports {
			if ours, ok := strings.CutPrefix(p, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s; %s may import %q", s.name, ours, s.folder, allowed)
			}
		}
	}
}

// What only serves tests or a build stands in its parent.
func TestTheMapOfTheHouseNamesEveryPackage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := []string{"bench/server", "consent/storetest/redistest", "dashboard/build", "geo/geotest", "tests/proxy/live"}
	for folder := range imports() {
		if !slices.Contains(parts, folder) && !strings.Contains(string(raw), "\n"+folder+"/ ") {
			t.Errorf("docs/architecture.md does not say what %s is for", folder)
		}
	}
}

func TestTheDomainIsPure(t *testing.T) {
	t.Parallel()
	impure := []string{"os", "os/exec", "io/ioutil", "net", "net/http", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "syscall", "unsafe"}
	for _, s := range sources(t) {
		if s.test || (s.folder != "consent" && s.folder != "consent/law") {
			continue
		}
		for _, p := range s.imports {
			if slices.Contains(impure, p) {
				t.Errorf("%s imports %s: the domain does no I/O and makes nothing up", s.name, p)
			}
			if host, _, _ := strings.Cut(p, "/"); strings.Contains(host, ".") && !strings.HasPrefix(p, module) {
				t.Errorf("%s imports %s: the domain needs the standard library only", s.name, p)
			}
		}
	}
}

func TestTheMiddlewareNeedsTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || s.folder != "middleware" {
			continue
		}
		for _, p := range s.imports {
			if host, _, _ := strings.Cut(p, "/"); strings.Contains(host, ".") {
				t.Errorf("%s imports %s: whoever pastes the middleware gets nothing else with it", s.name, p)
			}
		}
	}
}

func TestLibrariesStayWhereTheyBelong(t *testing.T) {
	t.Parallel()
	homes := map[string][]string{
		"github.com/labstack/echo":      {"server/web", "bench/server"},
		"github.com/danielgtaylor/huma": {"server/web"},
		"github.com/redis/go-redis":     {"server/redisstore", "consent/storetest/redistest", "bench/server"},
		"go.etcd.io/bbolt":              {"server/boltstore"},
		"github.com/hashicorp":          {"server/outbox"},
		"github.com/oschwald":           {"geo", "bench/server"},
		"github.com/maxmind/mmdbwriter": {"geo/geotest"},
		"github.com/prometheus":         {"server/metrics"},
		"golang.org/x/net":              {"server/install"},
		"github.com/evanw/esbuild":      {"server/bundle", "dashboard/build"},
		"github.com/yuin/goldmark":      {"dashboard/build"},
		"github.com/alecthomas/kong":    {"cmd/lxconsent"},
	}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, p := range s.imports {
			for library, home := range homes {
				if strings.HasPrefix(p, library) && !slices.Contains(home, s.folder) {
					t.Errorf("%s imports %s, which belongs in %q", s.name, p, home)
				}
			}
		}
	}
}

func TestFilesStaySmallAndPackagesHaveRealNames(t *testing.T) {
	t.Parallel()
	const limit = 300
	for _, s := range sources(t) {
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "misc"}, path.Base(s.folder)) {
			t.Errorf("%s: name the package after what it knows", s.folder)
		}
		if !s.test && s.lines > limit {
			t.Errorf("%s has %d lines; split it by idea, at most %d", s.name, s.lines, limit)
		}
	}
}
