package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// library runs benchmarks of a package on one core and returns, by name, the
// figures under their units; the best of three, since only interference is noise.
func library(ctx context.Context, pkg, pattern, length string) (map[string]map[string]float64, error) {
	cmd := pinned(ctx, serverCore, "go", "test", pkg, "-run", "^$", "-bench", pattern, "-benchtime", length, "-count", "3", "-cpu", "1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the benchmarks of %s: %w", pkg, err)
	}
	found := map[string]map[string]float64{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		figures := map[string]float64{}
		for i := 2; i+1 < len(f); i += 2 {
			figures[f[i+1]], _ = strconv.ParseFloat(f[i], 64)
		}
		if best, ok := found[f[0]]; !ok || figures["ns/op"] < best["ns/op"] {
			found[f[0]] = figures
		}
	}
	return found, nil
}

// places measures finding where an address is.
func places(ctx context.Context, _ *bench) (string, error) {
	found, err := library(ctx, "./geo", "InALargeFile", "200ms")
	if err != nil {
		return "", err
	}
	theirs, ours, lawful := found["BenchmarkCountryInALargeFile"], found["BenchmarkLocateInALargeFile"], found["BenchmarkResolveInALargeFile"]
	return "## Where an address is\n\nA file of 60,000 networks in MaxMind's layout, random addresses, one core; ours finds the country and the subdivision.\n\n" + table(
		[]string{"", "ns", "allocations", "× the first", "aim"},
		[]string{"`geoip2.Country`", num(theirs["ns/op"]), num(theirs["allocs/op"]), "1.00", ""},
		[]string{"ours", num(ours["ns/op"]), num(ours["allocs/op"]), ratio(ours["ns/op"], theirs["ns/op"]), "≤ 0.2, no allocation"},
		[]string{"ours, and the law there", num(lawful["ns/op"]), num(lawful["allocs/op"]), ratio(lawful["ns/op"], theirs["ns/op"]), "≤ 500 ns"},
	), nil
}

// commits measures the node log on slow disks.
func commits(ctx context.Context, _ *bench) (string, error) {
	found, err := library(ctx, "./server/outbox", "^BenchmarkAppend$", "2s")
	if err != nil {
		return "", err
	}
	lines := [][]string{{"added to each fsync", "records/s", "records per fsync"}}
	for _, delay := range []string{"0s", "5ms", "10ms"} {
		f := found["BenchmarkAppend/fsync+"+delay]
		lines = append(lines, []string{delay, thousands(int(f["records/s"])), num(f["records/fsync"])})
	}
	return `## Group commit

The node log alone, 64 writers, one core, acknowledged when fsynced; behind it a store that costs nothing. The slower the disk, the more
records share an fsync.

` + table(lines...), nil
}

// start measures how soon a server with many sites answers.
func start(ctx context.Context, b *bench) (string, error) {
	const sites = 1000
	dir, err := b.manySites(ctx, sites)
	if err != nil {
		return "", err
	}
	var took []float64
	for range b.rounds {
		seconds, err := b.untilHealthy(ctx, dir)
		if err != nil {
			return "", err
		}
		took = append(took, seconds)
	}
	return fmt.Sprintf("## Start\n\nFrom the start of the process to the first 200 of `/healthz`, with %s published sites in the embedded store, one core: **%.2f s** (aim ≤ 2 s).", thousands(sites), median(took)), nil
}

func hasNginx() bool {
	_, err := exec.LookPath("nginx")
	return err == nil
}
