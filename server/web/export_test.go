package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// What the tests of this package see of it.
var IsBot = isBot

// WritesEnd and ChecksEnd make what gives contexts to writes and to checks.
func WritesEnd(asked time.Duration) func() context.Context { return orLater(asked).next }
func ChecksEnd(asked time.Duration) func() context.Context { return orEarlier(asked).next }

// Streaming answers as downloads do.
func Streaming(write func(io.Writer) error) http.Handler {
	s, e := &Server{o: Options{Log: slog.New(slog.DiscardHandler)}}, echo.New()
	e.GET("/", func(c echo.Context) error { return s.stream(c, "text/plain", write) })
	return e
}
