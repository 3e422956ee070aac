package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
)

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}

func refuse(w http.ResponseWriter, status int, reason string) {
	writeJSON(w, status, map[string]string{"error": reason})
}

// fail tells what is behind the app and did not work. A preview is for those who build it, so they see why.
func fail(w http.ResponseWriter, what string, err error) {
	log.Printf("%s: %v", what, err)
	refuse(w, http.StatusInternalServerError, fmt.Sprintf("%s: %v", what, err))
}

// readJSON reads a small body; when it cannot, it has answered.
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "the body is not the JSON it should be")
		return false
	}
	return true
}
