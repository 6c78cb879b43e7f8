package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/rights"
)

// sweepSite serves POST /v1/sites/{site}/sweep: what the server does by itself
// each hour, now.
func (s *Server) sweepSite(c echo.Context) error {
	e, err := s.o.Publish.Newest(c.Param("site"))
	if err != nil {
		return err
	}
	swept, err := s.o.Rights.Sweep(c.Request().Context(), &e.Site)
	if err == nil || swept != (rights.Swept{}) {
		err = errors.Join(err, s.audited(c, e.Site.ID, "retention.sweep", "", "", sweptNote(swept)))
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, swept)
}

func sweptNote(x rights.Swept) string {
	return fmt.Sprintf("%d records and %d requests deleted", x.Records, x.Requests)
}

// SweepAll deletes what is older than every site keeps it, served or not, and
// writes that into the audit log of its organisation.
func (s *Server) SweepAll(ctx context.Context) {
	for _, id := range s.o.Publish.Published() {
		e, err := s.o.Publish.Newest(id)
		if err != nil {
			continue
		}
		swept, err := s.o.Rights.Sweep(ctx, &e.Site)
		if swept.Unread {
			s.o.Log.Warn("a record cannot be read and outlasts its time; `lxconsent ledger verify` names it, a restored backup has it", "site", id)
		}
		if swept.Records+swept.Requests > 0 {
			by := admin.Principal{Name: "retention"}
			err = errors.Join(err, s.o.Admin.Audit(ctx, by, e.Site.Tenant, admin.Change{Action: "retention.sweep", Object: id, Note: sweptNote(swept)}))
		}
		if err != nil && ctx.Err() == nil {
			s.o.Log.Warn("old records were not all swept; it is tried again in an hour", "site", id, "error", err)
		}
	}
}
