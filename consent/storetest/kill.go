package storetest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// KillAfter runs the test TestWriterProcess of the calling package in a process
// of its own with these arguments, kills that in the middle of its work once it
// has said "acknowledged ID" so many times, and notes every ID that it said.
func KillAfter(t *testing.T, count int, acknowledged map[string]bool, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^TestWriterProcess$", "--"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, other := 0, ""
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		id, ok := strings.CutPrefix(lines.Text(), "acknowledged ")
		if !ok {
			other += "\n" + lines.Text()
			continue
		}
		acknowledged[id] = true
		if said++; said == count {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || said < count {
		t.Fatalf("the writer ended by itself after %d acknowledgements: %v, %s", said, err, other)
	}
}
