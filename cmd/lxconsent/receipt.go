package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/web"
)

type receiptCmd struct {
	Verify receiptVerifyCmd `cmd:"" help:"Check that a receipt was signed by a server and was not changed."`
}

type receiptVerifyCmd struct {
	File string `arg:"" help:"A file with the signed receipt, or with the answer that held it; - for standard input." type:"path"`
	Keys string `help:"A file with the answer of /v1/keys; without it the server is asked." type:"path"`
	// Proof is an export that has to hold the very record of the receipt.
	Proof string `help:"An export made with ledger export --proof; the record has to stand there as the receipt says." type:"path"`
	remote
}

// Run prints the receipt that was verified, or fails.
func (c *receiptVerifyCmd) Run(ctx context.Context, s streams) error {
	b, err := s.read("the receipt", c.File)
	if err != nil {
		return err
	}
	keys, err := c.publicKeys(ctx, c.Keys)
	if err != nil {
		return err
	}
	r, err := consent.VerifyReceipt(keys, jwsOf(b))
	if err != nil {
		return err
	}
	if err := sameAs(b, r); err != nil {
		return err
	}
	if c.Proof != "" {
		if err := heldBy(c.Proof, r); err != nil {
			return err
		}
	}
	return printJSON(s, r)
}

// sameAs fails when a file says beside its signed text something else than the
// text: whoever reads the file would believe it.
func sameAs(file []byte, signed consent.Receipt) error {
	b, err := json.Marshal(signed)
	if err != nil {
		return err
	}
	var want, said map[string]any
	if err := json.Unmarshal(b, &want); err != nil {
		return err
	}
	if json.Unmarshal(file, &said) != nil {
		return nil
	}
	if inner, ok := said["receipt"].(map[string]any); ok {
		said = inner
	}
	var wrong []string
	for name, v := range want {
		if other, ok := said[name]; ok && !reflect.DeepEqual(v, other) {
			wrong = append(wrong, "`"+name+"`")
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return consent.Fail(consent.Invalid, "the receipt is signed, but the file says something else beside it: "+strings.Join(wrong, ", ")+" was changed", "believe the signed text alone: keep `jws` in a file of its own to read it")
}

// heldBy fails when an export does not hold the record of a receipt as it was.
func heldBy(path string, r consent.Receipt) error {
	f, err := os.Open(path)
	if err != nil {
		return unread("the export", path, err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 0, 64<<10), maxProofLine)
	contexts := map[string][]byte{}
	for lines.Scan() {
		var l web.ProofLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			continue
		}
		if l.Type == web.ProofContext {
			contexts[l.Code] = l.Context
		}
		if l.Type != web.ProofRecord || l.Record == nil || l.Record.ID != r.ID || l.Record.Site != r.Site {
			continue
		}
		leaf := consent.Leaf(r.ID, consent.Sealed{Context: contexts[l.Code], Evidence: l.Evidence})
		if leaf != r.Hash || l.Record.Node != r.Node || l.Record.Seq != r.Seq || l.Record.Link != r.Link {
			return consent.Fail(consent.Invalid, "the export holds another record under the id "+r.ID+" than the receipt was given for", "the ledger was changed since: verify it with `lxconsent ledger verify`")
		}
		return nil
	}
	if err := lines.Err(); err != nil {
		return unread("the export", path, err)
	}
	return consent.Fail(consent.Invalid, "the export does not hold the record "+r.ID, "the ledger was changed since, or the export is of another site or time")
}

// publicKeys are those in a file, or those of the server where none is named.
func (r *remote) publicKeys(ctx context.Context, file string) ([]consent.PublicKey, error) {
	var set web.KeySet
	var err error
	if file == "" {
		err = r.call(ctx, http.MethodGet, "/v1/keys", nil, &set)
	} else {
		set, err = readKeys(file)
	}
	if err != nil {
		return nil, err
	}
	return set.PublicKeys()
}

func readKeys(path string) (set web.KeySet, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return set, unread("the key set", path, err)
	}
	if err := json.Unmarshal(b, &set); err != nil {
		return set, &consent.Error{Code: consent.Invalid, Cause: path + " is no key set", Fix: "take the answer of /v1/keys of the server as it is", Err: err}
	}
	return set, nil
}

// jwsOf finds the signed text: alone, in a receipt, or in a whole answer.
func jwsOf(b []byte) string {
	var answer struct {
		JWS     string `json:"jws"`
		Receipt struct {
			JWS string `json:"jws"`
		} `json:"receipt"`
	}
	if json.Unmarshal(b, &answer) != nil {
		return strings.TrimSpace(string(b))
	}
	return answer.JWS + answer.Receipt.JWS
}
