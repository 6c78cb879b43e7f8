package consent_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

// ledger is a chain of ten entries, the fifth an erasure, as an export has it.
type ledger struct {
	keys       *consent.Keyring
	records    []consent.Record
	statements []string
	heads      []consent.Head
	until      time.Time
	editions   map[int]string
}

func (l *ledger) state(t testing.TB, s consent.Statement) {
	t.Helper()
	s.Site, s.Node = siteID, cmp.Or(s.Node, "n")
	jws, err := l.keys.SignStatement(s)
	if err != nil {
		t.Fatal(err)
	}
	l.statements = append(l.statements, jws)
}

func made(t testing.TB) *ledger {
	t.Helper()
	l := &ledger{keys: receiptKeyring(t, "old"), editions: map[int]string{full().Edition: full().EditionHash}}
	var head consent.Head
	for i := range 10 {
		if i == 4 {
			at := time.UnixMilli(1795478400999).UTC()
			leaf := consent.ForgotLeaf(siteID, "n", 5, at)
			head = head.Next(leaf)
			l.heads = append(l.heads, head)
			l.state(t, consent.Statement{Kind: consent.Forgot, Seq: 5, Link: head.Link, Hash: leaf, Time: at})
			continue
		}
		r := full()
		r.ID, r.Node = fmt.Sprintf("id-%d", i+1), "n"
		next, err := r.Chain(head)
		if err != nil {
			t.Fatal(err)
		}
		head = next
		l.heads, l.records = append(l.heads, head), append(l.records, r)
	}
	l.records[1] = l.records[1].Stripped()
	for _, n := range []int{6, 10} {
		h := l.heads[n-1]
		l.state(t, consent.Statement{Kind: consent.Checkpoint, Seq: h.Seq, Link: h.Link, Hash: h.Hash, Time: time.UnixMilli(1795478401999).UTC()})
	}
	return l
}

func (l *ledger) audit() []consent.Fault {
	a := consent.NewAudit(siteID, l.keys.PublicKeys())
	a.Until(l.until)
	if l.editions != nil {
		a.Editions(l.editions)
	}
	for _, s := range l.statements {
		a.Statement(s)
	}
	for _, r := range l.records {
		a.Record(r)
	}
	return a.Faults()
}

// at finds the record of a number.
func (l *ledger) at(seq uint64) *consent.Record {
	i := slices.IndexFunc(l.records, func(r consent.Record) bool { return r.Seq == seq })
	return &l.records[i]
}

// reseal changes a record the way somebody who knows its secret would.
func (l *ledger) reseal(t testing.TB, seq uint64, change func(*consent.Record)) {
	t.Helper()
	r := l.at(seq)
	r.Sealed = nil
	change(r)
	s, secret, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	r.Sealed, r.Secret = &s, secret
}

func (l *ledger) flip(seq uint64, at int) {
	r := l.at(seq)
	b := bytes.Clone(r.Sealed.Evidence)
	b[at] ^= 1
	r.Sealed = &consent.Sealed{Context: r.Sealed.Context, Evidence: b}
	if read, err := consent.Unpack(r.ID, r.Sealed.Context, b, r.Secret); err == nil {
		*r = read
	}
}

func TestAWholeLedgerHasNoFaults(t *testing.T) {
	t.Parallel()
	l := made(t)
	if f := l.audit(); len(f) != 0 {
		t.Fatalf("%+v", f)
	}
	slices.Reverse(l.records)
	slices.Reverse(l.statements)
	if f := l.audit(); len(f) != 0 {
		t.Fatalf("in another order: %+v", f)
	}
}

func TestAnAuditNamesWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	no := func(r *consent.Record) { r.Levels["analytics"] = 0 }
	for name, c := range map[string]struct {
		tamper func(t *testing.T, l *ledger)
		kind   consent.Tampering
		seq    uint64
		says   string
	}{
		"an edited record":                   {func(t *testing.T, l *ledger) { l.reseal(t, 7, no) }, consent.Edited, 7, "id-7"},
		"an edited field of an export":       {func(_ *testing.T, l *ledger) { l.at(7).Regime = "other" }, consent.Edited, 7, "id-7"},
		"an edited time":                     {func(t *testing.T, l *ledger) { l.reseal(t, 8, func(r *consent.Record) { r.Clock++ }) }, consent.Edited, 8, "id-8"},
		"an edited erased record":            {func(_ *testing.T, l *ledger) { l.flip(2, 40) }, consent.Edited, 2, "id-2"},
		"a flipped bit of what is encrypted": {func(_ *testing.T, l *ledger) { l.flip(3, len(l.at(3).Sealed.Evidence)-1) }, consent.Edited, 3, "id-3"},
		"a changed link":                     {func(_ *testing.T, l *ledger) { l.flip(9, 3) }, consent.Edited, 9, "id-9"},
		"the last record edited":             {func(t *testing.T, l *ledger) { l.reseal(t, 10, no) }, consent.Edited, 10, "id-10"},
		"the first record edited":            {func(t *testing.T, l *ledger) { l.reseal(t, 1, no) }, consent.Edited, 1, "id-1"},
		"a removed record":                   {func(_ *testing.T, l *ledger) { l.drop(7) }, consent.Removed, 7, "after record id-6"},
		"the first record removed":           {func(_ *testing.T, l *ledger) { l.drop(1) }, consent.Removed, 1, "number 1"},
		"several removed records":            {func(_ *testing.T, l *ledger) { l.drop(7, 8) }, consent.Removed, 7, "7 to 8"},
		"a removed erasure":                  {func(_ *testing.T, l *ledger) { l.statements = l.statements[1:] }, consent.Removed, 5, "number 5"},
		"a truncated chain":                  {func(_ *testing.T, l *ledger) { l.drop(9, 10) }, consent.Truncated, 9, "9 to 10"},
		"a removed chain":                    {func(_ *testing.T, l *ledger) { l.records, l.statements = nil, l.statements[1:] }, consent.Truncated, 1, "1 to 10"},
		"exchanged records":                  {exchange, consent.Reordered, 3, "id-8 and id-3"},
		"a record of nobody":                 {func(t *testing.T, l *ledger) { l.insert(t, "x", 0) }, consent.Inserted, 0, "record x"},
		"a second record at a number":        {func(t *testing.T, l *ledger) { l.insert(t, "x", 7) }, consent.Inserted, 7, "record x"},
		"a record behind the last":           {func(t *testing.T, l *ledger) { l.behind(t, -time.Hour) }, consent.Inserted, 11, "record x"},
		"a record that is there twice":       {func(_ *testing.T, l *ledger) { l.records = append(l.records, *l.at(3)) }, consent.Inserted, 3, "id-3"},
		"a chain changed with all its links": {rewrite, consent.Rewritten, 10, "checkpoint"},
		"a statement of somebody else":       {foreign, consent.Forged, 0, "not signed"},
		"an edition that is missing":         {func(_ *testing.T, l *ledger) { l.editions = map[int]string{} }, consent.Removed, 0, "is missing: what was shown for 9 records, of which one is id-1"},
		"an edition that was edited":         {func(_ *testing.T, l *ledger) { l.editions[full().Edition] = "other" }, consent.Edited, 0, "it is not what was shown for 9 records"},
		"every checkpoint removed":           {func(_ *testing.T, l *ledger) { l.statements, l.until = l.statements[:1], full().Time.Add(time.Hour) }, consent.Removed, 1, "every checkpoint of node n is missing"},
		"every checkpoint removed at once":   {func(_ *testing.T, l *ledger) { l.statements, l.until = l.statements[:1], full().Time }, consent.Removed, 1, "every checkpoint of node n is missing"},
		"a ledger that nobody has signed":    {func(_ *testing.T, l *ledger) { l.drop(6, 7, 8, 9, 10); l.statements = l.statements[:1] }, consent.Removed, 1, "every checkpoint of node n is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := made(t)
			c.tamper(t, l)
			f := l.audit()
			if !slices.ContainsFunc(f, func(f consent.Fault) bool {
				return f.Kind == c.kind && f.Seq == c.seq && strings.Contains(f.Text, c.says)
			}) {
				t.Fatalf("want %s at %d, saying %q; got %+v", c.kind, c.seq, c.says, f)
			}
			for _, other := range f {
				if other.Seq != c.seq && other.Seq != 0 && other.Kind != consent.Rewritten {
					t.Errorf("blames another record too: %+v", other)
				}
			}
		})
	}
}

func (l *ledger) drop(seq ...uint64) {
	l.records = slices.DeleteFunc(l.records, func(r consent.Record) bool { return slices.Contains(seq, r.Seq) })
}

func exchange(t *testing.T, l *ledger) {
	x, y := l.at(3), l.at(8)
	a, errA := consent.Unpack(x.ID, y.Sealed.Context, y.Sealed.Evidence, y.Secret)
	b, errB := consent.Unpack(y.ID, x.Sealed.Context, x.Sealed.Evidence, x.Secret)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	*x, *y = a, b
}

