package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// relaxing names the variable by which this test binary is told that it is the
// program, and on how many processors.
const relaxing = "LXCONSENT_TEST_PROCESSORS"

// TestTheProgramThatRelaxes is nothing by itself.
func TestTheProgramThatRelaxes(t *testing.T) {
	t.Parallel()
	if n, err := strconv.Atoi(os.Getenv(relaxing)); err == nil {
		relax(n)
		fmt.Printf("process %d waits as precisely as %v\n", os.Getpid(), timerSlack())
	}
}

func TestALoneProcessorIsWatchedLessOftenInTheSameProcess(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, processors string
		want             fmt.Stringer
	}{
		{"one", "1", slack},
		{"several", "2", timerSlack()},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestTheProgramThatRelaxes$")
			cmd.Env = append(os.Environ(), relaxing+"="+c.processors)
			said, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("process %d waits as precisely as %v\n", cmd.Process.Pid, c.want)
			if !strings.Contains(string(said), want) {
				t.Errorf("it said %q, want %q", said, want)
			}
		})
	}
}
