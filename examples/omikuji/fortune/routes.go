package main

import (
	"encoding/json"
	"html/template"
	"log"
	"net/http"
	"os"
)

type slip struct {
	Fortune string `json:"fortune"`
	Commit  string `json:"commit"`
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>おみくじ {{.Name}}</title>
<style>
  body { font: 18px/1.8 "Hiragino Mincho ProN", "Noto Serif CJK JP", serif; background: #fbf6ea; color: #332; text-align: center }
  main { display: inline-block; margin: 3em; padding: 2em 3em; background: #fff; border: 4px double #b22 }
  strong { display: block; font-size: 4em; line-height: 1.4; color: #b22 }
  small { color: #887 }
</style>
<main>
  <h1>おみくじ</h1>
  今日のあなたは
  <strong>{{.Name}}</strong>
  <p><a href="/">もう一度引く</a>・<a href="/hundred">百回引く</a></p>
  <small>{{.Pod}} {{.Commit}}</small>
</main>
`))

func routes(own slip, box string) http.Handler {
	pod, _ := os.Hostname()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("content-type", "text/html; charset=utf-8")
		shown := struct{ Name, Pod, Commit string }{fortunes[own.Fortune], pod, own.Commit}
		if err := page.Execute(w, shown); err != nil {
			log.Print(err)
		}
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
	})
	mux.HandleFunc("GET /draw", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, own)
	})
	mux.HandleFunc("GET /hundred", func(w http.ResponseWriter, r *http.Request) {
		drawn, err := drawMany(r.Context(), box, 100)
		if err != nil {
			writeJSON(w, http.StatusBadGateway, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, drawn)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-commit", own.Commit)
		mux.ServeHTTP(w, r)
	})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}
