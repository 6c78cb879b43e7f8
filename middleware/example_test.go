package middleware_test

import (
	"fmt"
	"log"
	"net/http"

	"github.com/leadiumx/consent/middleware"
)

func Example() {
	gate, err := middleware.New(middleware.Options{
		Server: "http://127.0.0.1:8080",
		Site:   "shop",
		// The login works also while the consent server does not.
		Keep: []string{"session", "csrf_*"},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		// Strip drops this cookie for visitors who refused its purpose.
		http.SetCookie(w, &http.Cookie{Name: "_ga", Value: "GA1.1.1", Path: "/"})
		if gate.Allowed(r, "marketing") {
			fmt.Fprintln(w, "an offer for you")
		}
		fmt.Fprintln(w, "welcome")
	})
	// Visitors who refused analytics get 403 here.
	mux.Handle("/stats/", gate.Require("analytics")(http.NotFoundHandler()))
	server := &http.Server{Addr: "127.0.0.1:3000", Handler: gate.Strip(mux)}
	_ = server.ListenAndServe
}

func ExampleOptions_refuse() {
	gate, err := middleware.New(middleware.Options{
		Server: "http://127.0.0.1:8080",
		Site:   "shop",
		// A beacon is best answered with nothing.
		Refuse: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
	})
	if err != nil {
		log.Fatal(err)
	}
	_ = gate.Require("analytics")
}
