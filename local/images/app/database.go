package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
)

const databaseLimit = 5 * time.Second

// database is the one that DATABASE_URL names: mysql:// or postgres://, with user and password.
type database struct {
	Engine string `json:"engine"`
	Name   string `json:"name"`
	User   string `json:"user"`
	// How often it was asked, as its own rows say.
	Visits int64 `json:"visits"`

	password string
	pool     *sql.DB
}

func openDatabase() (*database, error) {
	address, err := url.Parse(os.Getenv("DATABASE_URL"))
	// The parser's error would quote the password.
	if err != nil || address.User == nil {
		return nil, errors.New("DATABASE_URL is not like mysql://user:password@host:3306/name")
	}
	password, _ := address.User.Password()
	d := &database{
		Engine:   address.Scheme,
		Name:     strings.TrimPrefix(address.Path, "/"),
		User:     address.User.Username(),
		password: password,
	}
	switch d.Engine {
	case "mysql":
		config := mysql.NewConfig()
		config.User, config.Passwd, config.DBName = d.User, password, d.Name
		config.Net, config.Addr = "tcp", address.Host
		config.Timeout, config.ReadTimeout = databaseLimit, databaseLimit
		config.MultiStatements = true
		d.pool, err = sql.Open("mysql", config.FormatDSN())
	case "postgres":
		query := address.Query()
		// The one way to send several statements at once.
		query.Set("default_query_exec_mode", "simple_protocol")
		address.RawQuery = query.Encode()
		d.pool, err = sql.Open("pgx", address.String())
	default:
		err = fmt.Errorf("DATABASE_URL begins with %q, not with mysql or postgres", d.Engine)
	}
	if err != nil {
		return nil, d.veiled(err)
	}
	return d, nil
}

func (d *database) veiled(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if d.password != "" {
		text = strings.NewReplacer(d.password, "***", url.QueryEscape(d.password), "***").Replace(text)
	}
	return errors.New(text[:min(len(text), 300)])
}

func (d *database) exec(ctx context.Context, statement string) error {
	if _, err := d.pool.ExecContext(ctx, statement); err != nil {
		return d.veiled(err)
	}
	return nil
}

// runSQL is a migration, or what a test does in the database of a preview.
func runSQL(statement string) {
	d, err := openDatabase()
	if err != nil {
		log.Fatal(err)
	}
	defer d.pool.Close()
	limit, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := d.exec(limit, statement); err != nil {
		log.Fatalf("%s of %s: %v", d.Name, d.User, err)
	}
	log.Printf("done in %s", d.Name)
}

// visit leaves a row in the database and says how many there are.
func visit(ctx context.Context) (*database, error) {
	d, err := openDatabase()
	if err != nil {
		return nil, err
	}
	defer d.pool.Close()
	limit, cancel := context.WithTimeout(ctx, databaseLimit)
	defer cancel()
	if err := d.exec(limit, "CREATE TABLE IF NOT EXISTS visits (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"); err != nil {
		return nil, err
	}
	if err := d.exec(limit, "INSERT INTO visits (at) VALUES (CURRENT_TIMESTAMP)"); err != nil {
		return nil, err
	}
	if err := d.pool.QueryRowContext(limit, "SELECT COUNT(*) FROM visits").Scan(&d.Visits); err != nil {
		return nil, d.veiled(err)
	}
	return d, nil
}

func showDatabase(w http.ResponseWriter, r *http.Request) {
	d, err := visit(r.Context())
	if err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, d)
}
