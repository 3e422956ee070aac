package main

import (
	"context"
	"database/sql"
	"net"
	"os"
	"slices"
	"time"

	"github.com/go-sql-driver/mysql"
)

type job struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	State  string `json:"state"`
	Result string `json:"result"`
}

// openDatabase opens the one that DATABASE_* names, which is app1's too; it connects when it is first used.
func openDatabase() (*sql.DB, error) {
	settings := mysql.NewConfig()
	settings.User, settings.Passwd = os.Getenv("DATABASE_USER"), os.Getenv("DATABASE_PASSWORD")
	settings.DBName = os.Getenv("DATABASE_NAME")
	settings.Net, settings.Addr = "tcp", net.JoinHostPort(os.Getenv("DATABASE_HOST"), env("DATABASE_PORT", "3306"))
	settings.Timeout, settings.ReadTimeout, settings.WriteTimeout = 5*time.Second, 10*time.Second, 10*time.Second
	settings.TLSConfig = "preferred"
	connector, err := mysql.NewConnector(settings)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	// All previews share one server.
	pool.SetMaxOpenConns(3)
	pool.SetConnMaxIdleTime(time.Minute)
	return pool, nil
}

func jobIn(ctx context.Context, database *sql.DB, id string) (job, error) {
	found := job{ID: id}
	row := database.QueryRowContext(ctx, "SELECT text, state, result FROM jobs WHERE id = ?", id)
	err := row.Scan(&found.Text, &found.State, &found.Result)
	return found, err
}

// carryOut does the job: it turns the text around. Done twice, which a queue may ask for, it comes to the same.
func carryOut(ctx context.Context, database *sql.DB, id string) error {
	found, err := jobIn(ctx, database, id)
	if err != nil {
		return err
	}
	letters := []rune(found.Text)
	slices.Reverse(letters)
	_, err = database.ExecContext(ctx, "UPDATE jobs SET state = 'done', result = ? WHERE id = ?", string(letters), id)
	return err
}
