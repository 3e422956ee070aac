package main

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"os"
	"strings"
)

// tail reads the whole lines that have come since it last advanced.
type tail struct {
	pattern string
	db      string
	offsets map[string]int64
	next    map[string]int64
}

// remember goes on where a container before this one was.
func (t *tail) remember() {
	if text, err := os.ReadFile(t.db); err == nil {
		_ = json.Unmarshal(text, &t.offsets)
	}
}

func (t *tail) read() []string {
	var lines []string
	t.next = map[string]int64{}
	for _, path := range matching(t.pattern) {
		file, err := os.Open(path)
		if err != nil {
			log.Print(err)
			continue
		}
		from := t.offsets[path]
		if fileSize(file) < from {
			from = 0 // truncated: it begins anew
		}
		found, to := wholeLines(file, from)
		lines = append(lines, found...)
		t.next[path] = to
		_ = file.Close()
	}
	return lines
}

func (t *tail) advance() error {
	t.offsets = t.next
	text, err := json.Marshal(t.offsets)
	if err != nil {
		return err
	}
	return os.WriteFile(t.db, text, 0o600)
}

// wholeLines returns also where the last of them ends: the rest is still being written.
func wholeLines(file *os.File, from int64) ([]string, int64) {
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, from
	}
	var lines []string
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return lines, from
		}
		from += int64(len(line))
		if text := strings.TrimRight(line, "\r\n"); text != "" {
			lines = append(lines, text)
		}
	}
}
