package main

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"io"
	"log"
	"net/http"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const largestFile = 5 << 20

// keyOf keeps the files of previews apart, which share one bucket.
func (s *shop) keyOf(name string) string {
	return s.preview + "/" + name
}

func (s *shop) storeFile(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, largestFile)
	file, header, err := r.FormFile("file")
	if err != nil {
		refuse(w, http.StatusBadRequest, "send a form with a file of 5 MB at most, named file")
		return
	}
	defer file.Close()
	name := rand.Text()[:8] + "-" + path.Base(header.Filename)
	_, err = s.files.PutObject(r.Context(), &s3.PutObjectInput{
		Bucket: &s.bucket, Key: aws.String(s.keyOf(name)), Body: file,
	})
	if err != nil {
		fail(w, "store a file in "+s.bucket, err)
		return
	}
	if _, err := s.database.ExecContext(r.Context(), "INSERT INTO files (name) VALUES (?)", name); err != nil {
		fail(w, "remember a file", err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"name": name, "key": s.keyOf(name)})
}

// listFiles knows from the database which are this preview's: one before may have had a database of the same name.
func (s *shop) listFiles(w http.ResponseWriter, r *http.Request) {
	rows, err := s.database.QueryContext(r.Context(), "SELECT name FROM files ORDER BY name LIMIT 100")
	if err != nil {
		fail(w, "list the files", err)
		return
	}
	defer rows.Close()
	names := []string{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			fail(w, "list the files", err)
			return
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		fail(w, "list the files", err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"files": names})
}

func (s *shop) showFile(w http.ResponseWriter, r *http.Request) {
	var name string
	err := s.database.QueryRowContext(r.Context(), "SELECT name FROM files WHERE name = ?", r.PathValue("name")).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		refuse(w, http.StatusNotFound, "there is no such file")
		return
	}
	if err != nil {
		fail(w, "look for a file", err)
		return
	}
	found, err := s.files.GetObject(r.Context(), &s3.GetObjectInput{Bucket: &s.bucket, Key: aws.String(s.keyOf(name))})
	if err != nil {
		fail(w, "read a file of "+s.bucket, err)
		return
	}
	defer found.Body.Close()
	// Somebody's file is downloaded, and never a page of this site.
	w.Header().Set("content-type", "application/octet-stream")
	w.Header().Set("content-disposition", "attachment")
	if _, err := io.Copy(w, found.Body); err != nil {
		log.Print(err)
	}
}
