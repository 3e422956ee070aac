package main

import (
	"io"
	"log"
	"os"
	"path/filepath"
)

// logInto also writes the log into a file, from where it goes to CloudWatch Logs; standard error is what `kubectl logs` and
// the pull request's comment show.
func logInto(folder, name string) error {
	if folder == "" {
		return nil
	}
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	log.SetOutput(io.MultiWriter(os.Stderr, file))
	return nil
}