func (l *ledger) insert(t *testing.T, id string, seq uint64) {
	r := full()
	r.ID, r.Node, r.Seq, r.Link = id, "n", seq, consent.Link{1}
	s, secret, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	r.Sealed, r.Secret = &s, secret
	l.records = append(l.records, r)
}

// behind appends a record with a link that fits, as anybody can make it.
func (l *ledger) behind(t *testing.T, later time.Duration) {
	r := full()
	r.ID, r.Node, r.Time = "x", "n", r.Time.Add(later)
	if _, err := r.Chain(l.heads[9]); err != nil {
		t.Fatal(err)
	}
	l.records = append(l.records, r)
}

// rewrite edits number 7 and makes all links behind it fit again.
func rewrite(t *testing.T, l *ledger) {
	head := l.heads[5]
	for seq := uint64(7); seq <= 10; seq++ {
		r := l.at(seq)
		if seq == 7 {
			r.Levels["analytics"] = 0
		}
		next, err := r.Chain(head)
		if err != nil {
			t.Fatal(err)
		}
		head = next
	}
}

func foreign(t *testing.T, l *ledger) {
	mine := l.keys
	l.keys = receiptKeyring(t, "new")
	l.state(t, consent.Statement{Kind: consent.Checkpoint, Seq: 3})
	l.keys = mine
}

func TestARecordThatIsTooNewForACheckpointIsNoFault(t *testing.T) {
	t.Parallel()
	l := made(t)
	l.behind(t, 0)
	if f := l.audit(); len(f) != 0 {
		t.Fatalf("%+v", f)
	}
}

func TestWhatComesWhileTheLedgerIsReadIsNotTakenForRemoved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		missing uint64
		later   time.Duration
		faults  int
	}{
		"behind the newest checkpoint, at that moment":      {8, 0, 0},
		"behind it, when a checkpoint should have come":     {8, 2 * time.Minute, 4},
		"in front of it, where all is handed over":          {6, 0, 1},
		"in front of it, among records that are older, too": {3, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := made(t)
			// The newest checkpoint is that of number 6.
			l.statements = l.statements[:len(l.statements)-1]
			l.records = slices.DeleteFunc(l.records, func(r consent.Record) bool { return r.Seq == c.missing })
			l.until = full().Time.Add(c.later)
			if got := l.audit(); len(got) != c.faults {
				t.Errorf("%d faults, want %d: %+v", len(got), c.faults, got)
			}
		})
	}
}

func TestWhatWasSweptIsNoFaultAndTheRestIsStillProved(t *testing.T) {
	t.Parallel()
	l := made(t)
	l.drop(1, 2, 3, 4)
	l.state(t, consent.Statement{Kind: consent.Swept, Seq: 4})
	if f := l.audit(); len(f) != 0 {
		t.Fatalf("%+v", f)
	}
	l.drop(6)
	if f := l.audit(); len(f) != 1 || f[0].Kind != consent.Removed || f[0].Seq != 6 {
		t.Fatalf("%+v", f)
	}
}

func TestAVoidNeedsTheRecordThatItGaveWayTo(t *testing.T) {
	t.Parallel()
	l := made(t)
	head := l.heads[9].Next(consent.Hash{1})
	l.state(t, consent.Statement{Kind: consent.Void, Seq: 11, Link: head.Link, Hash: consent.Hash{1}, ID: "id-3", Time: time.UnixMilli(1795478401999)})
	if f := l.audit(); len(f) != 0 {
		t.Fatalf("%+v", f)
	}
	l.state(t, consent.Statement{Kind: consent.Void, Seq: 12, Link: head.Next(consent.Hash{2}).Link, Hash: consent.Hash{2}, ID: "gone", Time: time.UnixMilli(1795478401999)})
	if f := l.audit(); len(f) != 1 || f[0].Kind != consent.Removed || f[0].ID != "gone" {
		t.Fatalf("%+v", f)
	}
}

func TestSecretsThatVanishWithoutAnErasureAreFound(t *testing.T) {
	t.Parallel()
	l := made(t)
	head := consent.Head{}
	r := full()
	r.ID, r.Node = "only", "m"
	head, err := r.Chain(head)
	if err != nil {
		t.Fatal(err)
	}
	l.records, l.statements = []consent.Record{r.Stripped()}, nil
	l.state(t, consent.Statement{Kind: consent.Checkpoint, Node: "m", Seq: head.Seq, Link: head.Link, Hash: head.Hash, Time: r.Time})
	if f := l.audit(); len(f) != 1 || f[0].Kind != consent.Removed || !strings.Contains(f[0].Text, "secrets") {
		t.Fatalf("%+v after %v", f, head.Seq)
	}
}
