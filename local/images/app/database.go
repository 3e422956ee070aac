package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
)

const limit = 5 * time.Second

// account is what a caller learns of the database that this preview has.
type account struct {
	Engine string `json:"engine"`
	Name   string `json:"name"`
	User   string `json:"user"`
	Visits int    `json:"visits"`
}

// connect opens the database of DATABASE_URL, and says which engine it is.
func connect() (*sql.DB, string, error) {
	place, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil || place.Host == "" {
		return nil, "", errors.New("DATABASE_URL names no database")
	}
	if place.Scheme == "postgres" {
		db, err := sql.Open("pgx", place.String())
		return db, place.Scheme, err
	}
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User = "tcp", place.Host, place.User.Username()
	config.Passwd, _ = place.User.Password()
	config.DBName = strings.TrimPrefix(place.Path, "/")
	config.Timeout = limit
	db, err := sql.Open("mysql", config.FormatDSN())
	return db, place.Scheme, err
}

// execute runs one statement, as a migration does.
func execute(statement string) error {
	db, _, err := connect()
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// visit counts one more visitor in the database itself.
func visit(parent context.Context) (account, error) {
	db, engine, err := connect()
	if err != nil {
		return account{}, err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS visits (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
		"INSERT INTO visits (at) VALUES (CURRENT_TIMESTAMP)",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return account{}, err
		}
	}
	name, user := "DATABASE()", "SUBSTRING_INDEX(USER(), '@', 1)"
	if engine == "postgres" {
		name, user = "current_database()", "current_user"
	}
	found := account{Engine: engine}
	row := db.QueryRowContext(ctx, fmt.Sprintf("SELECT %s, %s, COUNT(*) FROM visits", name, user))
	return found, row.Scan(&found.Name, &found.User, &found.Visits)
}

func showDatabase(w http.ResponseWriter, r *http.Request) {
	found, err := visit(r.Context())
	if err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": hidden(err)})
		return
	}
	writeJSON(w, http.StatusOK, found)
}

// hidden is what an error says, without the password that it may quote.
func hidden(err error) string {
	if password := os.Getenv("DATABASE_PASSWORD"); password != "" {
		return strings.ReplaceAll(err.Error(), password, "…")
	}
	return err.Error()
}
