package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// fed runs a command line that has a text on its standard input.
func fed(t *testing.T, in io.Reader, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	status := run(t.Context(), args, streams{in: in, out: &out, err: &out})
	return status, out.String()
}

func TestADashNamesTheStandardInput(t *testing.T) {
	t.Parallel()
	s := start(t)
	answer := string(s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).body)
	keys := fileOf(t, "keys", s.do(http.MethodGet, "/v1/keys", "").body)
	_, proof := s.command("ledger", "export", "--proof", "--site", "demo")
	_, document := s.command("site", "export", "demo")
	for name, c := range map[string]struct {
		in     string
		args   []string
		status int
		want   string
	}{
		"an export":               {proof, []string{"ledger", "verify", "-", "--keys", keys}, 0, "demo: 1 record"},
		"an export that was cut":  {proof[:strings.LastIndex(proof, "\n{")+1], []string{"ledger", "verify", "-", "--keys", keys}, 1, "the export was cut"},
		"nothing":                 {"", []string{"ledger", "verify", "-", "--keys", keys}, 1, "the export is empty"},
		"a receipt":               {answer, []string{"receipt", "verify", "-", "--keys", keys}, 0, id(1)},
		"a document":              {document, []string{"site", "apply", "-f", "-", "--server", s.url, "--token", apiToken}, 0, "edition 1 is live already"},
		"a document that was cut": {document[:9], []string{"site", "apply", "-f", "-", "--server", s.url, "--token", apiToken}, 1, "the standard input is no JSON object"},
	} {
		if status, out := fed(t, strings.NewReader(c.in), c.args...); status != c.status || !strings.Contains(out, c.want) {
			t.Errorf("%s: %d %s", name, status, out)
		}
	}
}

func TestACommandLineThatIsWrongLeadsToItsHelp(t *testing.T) {
	t.Parallel()
	for line, help := range map[string]string{
		"--colour": "lxconsent --help", "fly": "lxconsent --help", "site": "lxconsent site --help", "site apply": "lxconsent site apply --help",
		"serve --colour": "lxconsent serve --help", "site rollback demo first": "lxconsent site rollback --help", "keys promote": "lxconsent keys promote --help",
	} {
		if status, out := lx(t, strings.Fields(line)...); status != 2 || !strings.HasPrefix(out, "lxconsent: ") || !strings.HasSuffix(out, "fix: see `"+help+"`\n") {
			t.Errorf("%s: %d %s", line, status, out)
		}
	}
}

func TestALedgerThatIsPipedInAndNotNamedIsSaidNotToBeRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// Nothing ever comes out of it, as where a job has a pipe for a terminal.
	defer w.Close()
	const note = "the standard input is not read; `ledger verify -`"
	if status, out := fed(t, r, "ledger", "verify", "--server", s.url, "--token", apiToken); status != 0 || !strings.Contains(out, note) || !strings.Contains(out, "intact") {
		t.Errorf("%d %s", status, out)
	}
	if status, out := fed(t, strings.NewReader(""), "ledger", "verify", "--server", s.url, "--token", apiToken); status != 0 || strings.Contains(out, note) {
		t.Errorf("without a pipe: %d %s", status, out)
	}
}
