// Command lxconsent is LeadiumX Consent: the server and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// version is set by the release build.
var version = "0.1.0"

// cli is the whole command line. Every flag can also be given as an
// environment variable that starts with LXCONSENT_.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Serve scripts, consent writes, checks and the dashboard."`
	Site    siteCmd    `cmd:"" help:"Manage sites of a running server."`
	User    userCmd    `cmd:"" help:"Manage the members of a running server."`
	Law     lawCmd     `cmd:"" help:"Ask the law table."`
	Geo     geoCmd     `cmd:"" help:"Ask the location databases, and fetch one."`
	Check   checkCmd   `cmd:"" help:"Ask a running server whether a purpose may run."`
	Receipt receiptCmd `cmd:"" help:"Verify a receipt that a visitor kept."`
	Ledger  ledgerCmd  `cmd:"" help:"Read the records of a running server."`
	Backup  backupCmd  `cmd:"" help:"Write all that a running server keeps into a file."`
	Restore restoreCmd `cmd:"" help:"Put a backup into a store."`
	Verify  verifyCmd  `cmd:"" help:"Check whether a page carries the tag in the right way."`
	Doctor  doctorCmd  `cmd:"" help:"Check what serve would be given: data, keys, Redis, places, clock, addresses. Takes the same flags."`
	Keys    keysCmd    `cmd:"" help:"Manage the file of the signing keys."`
	Embed   embedCmd   `cmd:"" help:"Print the tag of a site."`
	Routes  routesCmd  `cmd:"" help:"List the HTTP routes and what each asks of its caller."`
	Gen     genCmd     `cmd:"" hidden:"" help:"Print generated documents: openapi, site-schema, laws or rules."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// streams are where a command reads and writes, and the time that a server goes by; a
// test gives its own, so that it does not depend on how fast its machine is.
type streams struct {
	// in is what commands read whose file is -; nil is empty.
	in  io.Reader
	out io.Writer
	err io.Writer
	// now is the time for a server; nil is the time of day.
	now func() time.Time
	// patience is how long a server waits for its store before it answers
	// without it; 0 is as long as is good for visitors.
	patience time.Duration
}

// clock is the time that a server goes by.
func (s streams) clock() func() time.Time {
	if s.now != nil {
		return s.now
	}
	return clock()
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		relax(runtime.GOMAXPROCS(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// run parses and executes one command line and returns the exit status: 0, 1
// for a failure, 2 for a command line that is wrong.
func run(ctx context.Context, args []string, s streams) int {
	s.out, s.err = &plain{to: s.out}, &plain{to: s.err}
	parser, err := kong.New(&cli{},
		kong.Name("lxconsent"),
		kong.Description("LeadiumX Consent: consent banners, records and checks in one program."),
		kong.DefaultEnvars("LXCONSENT"),
		kong.UsageOnError(),
		kong.Writers(s.out, s.err),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.err, "lxconsent:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(s.err, "lxconsent: %v\n  fix: see `lxconsent%s --help`\n", err, reached(err))
		return 2
	}
	if err := command.Run(); err != nil {
		printError(s.err, err)
		return 1
	}
	return 0
}

// reached is as much of a command as a command line has named that is wrong.
func reached(err error) (names string) {
	wrong, ok := errors.AsType[*kong.ParseError](err)
	if !ok || wrong.Context == nil {
		return ""
	}
	for _, step := range wrong.Context.Path {
		if step.Command != nil {
			names += " " + step.Command.Name
		}
	}
	return names
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, version)
	return err
}
