package bundle_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestNamesAreShortAndWordsStayWhateverTheyHold(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"plain", "$1 and $2", "$$1 $$$$$$2", "a `tick` and ${x}", `back\slash \n \u0041`, "line\u2028end", "</script> <!-- -->", "/re/.exec(x) // no comment", "'\"", "é 漢 🍪"} {
		js := string(compile(t, input(t, "FR", func(s *consent.Site) {
			s.Texts = map[string]map[string]string{"en": {"button.settings": words}}
		})).JS)
		// As it stands between ticks.
		written := strings.NewReplacer(`\`, `\\`, "`", "\\`", "${", "\\${", "</script", `<\/script`, "\u2028", `\u2028`).Replace(words)
		if !strings.Contains(js, "\nbutton\t"+written+"\tblock\n") {
			t.Errorf("%q is not in the script as it was written", words)
		}
		// The compiler itself names no two alike.
		if !regexp.MustCompile(`=\(e,t\)=>.*=\(e,t\)=>.*\.map\(e=>`).MatchString(js) {
			t.Errorf("beside %q, functions do not name their own alike", words)
		}
	}
}

func TestWhatMeansTheSameIsWrittenInFewerCharacters(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*consent.Site){
		"demo": nil,
		"rules": func(s *consent.Site) {
			s.Features.Network, s.Features.StorageWrites, s.Features.Debug = true, true, true
		},
	} {
		js := string(compile(t, input(t, "FR", change)).JS)
		// Pages may give what is true in other forms, so there it has to be just that.
		if strict := regexp.MustCompile(`[!=]==([^!]|![^01])`).FindString(js); strict != "" {
			t.Errorf("%s: the script holds %q", name, strict)
		}
		if !strings.Contains(js, "globalPrivacyControl===!0") {
			t.Errorf("%s: what is true to the script may be something else", name)
		}
		if flag := regexp.MustCompile(`(childList|subtree|configurable|writable|keepalive):!0`).FindString(js); flag != "" {
			t.Errorf("%s: the script holds %q", name, flag)
		}
		if n := strings.Count(js, "document."); n > 1 {
			t.Errorf("%s: the script says document %d times", name, n)
		}
	}
}
