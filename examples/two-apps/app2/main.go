// app2 is app1's worker: it takes jobs from the queue, writes what came of them into the database, and says so.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func main() {
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := logInto(os.Getenv("LOG_FOLDER"), "app2.log"); err != nil {
		log.Fatal(err)
	}
	database, err := openDatabase()
	if err != nil {
		log.Fatal(err)
	}
	// Region, keys and endpoint come from the environment, or from the pod's service account.
	settings, err := config.LoadDefaultConfig(ended)
	if err != nil {
		log.Fatal(err)
	}
	w := &worker{
		database:  database,
		preview:   os.Getenv("DATABASE_NAME"),
		queue:     sqs.NewFromConfig(settings),
		queueName: os.Getenv("JOBS_QUEUE"),
	}
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		w.work(ended)
	}()
	serve(ended, routes(os.Getenv("COMMIT"), database))
	<-worked
}

func routes(commit string, database *sql.DB) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"ok": true, "commit": commit})
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"app2": "works for app1, and has no pages of its own"})
	})
	mux.HandleFunc("GET /jobs/{id}", func(w http.ResponseWriter, r *http.Request) {
		found, err := jobIn(r.Context(), database, r.PathValue("id"))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no such job"})
		case err != nil:
			log.Print(err)
			writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "read the job: " + err.Error()})
		default:
			writeJSON(w, http.StatusOK, found)
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-commit", commit)
		mux.ServeHTTP(w, r)
	})
}

func serve(ended context.Context, handler http.Handler) {
	server := &http.Server{
		Addr:              ":" + env("PORT", "3000"),
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		<-ended.Done()
		limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(limit)
	}()
	log.Printf("app2 listens on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-drained
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
