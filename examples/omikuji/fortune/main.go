// fortune is one slip of paper of an omikuji box: it knows one fortune, and the Service before all slips does the drawing.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// What is written on the slips, by the name that an image is built with.
var fortunes = map[string]string{"great": "大吉", "middle": "中吉", "small": "小吉", "misfortune": "凶"}

func main() {
	fortune, commit := os.Getenv("FORTUNE"), os.Getenv("COMMIT")
	if _, known := fortunes[fortune]; !known {
		log.Fatalf("FORTUNE is %q: build the image with great, middle, small or misfortune", fortune)
	}
	server := &http.Server{
		Addr:              ":8081",
		Handler:           routes(slip{Fortune: fortune, Commit: commit}, os.Getenv("BOX")),
		ReadHeaderTimeout: 10 * time.Second,
	}
	// Load balancer and Service draw a slip for each connection, and a browser keeps the one it has: without an end to it
	// everybody would read the same fortune all day.
	server.SetKeepAlivesEnabled(false)
	serve(server)
}

func serve(server *http.Server) {
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		<-ended.Done()
		limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(limit)
	}()
	log.Printf("a slip is in the box at %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-drained
}
