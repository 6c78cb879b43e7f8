package web

import (
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/publish"
)

// Codes of changes that met another one.
const preconditionFailed consent.Code = "changed-meanwhile"

const anyVersion = publish.AnyVersion

func setVersion(c echo.Context, version int64) {
	c.Response().Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

// ifMatch reads the version that a change is meant for; without one, any.
func ifMatch(c echo.Context) (int64, error) {
	h := c.Request().Header.Get("If-Match")
	if h == "" || h == "*" {
		return anyVersion, nil
	}
	// What compresses answers on the way marks their tags as weak, as nginx does, or
	// with a coding behind a hyphen, as Apache and Caddy do: the document is the same.
	number, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(h, "W/"), `"`), "-")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, consent.Fail(badQuery, "`If-Match` is not an ETag of this address", "send the ETag of the last answer unchanged")
	}
	return n, nil
}

// overtaken tells a caller who named a version that it is no longer the newest:
// 412 for them, 409 for who named none.
func overtaken(c echo.Context, err error) error {
	if consent.CodeOf(err) == consent.Conflict && c.Request().Header.Get("If-Match") != "" {
		return consent.Fail(preconditionFailed, "somebody else changed this since you loaded it", "load it again, look at both, and save your change over the newest version")
	}
	return err
}

// meant refuses a change that is meant for another version than there is.
func meant(c echo.Context, version int64) error {
	want, err := ifMatch(c)
	if err != nil || want == anyVersion || want == version {
		return err
	}
	return overtaken(c, consent.Fail(consent.Conflict, "the draft has changed", "load it again"))
}

// maxPageRows bounds one page of a list.
const maxPageRows = 200

// pageOf reads `after` and `limit`.
func pageOf(c echo.Context) (after int64, limit int, err error) {
	limit = 50
	if v := c.QueryParam("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > maxPageRows {
			return 0, 0, consent.Fail(badQuery, "`limit` is not a number from 1 to 200", "ask for fewer, and go on with `after`")
		}
	}
	if v := c.QueryParam("after"); v != "" {
		if after, err = strconv.ParseInt(v, 10, 64); err != nil || after < 0 {
			return 0, 0, consent.Fail(badQuery, "`after` is not a number", "send the `next` of the page before")
		}
	}
	return after, limit, nil
}
