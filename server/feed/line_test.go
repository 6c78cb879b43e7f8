package feed_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/feed"
)

func TestTheTimesOfAnExportStandInTheOrderOfTheirTexts(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 31, 12, 0, 0, 0, time.FixedZone("", 3600))
	for format, want := range map[feed.Format]string{feed.NDJSON: `"time":"2027-01-31T11:00:00.%s0Z"`, feed.CSV: `,2027-01-31T11:00:00.%s0Z,`} {
		var out bytes.Buffer
		w := feed.NewWriter(&out, format)
		for _, ms := range []time.Duration{0, 150} {
			if err := w.Write(feed.LineOf("shop", consent.Record{ID: "a", Time: at.Add(ms * time.Millisecond)})); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		for _, digits := range []string{"00", "15"} {
			if line := strings.Replace(want, "%s", digits, 1); !strings.Contains(out.String(), line) {
				t.Errorf("%s: no %s in %s", format, line, out.String())
			}
		}
	}
}

func TestADamagedRecordIsALineOfItsSite(t *testing.T) {
	t.Parallel()
	l := feed.LineOf("shop", consent.Record{ID: "a", Damaged: true})
	if l.Site != "shop" || !l.Damaged || l.Erased {
		t.Errorf("%+v", l)
	}
}
