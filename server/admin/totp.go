package admin

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" // what every authenticator app speaks
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	totpStep   = 30
	totpDigits = 6
	// totpSkew is how many steps a clock may be off.
	totpSkew      = 1
	recoveryCodes = 10
)

var base32text = base32.StdEncoding.WithPadding(base32.NoPadding)

// codeAt is the code of a secret at a step; see RFC 6238.
func codeAt(secret []byte, step int64) string {
	h := hmac.New(sha1.New, secret)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// matchCode finds the step that a code belongs to.
func matchCode(secret []byte, code string, now time.Time) (int64, bool) {
	at := now.Unix() / totpStep
	for step := at - totpSkew; step <= at+totpSkew; step++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, step)), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// Enrolment is a second factor that is being set up.
type Enrolment struct {
	// Secret is for typing, URL for a QR code.
	Secret string `json:"secret"`
	URL    string `json:"url"`
}

const enrolLife = 10 * time.Minute

// Enrol begins to set up a second factor; Enrolled ends it.
func (d *Desk) Enrol(ctx context.Context, p Principal) (Enrolment, error) {
	if _, err := d.account(ctx, p.Email); err != nil {
		return Enrolment{}, err
	}
	secret := make([]byte, 20)
	if _, err := io.ReadFull(d.o.Random, secret); err != nil {
		return Enrolment{}, fmt.Errorf("make a secret: %w", err)
	}
	sealed, err := d.o.Keys.Seal(d.o.Random, "totp", p.Email, secret)
	if err != nil {
		return Enrolment{}, err
	}
	text := base32text.EncodeToString(secret)
	link := "otpauth://totp/" + url.PathEscape("LeadiumX Consent:"+p.Email) + "?" + url.Values{"secret": {text}, "issuer": {"LeadiumX Consent"}}.Encode()
	return Enrolment{text, link}, d.keep(ctx, key("enrol:", p.Email), []byte(sealed), d.o.Clock().Add(enrolLife))
}

// Enrolled sets the second factor when code is right, and returns the recovery
// codes, which are shown once. Every other session of the account ends.
func (d *Desk) Enrolled(ctx context.Context, p Principal, code string) ([]string, error) {
	sealed, err := d.o.Store.Secret(ctx, key("enrol:", p.Email), d.o.Clock())
	if consent.CodeOf(err) == consent.NotFound {
		return nil, consent.Fail(consent.Invalid, "the set-up was not begun, or more than 10 minutes ago", "begin again")
	}
	if err != nil {
		return nil, err
	}
	secret, err := d.o.Keys.Open("totp", p.Email, string(sealed))
	if err != nil {
		return nil, err
	}
	step, ok := matchCode(secret, code, d.o.Clock())
	if !ok {
		return nil, consent.Fail(consent.Invalid, "the code is not the one that the app shows now", "check the clock of your device and type the next code")
	}
	codes, hashes := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for i := range codes {
		var b [16]byte
		if _, err := io.ReadFull(d.o.Random, b[:]); err != nil {
			return nil, fmt.Errorf("make a recovery code: %w", err)
		}
		codes[i] = base32text.EncodeToString(b[:])
		hashes[i] = digest([]byte(codes[i]))
	}
	err = d.changeAccount(ctx, p, "account.second-factor", func(a *Account) error {
		a.TOTP, a.Recovery = string(sealed), hashes
		a.Stamp++
		return nil
	})
	if err != nil {
		return nil, err
	}
	// A code of the app before may have been of this step or a later one: then
	// none of it works again as it is, and the recovery codes are shown all the same.
	if err := unless(d.useStep(ctx, p.Email, step), consent.Conflict); err != nil {
		return nil, err
	}
	return codes, d.o.Store.DropSecret(ctx, key("enrol:", p.Email))
}

// DropSecondFactor removes it. Every session of the account ends.
func (d *Desk) DropSecondFactor(ctx context.Context, p Principal) error {
	return d.changeAccount(ctx, p, "account.second-factor-drop", func(a *Account) error {
		a.TOTP, a.Recovery = "", nil
		a.Stamp++
		return nil
	})
}

// checkCode accepts a code of the app once, or a recovery code once.
func (d *Desk) checkCode(ctx context.Context, a held[Account], code string) error {
	if len(code) > totpDigits {
		sum := digest([]byte(code))
		for i, h := range a.value.Recovery {
			if subtle.ConstantTimeCompare([]byte(h), []byte(sum)) == 1 {
				a.value.Recovery = append(append([]string{}, a.value.Recovery[:i]...), a.value.Recovery[i+1:]...)
				_, _, err := save(ctx, d.o.Store, kindAccount, a.value.Email, a.version, a.value)
				if consent.CodeOf(err) == consent.Conflict {
					return notProved()
				}
				return err
			}
		}
		return notProved()
	}
	secret, err := d.o.Keys.Open("totp", a.value.Email, a.value.TOTP)
	if err != nil {
		return err
	}
	step, ok := matchCode(secret, code, d.o.Clock())
	if !ok {
		return notProved()
	}
	if err = d.useStep(ctx, a.value.Email, step); consent.CodeOf(err) == consent.Conflict {
		return notProved()
	}
	return err
}

// useStep remembers the last step of an account, so that no code works twice.
// Errors: Conflict when it or a later one was used.
func (d *Desk) useStep(ctx context.Context, email string, step int64) error {
	last := int64(0)
	doc, err := d.o.Store.Document(ctx, kindStep, email)
	switch consent.CodeOf(err) {
	case consent.NotFound:
		doc.Version = 0
	case "":
		if err != nil {
			return err
		}
		if err := json.Unmarshal(doc.Body, &last); err != nil {
			return fmt.Errorf("read the last step: %w", err)
		}
	default:
		return err
	}
	if step <= last {
		return consent.Fail(consent.Conflict, "this code was used already", "wait for the next one")
	}
	doc.Kind, doc.ID, doc.Body = kindStep, email, []byte(strconv.FormatInt(step, 10))
	_, err = d.o.Store.PutDocument(ctx, doc)
	return err
}
