// Command server measures the server and its store, side by side with what they
// are compared with, and writes its sections of bench/RESULTS.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"
)

// section is one part of the page. It returns its text.
type section struct {
	name string
	run  func(context.Context, *bench) (string, error)
}

func sections() []section {
	return []section{
		{"checks", checks},
		{"writes", writes},
		{"commits", commits},
		{"scripts", scripts},
		{"places", places},
		{"start", start},
		{"memory", memory},
		{"growth", growth},
		{"large", large},
	}
}

// bench is what all sections use.
type bench struct {
	visitors int
	large    bool
	seconds  int
	rounds   int
	dir      string
	program  string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	work := run
	switch {
	case len(os.Args) == 2 && os.Args[1] == "load":
		work = func(context.Context) error { return runLoad() }
	case len(os.Args) == 4 && os.Args[1] == "bare":
		work = func(context.Context) error { return runBare() }
	}
	if err := work(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	b := &bench{}
	out := flag.String("out", "bench/RESULTS.md", "page to write into; - prints")
	only := flag.String("only", "", "sections, by comma; empty means all")
	flag.IntVar(&b.visitors, "visitors", 1_000_000, "visitors in Redis")
	flag.BoolVar(&b.large, "large", false, "also the section large: 10,000,000 visitors, which takes 2 GB and a quarter of an hour")
	flag.IntVar(&b.seconds, "seconds", 3, "length of one round under load")
	flag.IntVar(&b.rounds, "rounds", 5, "rounds; medians are reported")
	flag.Parse()
	if b.dir, err = os.MkdirTemp("", "lxbench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	for _, s := range sections() {
		wanted := *only == "" && (s.name != "large" || b.large) || slices.Contains(strings.Split(*only, ","), s.name)
		if !wanted {
			continue
		}
		fmt.Fprintln(os.Stderr, "==", s.name)
		text, err := s.run(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		text += "\n\nMeasured on " + machine() + ".\n"
		if *out == "-" {
			fmt.Println(text)
			continue
		}
		if err := put(*out, "server "+s.name, text); err != nil {
			return err
		}
	}
	return nil
}

// put writes a text between its two marks in the page, or at its end.
func put(page, mark, text string) error {
	raw, err := os.ReadFile(page)
	if errors.Is(err, os.ErrNotExist) {
		raw, err = []byte("# Measurements\n\nRatios count, not absolute figures: everything in a table was measured in one run. `make bench` and `make bench-browser` write this page.\n"), nil
	}
	if err != nil {
		return err
	}
	from, to := "<!-- "+mark+": measured -->", "<!-- "+mark+": end -->"
	part := from + "\n" + strings.TrimRight(text, "\n") + "\n" + to
	doc := string(raw)
	if before, rest, ok := strings.Cut(doc, from); ok {
		_, after, _ := strings.Cut(rest, to)
		doc = before + part + after
	} else {
		doc = strings.TrimRight(doc, "\n") + "\n\n" + part + "\n"
	}
	return os.WriteFile(page, []byte(doc), 0o644)
}

// machine names where and when this was measured.
func machine() string {
	model := "an unknown processor"
	if raw, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(raw)) {
			if name, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(v)
				break
			}
		}
	}
	redis := "no Redis"
	if raw, err := exec.Command("redis-server", "--version").Output(); err == nil {
		if f := strings.Fields(string(raw)); len(f) > 2 {
			redis = "Redis " + strings.TrimPrefix(f[2], "v=")
		}
	}
	return fmt.Sprintf("%s: %d cores (%s), Linux, %s, %s", time.Now().Format(time.DateOnly), runtime.NumCPU(), model, strings.Replace(runtime.Version(), "go", "Go ", 1), redis)
}

// table writes a table of Markdown; the first column is words.
func table(rows ...[]string) string {
	var b strings.Builder
	for i, r := range rows {
		b.WriteString("| " + strings.Join(r, " | ") + " |\n")
		if i == 0 {
			b.WriteString("|---" + strings.Repeat("|---:", len(r)-1) + "|\n")
		}
	}
	return b.String()
}
