package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

type healthJSON struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

func (s *Server) healthz(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, healthJSON{Status: "ok", Version: s.o.Version})
}

type readyJSON struct {
	// Status is ok, degraded (serving, with something missing) or down.
	Status string `json:"status"`
	// Log is down while the node's log takes no decision: its disk is full or has
	// failed, or it is damaged. Checks are answered all the same.
	Log string `json:"log"`
	// Store is degraded while decisions wait for it in the node's log, and while
	// it might delete some.
	Store string `json:"store"`
	// Geo is degraded when nothing can tell places, so that each is unknown, and
	// when an address database has gone bad and an earlier one answers.
	Geo string `json:"geo"`
}

func (s *Server) readyz(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	out := s.ready(c)
	if out.Status == "down" {
		s.name(c)
		return c.JSON(http.StatusServiceUnavailable, out)
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) ready(c echo.Context) readyJSON {
	out := readyJSON{Status: "ok", Log: "ok", Store: "ok", Geo: "ok"}
	if !s.o.Places.Ready() {
		out.Status, out.Geo = "degraded", "degraded"
	}
	if s.o.StoreAway() || s.o.State != nil && s.o.State().Trouble != nil {
		out.Status, out.Store = "degraded", "degraded"
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), time.Second)
	defer cancel()
	if err := s.o.Ping(ctx); err != nil {
		s.o.Log.Warn("this server is not ready: it takes no decision", "error", err)
		out.Status, out.Log = "down", "down"
	}
	return out
}

type gpcJSON struct {
	GPC        bool   `json:"gpc"`
	LastUpdate string `json:"lastUpdate"`
}

// gpcSince is when this server began to honour Global Privacy Control as it
// does now.
const gpcSince = "2026-11-24"

func (s *Server) gpc(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=86400")
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return c.JSON(http.StatusOK, gpcJSON{GPC: true, LastUpdate: gpcSince})
}
