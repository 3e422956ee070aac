// app is the web application that demos and tests deploy: it says which commit it is and which pod answered.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type identity struct {
	App    string `json:"app"`
	Commit string `json:"commit"`
	Host   string `json:"host"`
}

func main() {
	if len(os.Args) > 1 {
		command(os.Args[1], os.Args[2:])
		return
	}
	host, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	self := identity{App: env("APP", "app"), Commit: os.Getenv("COMMIT"), Host: host}
	server := &http.Server{Addr: ":" + env("PORT", "3000"), Handler: withCommit(self.Commit, routes(self))}

	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	drained := make(chan struct{})
	go func() {
		<-ended.Done()
		limit, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = server.Shutdown(limit)
		close(drained)
	}()

	log.Printf("%s %s listens on %s", self.App, self.Commit, server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-drained
}

func routes(self identity) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, struct {
			OK bool `json:"ok"`
			identity
		}{true, self})
	})
	mux.HandleFunc("GET /break", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "this page always fails"})
	})
	// For probes that time out: it never answers.
	mux.HandleFunc("GET /hang", func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /env", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, shownEnvironment())
	})
	mux.HandleFunc("GET /database", showDatabase)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("content-type", "text/html; charset=utf-8")
		if err := page.Execute(w, self); err != nil {
			log.Print(err)
		}
	})
	return mux
}

// withCommit marks every answer, so that a caller knows which commit served it whatever the page.
func withCommit(commit string, next http.Handler) http.Handler {
	if commit == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-commit", commit)
		next.ServeHTTP(w, r)
	})
}

// shownEnvironment holds only the variables named in SHOW_ENV: a preview is public, its environment is not.
func shownEnvironment() map[string]string {
	shown := map[string]string{}
	for name := range strings.SplitSeq(env("SHOW_ENV", "APP,COMMIT,PORT"), ",") {
		if value, set := os.LookupEnv(strings.TrimSpace(name)); set {
			shown[strings.TrimSpace(name)] = value
		}
	}
	return shown
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

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.App}}</title>
<style>
  body { font: 18px/1.6 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1.5rem; color: #1f2328 }
  h1 { font-size: 2.5rem; margin: 0 }
  dt { color: #59636e } dd { margin: 0 0 .8rem; font-family: ui-monospace, monospace; overflow-wrap: anywhere }
</style>
<h1>{{.App}}</h1>
<p>This preview is up and answering.</p>
<dl>
  <dt>commit</dt><dd>{{or .Commit "not said"}}</dd>
  <dt>pod</dt><dd>{{.Host}}</dd>
</dl>
</html>
`))
