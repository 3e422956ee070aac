package main

import (
	"database/sql"
	"errors"
	"net/http"
	"strconv"
)

type item struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (s *shop) listItems(w http.ResponseWriter, r *http.Request) {
	rows, err := s.database.QueryContext(r.Context(), "SELECT id, name FROM items ORDER BY id DESC LIMIT 100")
	if err != nil {
		fail(w, "list items", err)
		return
	}
	defer rows.Close()
	items := []item{}
	for rows.Next() {
		var each item
		if err := rows.Scan(&each.ID, &each.Name); err != nil {
			fail(w, "list items", err)
			return
		}
		items = append(items, each)
	}
	if err := rows.Err(); err != nil {
		fail(w, "list items", err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"items": items})
}

func (s *shop) addItem(w http.ResponseWriter, r *http.Request) {
	name, good := nameIn(w, r)
	if !good {
		return
	}
	made, err := s.database.ExecContext(r.Context(), "INSERT INTO items (name) VALUES (?)", name)
	if err != nil {
		fail(w, "add an item", err)
		return
	}
	id, err := made.LastInsertId()
	if err != nil {
		fail(w, "add an item", err)
		return
	}
	writeJSON(w, http.StatusCreated, item{id, name})
}

func (s *shop) showItem(w http.ResponseWriter, r *http.Request) {
	id, good := idIn(w, r)
	if !good {
		return
	}
	found := item{ID: id}
	err := s.database.QueryRowContext(r.Context(), "SELECT name FROM items WHERE id = ?", id).Scan(&found.Name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		refuse(w, http.StatusNotFound, "there is no such item")
	case err != nil:
		fail(w, "show an item", err)
	default:
		writeJSON(w, http.StatusOK, found)
	}
}

func (s *shop) renameItem(w http.ResponseWriter, r *http.Request) {
	id, good := idIn(w, r)
	if !good {
		return
	}
	name, good := nameIn(w, r)
	if !good {
		return
	}
	if _, err := s.database.ExecContext(r.Context(), "UPDATE items SET name = ? WHERE id = ?", name, id); err != nil {
		fail(w, "rename an item", err)
		return
	}
	// Whether it is there: MySQL counts a row that already has the name as none.
	s.showItem(w, r)
}

func (s *shop) removeItem(w http.ResponseWriter, r *http.Request) {
	id, good := idIn(w, r)
	if !good {
		return
	}
	if _, err := s.database.ExecContext(r.Context(), "DELETE FROM items WHERE id = ?", id); err != nil {
		fail(w, "remove an item", err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func idIn(w http.ResponseWriter, r *http.Request) (int64, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		refuse(w, http.StatusNotFound, "there is no such item")
	}
	return id, err == nil
}

func nameIn(w http.ResponseWriter, r *http.Request) (string, bool) {
	var asked struct {
		Name string `json:"name"`
	}
	if !readJSON(w, r, &asked) {
		return "", false
	}
	if length := len([]rune(asked.Name)); length == 0 || length > 200 {
		refuse(w, http.StatusBadRequest, "name: 1 to 200 characters")
		return "", false
	}
	return asked.Name, true
}
