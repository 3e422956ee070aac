// app1 is a small shop: people log in, keep items in the leased database, store files in a bucket and start jobs that
// app2 carries out.
package main

import (
	"context"
	"database/sql"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

type shop struct {
	commit   string
	users    users
	database *sql.DB
	// preview is the name of the leased database: no two previews have the same at once, and app2 of this one has it too.
	preview   string
	files     *s3.Client
	bucket    string
	queue     *sqs.Client
	queueName string
	worker    string
}

func main() {
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := logInto(os.Getenv("LOG_FOLDER"), "app1.log"); err != nil {
		log.Fatal(err)
	}
	database, err := openDatabase()
	if err != nil {
		log.Fatal(err)
	}
	if len(os.Args) == 2 && os.Args[1] == "migrate" {
		if err := migrate(ended, database); err != nil {
			log.Fatalf("migrate: %v", err)
		}
		log.Print("the tables are there")
		return
	}
	// Region, keys and endpoint come from the environment, or from the pod's service account.
	settings, err := config.LoadDefaultConfig(ended)
	if err != nil {
		log.Fatal(err)
	}
	s := &shop{
		commit:    os.Getenv("COMMIT"),
		users:     usersFromEnvironment(),
		database:  database,
		preview:   os.Getenv("DATABASE_NAME"),
		files:     s3.NewFromConfig(settings),
		bucket:    os.Getenv("UPLOADS_BUCKET"),
		queue:     sqs.NewFromConfig(settings),
		queueName: os.Getenv("JOBS_QUEUE"),
		worker:    env("WORKER_URL", "http://app2"),
	}
	serve(ended, s.withCommit(s.routes()))
}

func (s *shop) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"ok": true, "commit": s.commit})
	})
	mux.HandleFunc("GET /{$}", s.showPage)
	mux.HandleFunc("POST /login", s.logIn)
	for pattern, handler := range map[string]http.HandlerFunc{
		"GET /items":         s.listItems,
		"POST /items":        s.addItem,
		"GET /items/{id}":    s.showItem,
		"PUT /items/{id}":    s.renameItem,
		"DELETE /items/{id}": s.removeItem,
		"GET /files":         s.listFiles,
		"POST /files":        s.storeFile,
		"GET /files/{name}":  s.showFile,
		"POST /jobs":         s.startJob,
		"GET /jobs/{id}":     s.showJob,
		"GET /worker":        s.showWorker,
	} {
		mux.HandleFunc(pattern, s.users.only(handler))
	}
	return mux
}

// withCommit marks every answer, so that a caller knows which commit served it.
func (s *shop) withCommit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-commit", s.commit)
		next.ServeHTTP(w, r)
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
	log.Printf("app1 listens on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-drained
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
