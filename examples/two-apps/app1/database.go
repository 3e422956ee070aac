package main

import (
	"context"
	"database/sql"
	"net"
	"os"
	"time"

	"github.com/go-sql-driver/mysql"
)

// openDatabase opens the one that DATABASE_* names; it connects when it is first used.
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
	pool.SetMaxOpenConns(5)
	pool.SetConnMaxIdleTime(time.Minute)
	return pool, nil
}

var tables = []string{
	`CREATE TABLE IF NOT EXISTS items (
		id BIGINT AUTO_INCREMENT PRIMARY KEY,
		name VARCHAR(200) NOT NULL,
		made TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
	`CREATE TABLE IF NOT EXISTS jobs (
		id CHAR(32) PRIMARY KEY,
		text VARCHAR(200) NOT NULL,
		state VARCHAR(10) NOT NULL DEFAULT 'queued',
		result VARCHAR(200) NOT NULL DEFAULT '')`,
	`CREATE TABLE IF NOT EXISTS files (name VARCHAR(200) PRIMARY KEY)`,
}

// migrate runs before every rollout, so it leaves alone what is there.
func migrate(ctx context.Context, database *sql.DB) error {
	for _, table := range tables {
		if _, err := database.ExecContext(ctx, table); err != nil {
			return err
		}
	}
	return nil
}
