package main

import (
	"net"
	"net/http"
	"os"

	"github.com/labstack/echo/v4"
)

// runBare serves what the others are compared with: Echo that does nothing.
func runBare() error {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	type answer struct {
		Purpose string `json:"purpose"`
		Allow   bool   `json:"allow"`
	}
	small := []byte(`{"purpose":"analytics","allow":true}`)
	e.GET("/json", func(c echo.Context) error { return c.JSON(http.StatusOK, answer{"analytics", true}) })
	e.GET("/blob", func(c echo.Context) error { return c.Blob(http.StatusOK, "application/json", small) })
	l, err := net.Listen("tcp", os.Args[2])
	if err != nil {
		return err
	}
	return (&http.Server{Handler: e}).Serve(l)
}
