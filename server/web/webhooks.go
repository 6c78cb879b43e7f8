package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/hooks"
)

type hookJSON struct {
	URL string `json:"url"`
	// Events are the types to send; none means all.
	Events      []string `json:"events,omitempty"`
	Description string   `json:"description,omitempty"`
	// After is a cursor of the feed to begin behind, "" the oldest event;
	// without it, the webhook gets what happens from now on.
	After *string `json:"after,omitempty"`
}

type hookMadeJSON struct {
	hooks.Endpoint
	// Secret signs deliveries. It is told this once.
	Secret string `json:"secret"`
}

type hooksJSON struct {
	Webhooks []hookListedJSON `json:"webhooks"`
}

type hookListedJSON struct {
	hooks.Endpoint
	// Failing is left out while the receiver takes what it gets.
	Failing *hooks.Failing `json:"failing,omitempty"`
}

type hookViewJSON struct {
	hooks.Endpoint
	Failing *hooks.Failing `json:"failing,omitempty"`
	Status  hooks.Status   `json:"status"`
}

type hookChangeJSON struct {
	URL         *string   `json:"url,omitempty"`
	Events      *[]string `json:"events,omitempty"`
	Description *string   `json:"description,omitempty"`
	Disabled    *bool     `json:"disabled,omitempty"`
}

type secretJSON struct {
	// Secret signs deliveries. It is told this once.
	Secret string `json:"secret"`
}

type replayJSON struct {
	// After is the cursor behind which everything is sent again; without it,
	// the events that were given up are sent again.
	After *string `json:"after,omitempty"`
}

type replayedJSON struct {
	// Revived is how many given-up events are sent again.
	Revived int `json:"revived"`
}

func (s *Server) listHooks(c echo.Context) error {
	if _, err := s.o.Publish.Newest(c.Param("site")); err != nil {
		return err
	}
	list, err := s.o.Hooks.Overview(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	out := hooksJSON{Webhooks: make([]hookListedJSON, len(list))}
	for i, v := range list {
		out.Webhooks[i] = hookListedJSON{v.Endpoint, v.Failing}
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) createHook(c echo.Context) error {
	in, err := decode[hookJSON](c, configBounds())
	if err != nil {
		return err
	}
	if _, err := s.o.Publish.Newest(c.Param("site")); err != nil {
		return err
	}
	e := hooks.Endpoint{Site: c.Param("site"), URL: in.URL, Events: in.Events, Description: in.Description, CreatedBy: by(principalOf(c))}
	e, secret, err := s.o.Hooks.Create(c.Request().Context(), e, in.After)
	if err != nil {
		return err
	}
	if err := s.audited(c, e.Site, "webhook.create", "", "", e.ID); err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, hookMadeJSON{e, secret})
}

func (s *Server) getHook(c echo.Context) error {
	v, st, err := s.o.Hooks.Find(c.Request().Context(), c.Param("site"), c.Param("webhook"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, hookViewJSON{v.Endpoint, v.Failing, st})
}

func (s *Server) changeHook(c echo.Context) error {
	in, err := decode[hookChangeJSON](c, configBounds())
	if err != nil {
		return err
	}
	e, err := s.o.Hooks.Change(c.Request().Context(), c.Param("site"), c.Param("webhook"), func(e *hooks.Endpoint) {
		set(&e.URL, in.URL)
		set(&e.Events, in.Events)
		set(&e.Description, in.Description)
		set(&e.Disabled, in.Disabled)
	})
	if err != nil {
		return err
	}
	if err := s.audited(c, e.Site, "webhook.change", "", "", e.ID); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, e)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (s *Server) deleteHook(c echo.Context) error {
	if _, err := s.o.Hooks.Delete(c.Request().Context(), c.Param("site"), c.Param("webhook")); err != nil {
		return err
	}
	if err := s.audited(c, c.Param("site"), "webhook.delete", "", "", c.Param("webhook")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) testHook(c echo.Context) error {
	d, err := s.o.Hooks.Test(c.Request().Context(), c.Param("site"), c.Param("webhook"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, d)
}

func (s *Server) rotateHook(c echo.Context) error {
	secret, err := s.o.Hooks.Rotate(c.Request().Context(), c.Param("site"), c.Param("webhook"))
	if err != nil {
		return err
	}
	if err := s.audited(c, c.Param("site"), "webhook.rotate", "", "", c.Param("webhook")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, secretJSON{secret})
}

func (s *Server) replayHook(c echo.Context) error {
	in, err := decode[replayJSON](c, configBounds())
	if err != nil {
		return err
	}
	n, err := s.o.Hooks.Replay(c.Request().Context(), c.Param("site"), c.Param("webhook"), in.After)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, replayedJSON{n})
}

type eventsJSON struct {
	Events []eventJSON `json:"events"`
	// Next is what to send as `after` for what follows, now or later.
	Next string `json:"next"`
}

// events serves GET /v1/sites/{site}/events: what happened behind a cursor.
func (s *Server) events(c echo.Context) error {
	q := c.QueryParams()
	limit, err := limitOf(q, 100)
	if err != nil {
		return err
	}
	out := eventsJSON{Events: []eventJSON{}}
	if q.Get("after") == "end" {
		if out.Next, err = s.o.Feed.End(c.Request().Context(), c.Param("site")); err != nil {
			return err
		}
		return c.JSON(http.StatusOK, out)
	}
	if len(q.Get("after")) > 1024 {
		return consent.BadCursor()
	}
	list, next, err := s.o.Feed.Page(c.Request().Context(), c.Param("site"), q.Get("after"), limit)
	if err != nil {
		return err
	}
	for _, e := range list {
		out.Events = append(out.Events, eventJSON{e.ID, e.Type, e.Time.UTC(), e.Cursor, e.Data})
	}
	out.Next = next
	return c.JSON(http.StatusOK, out)
}
