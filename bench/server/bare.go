package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"
)

// said is an answer of ours, for an Echo that does nothing to repeat.
type said struct {
	Method, Path string
	Status       int
	Header       http.Header
	Body         []byte
}

// says asks a server once and returns its answer; Path is the request's, without its query.
func (p *process) says(request []byte) (s said, err error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		return s, err
	}
	conn, err := net.DialTimeout("tcp", p.addr, time.Second)
	if err != nil {
		return s, err
	}
	defer conn.Close()
	if _, err := conn.Write(request); err != nil {
		return s, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		return s, err
	}
	defer answer.Body.Close()
	s = said{Method: r.Method, Path: r.URL.Path, Status: answer.StatusCode, Header: answer.Header}
	s.Body, err = io.ReadAll(answer.Body)
	// These two each server writes itself.
	s.Header.Del("Date")
	s.Header.Del("Content-Length")
	return s, err
}

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
	var repeated []said
	if err := json.Unmarshal([]byte(os.Args[3]), &repeated); err != nil {
		return err
	}
	for _, s := range repeated {
		e.Add(s.Method, s.Path, func(c echo.Context) error {
			if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
				return err
			}
			for name, values := range s.Header {
				c.Response().Header()[name] = values
			}
			return c.Blob(s.Status, s.Header.Get("Content-Type"), s.Body)
		})
	}
	l, err := net.Listen("tcp", os.Args[2])
	if err != nil {
		return err
	}
	return (&http.Server{Handler: e}).Serve(l)
}
