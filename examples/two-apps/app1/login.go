package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"os"
	"strings"
)

const sessionCookie = "session"

// users are one, whose token every replica can tell: it is made of what they have in common.
type users struct {
	name, password, token string
}

func usersFromEnvironment() users {
	u := users{name: env("LOGIN_USER", "demo"), password: env("LOGIN_PASSWORD", "demo")}
	// Another with every lease, so that no session outlives its preview.
	key := hmac.New(sha256.New, []byte(os.Getenv("DATABASE_PASSWORD")))
	key.Write([]byte(u.name + "\x00" + u.password))
	u.token = hex.EncodeToString(key.Sum(nil))
	return u
}

func (s *shop) logIn(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		User     string `json:"user"`
		Password string `json:"password"`
	}
	if !readJSON(w, r, &asked) {
		return
	}
	if !same(asked.User, s.users.name) || !same(asked.Password, s.users.password) {
		refuse(w, http.StatusUnauthorized, "wrong user or password")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: s.users.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	writeJSON(w, http.StatusOK, map[string]any{"ok": true, "user": s.users.name, "token": s.users.token})
}

// only lets those in who bring the cookie or the token of a login.
func (u users) only(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("authorization"), "Bearer ")
		if cookie, err := r.Cookie(sessionCookie); token == "" && err == nil {
			token = cookie.Value
		}
		if !same(token, u.token) {
			refuse(w, http.StatusUnauthorized, "log in first")
			return
		}
		next(w, r)
	}
}

func same(one, other string) bool {
	return subtle.ConstantTimeCompare([]byte(one), []byte(other)) == 1
}
