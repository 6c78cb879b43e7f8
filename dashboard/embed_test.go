package dashboard_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/leadiumx/consent/dashboard"
)

func TestThePageOfAMissingDashboardHelpsAndNeedsNothing(t *testing.T) {
	t.Parallel()
	page := string(dashboard.Missing())
	if !strings.Contains(page, "make build") {
		t.Error("the page does not say how to build the dashboard")
	}
	if regexp.MustCompile(`<script|https?://`).MatchString(page) {
		t.Error("the page needs something from outside, or a script")
	}
}

func TestMissingPageIsACopy(t *testing.T) {
	t.Parallel()
	dashboard.Missing()[0] = 'x'
	if dashboard.Missing()[0] == 'x' {
		t.Error("a caller can change the embedded page")
	}
}

// The same test holds for a checkout in which nothing was built yet.
func TestEveryFileThatTheDashboardNamesIsBuiltIn(t *testing.T) {
	t.Parallel()
	files, ok := dashboard.Files()
	page, err := fs.ReadFile(files, "index.html")
	if ok != (err == nil) {
		t.Fatalf("Files says built = %v, but index.html gives %v", ok, err)
	}
	if !ok {
		return
	}
	if !strings.Contains(string(page), "__NONCE__") {
		t.Error("index.html has no place for the nonce")
	}
	refs := regexp.MustCompile(`(?:src|href)="/dashboard/([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	if len(refs) < 2 {
		t.Fatalf("index.html names %d files, want a script and a style sheet", len(refs))
	}
	for _, ref := range refs {
		if _, err := fs.Stat(files, ref[1]); err != nil {
			t.Errorf("index.html names a file that is not embedded: %v", err)
		}
	}
	if regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|\sstyle=|\son[a-z]+=`).Match(page) {
		t.Error("index.html holds inline code or style, which the content security policy stops")
	}
}
