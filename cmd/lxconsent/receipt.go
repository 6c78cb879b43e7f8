package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/web"
)

type receiptCmd struct {
	Verify receiptVerifyCmd `cmd:"" help:"Check that a receipt was signed by a server and was not changed."`
}

type receiptVerifyCmd struct {
	File string `arg:"" help:"A file with the signed receipt, or with the answer that held it." type:"path"`
	Keys string `help:"A file with the answer of /v1/keys; without it the server is asked." type:"path"`
	remote
}

// Run prints the receipt that was verified, or fails.
func (c *receiptVerifyCmd) Run(ctx context.Context, s streams) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read the receipt: %w", err)
	}
	var set web.KeySet
	if c.Keys == "" {
		err = c.call(ctx, http.MethodGet, "/v1/keys", nil, &set)
	} else if set, err = readKeys(c.Keys); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	keys, err := set.PublicKeys()
	if err != nil {
		return err
	}
	r, err := consent.VerifyReceipt(keys, jwsOf(b))
	if err != nil {
		return err
	}
	return printJSON(s, r)
}

func readKeys(path string) (set web.KeySet, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return set, fmt.Errorf("read the keys: %w", err)
	}
	if err := json.Unmarshal(b, &set); err != nil {
		return set, consent.Errorf(consent.Invalid, "%s is not a key set: %w", path, err)
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
