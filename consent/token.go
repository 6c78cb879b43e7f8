package consent

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
)

// SubjectToken is what lx_subject carries: who, and the decision it knows of.
type SubjectToken struct {
	Subject string
	// Clock is the time of the last decision that the holder knows, in
	// milliseconds since 1970 UTC.
	Clock int64
	// Account marks the subject of an account, which several devices share.
	Account bool
}

// accountToken is the version of tokens whose subject is an account.
const accountToken = "2"

// NewSubject makes a subject of 128 random bits, as 22 characters.
func NewSubject(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", Errorf(Unavailable, "make a subject: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// NewSubjectFor makes a subject for a record that is its first, and the secret
// of that record, 128 random bits. The subject has the first two bytes of the
// record's id, so that a store can keep both in one place; the rest of it
// follows from the secret and the id, so that the record need not hold it. An id
// that is not 16 bytes gets a subject of its own, and no secret.
func NewSubjectFor(random io.Reader, id string) (subject string, secret []byte, err error) {
	secret = make([]byte, SecretSize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return "", nil, Errorf(Unavailable, "make a subject: %w", err)
	}
	if made, ok := subjectText(secret, id); ok {
		return made, secret, nil
	}
	subject, err = NewSubject(random)
	return subject, nil, err
}

// subjectText is the subject that NewSubjectFor makes with a secret. Who knows
// it learns nothing of the secret.
func subjectText(secret []byte, id string) (s string, ok bool) {
	raw, ok := rawName(id)
	if !ok || len(secret) != SecretSize {
		return "", false
	}
	raw = madeSubject(secret, &raw)
	return base64.RawURLEncoding.EncodeToString(raw[:]), true
}

func madeSubject(secret []byte, id *[subjectSize]byte) (made [subjectSize]byte) {
	sum := sha256.Sum256(append(append(append(make([]byte, 0, 64), "lx subject 1"...), secret...), id[:]...))
	copy(made[copy(made[:], id[:bucketBytes]):], sum[:])
	return made
}

// MadeSubject reports whether NewSubjectFor made the subject of the record
// together with its secret.
func (r *Record) MadeSubject() bool {
	made, ok := subjectText(r.Secret, r.ID)
	return ok && r.Subject == made
}

// SealSubject writes a subject token for one site.
func SealSubject(keys *Keyring, tenant, site string, t SubjectToken) string {
	keys = keys.now()
	version := "1"
	if t.Account {
		version = accountToken
	}
	var room [112]byte
	b := append(append(append(room[:0], version...), '.'), keys.Active()...)
	b = append(append(append(b, '.'), t.Subject...), '.')
	b = strconv.AppendInt(b, t.Clock, 10)
	return keys.sealed(b, SubjectCookie, tenant, site)
}

// OpenSubject reads a subject token. Errors: BadToken for anything that was
// not sealed by one of the keys for this very site.
func OpenSubject(keys *Keyring, tenant, site, s string) (SubjectToken, error) {
	var f [5]string
	if len(s) > 128 || !cutDots(f[:], s) || (f[0] != "1" && f[0] != accountToken) || !IsRecordID(f[2]) {
		return SubjectToken{}, badSubject()
	}
	clock, ok := decimal(f[3], 1<<50)
	if !ok || !keys.Verify(f[1], f[4], SubjectCookie, tenant, site, s[:len(s)-len(f[4])-1]) {
		return SubjectToken{}, badSubject()
	}
	return SubjectToken{Subject: f[2], Clock: clock, Account: f[0] == accountToken}, nil
}

// LaterToken returns the later of two subject tokens of one subject; ok is false
// when they are not that. It reads them without a key: what it returns is no
// more trustworthy than what it was given.
func LaterToken(a, b string) (later string, ok bool) {
	var one, two [5]string
	if len(a) > 128 || len(b) > 128 || !cutDots(one[:], a) || !cutDots(two[:], b) || one[2] != two[2] {
		return "", false
	}
	first, ok := decimal(one[3], 1<<50)
	second, also := decimal(two[3], 1<<50)
	switch {
	case !ok || !also:
		return "", false
	case second > first:
		return b, true
	}
	return a, true
}

func badSubject() error {
	return Fail(BadToken, "the subject token was not made by this server for this site", "drop the token and let the visitor choose again")
}

// cutDots fills all of f with what stands between the dots of s; ok is false
// when that is more or less.
func cutDots(f []string, s string) (ok bool) {
	last := len(f) - 1
	for i := range last {
		if f[i], s, ok = strings.Cut(s, "."); !ok {
			return false
		}
	}
	f[last] = s
	return !strings.Contains(s, ".")
}

// IsRecordID reports whether s is 16 bytes in unpadded base64url, in the one
// canonical spelling.
func IsRecordID(s string) bool {
	if len(s) != nameSize {
		return false
	}
	// The letters, digits, "-" and "_", as bits by their codes.
	const low, high = 1<<'-' | (1<<10-1)<<'0', 1<<('_'-64) | (1<<26-1)<<('A'-64) | (1<<26-1)<<('a'-64)
	for i := range len(s) {
		c := s[i]
		if c >= 128 || [2]uint64{low, high}[c>>6]>>(c&63)&1 == 0 {
			return false
		}
	}
	return endsName(s)
}

// endsName reports whether the last character of a name stands for two bits; the
// others of it are zero.
func endsName(s string) bool { return strings.IndexByte("AQgw", s[nameSize-1]) >= 0 }

// Note says what a script or a notice shows. Sealed, it travels with the
// consent write, so that the server need not remember what it served.
type Note struct {
	Site    string
	Edition int
	Regime  string
	Locale  string
}

// SealNote writes a note. The same note gives the same text under one key.
func SealNote(keys *Keyring, tenant string, n Note) string {
	keys = keys.now()
	body := strings.Join([]string{"1", keys.Active(), n.Site, strconv.Itoa(n.Edition), n.Regime, n.Locale}, ".")
	return body + "." + keys.Sign("lx_note", tenant, body)
}

// OpenNote reads a sealed note. Errors: BadNote for anything that was not
// sealed by one of the keys for this tenant.
func OpenNote(keys *Keyring, tenant, s string) (Note, error) {
	var f [7]string
	if len(s) > 256 || !cutDots(f[:], s) || f[0] != "1" {
		return Note{}, badNote()
	}
	n, ok := decimal(f[3], 1<<31-1)
	if !ok || !keys.Verify(f[1], f[6], "lx_note", tenant, s[:len(s)-len(f[6])-1]) {
		return Note{}, badNote()
	}
	return Note{Site: f[2], Edition: int(n), Regime: f[4], Locale: f[5]}, nil
}

func badNote() error {
	return Fail(BadNote, "the note was not made by this server", "send the `note` of the script or of /v1/notice unchanged")
}
