package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/reseal"
)

type keysRetireCmd struct {
	ID    string `arg:"" help:"The key's id."`
	Force bool   `help:"Retire it although what it sealed may be lost: second factors, secrets of webhooks, messages of requests."`
	keyFileFlags
	remote
}

// Run seals again what the key may have sealed, and removes it.
func (c *keysRetireCmd) Run(ctx context.Context, s streams) error {
	f, err := readKeyFile(c.path())
	if err != nil {
		return err
	}
	if err := f.mayRetire(c.ID); err != nil {
		return err
	}
	report, err := c.reseal(ctx, f.Keys[0].ID)
	if err != nil && !c.Force {
		return err
	}
	if err != nil {
		fmt.Fprintf(s.err, "Nothing was sealed again: %v\nSecond factors, secrets of webhooks and messages of requests that %s sealed do not open any more.\n", err, c.ID)
	} else if err := c.tell(s, report); err != nil {
		return err
	}
	return c.change(s, func(f *keyFile) error {
		if err := f.mayRetire(c.ID); err != nil {
			return err
		}
		i, err := f.find(c.ID)
		if err != nil {
			return err
		}
		ring, err := f.ring(c.path())
		if err != nil {
			return err
		}
		f.Retired = append(f.Retired, retiredLine{c.ID, base64.StdEncoding.EncodeToString(ring.PublicKeys()[i].Key)})
		f.Keys = slices.Delete(f.Keys, i, i+1)
		return nil
	})
}

func (f keyFile) mayRetire(id string) error {
	i, err := f.find(id)
	if err == nil && i == 0 {
		err = consent.Fail(consent.Invalid, fmt.Sprintf("the key %q signs", id), "promote another key first")
	}
	return err
}

const (
	// takeTries is how often a server is asked that does not sign with the
	// file's first key yet, takePause the time between: it looks for itself.
	takeTries, takePause = 20, 500 * time.Millisecond
)

// reseal has a running server seal everything under the key that signs.
func (c *keysRetireCmd) reseal(ctx context.Context, signs string) (out reseal.Resealing, err error) {
	tick := time.NewTicker(takePause)
	defer tick.Stop()
	for range takeTries {
		if err := c.call(ctx, http.MethodPost, "/v1/keys/reseal", nil, &out); err != nil {
			return out, unsealed(c.ID, err)
		}
		if out.Signs == signs {
			return out, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return out, ctx.Err()
		}
	}
	return out, consent.Fail(consent.Conflict, fmt.Sprintf("the server signs with %s, but the first key of the file is %s", out.Signs, signs),
		"give the server this key file, with --key-file, and retire the key then")
}

func unsealed(id string, err error) error {
	return &consent.Error{
		Code: consent.CodeOf(err), Cause: "what the key " + id + " sealed could not be sealed again, so it was not retired",
		Fix: "start the server, say where it is with --server, and give an owner's token; or add --force, after which second factors, secrets of webhooks and messages of requests that it sealed do not open any more", Err: err,
	}
}

// tell says what was sealed again, and refuses when something is lost.
func (c *keysRetireCmd) tell(s streams, r reseal.Resealing) error {
	n := r.Resealed
	if _, err := fmt.Fprintf(s.out, "Sealed again under %s: %s, %s, %s.\n", r.Signs, counted(n["totp"], "second factor"), counted(n["webhook"], "webhook secret"), counted(n["request"], "message")); err != nil {
		return err
	}
	if len(r.Lost) == 0 {
		return nil
	}
	names := map[string]string{"totp": "second factor of ", "webhook": "secret of the webhook ", "request": "message of the request "}
	var list []string
	for _, l := range r.Lost {
		list = append(list, names[l.Kind]+l.Of+" (sealed under "+l.Key+")")
	}
	lost := counted(len(list), "value") + " cannot be opened: " + strings.Join(list[:min(len(list), 10)], ", ")
	if c.Force {
		_, err := fmt.Fprintln(s.err, lost)
		return err
	}
	return consent.Fail(consent.Conflict, lost, "put the key that sealed them back into the key file, or set them again; or add --force and go without them")
}
