package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// command is what a Job, an init container, an exec probe or a test does: the image holds no other program that could.
func command(name string, args []string) {
	switch {
	case name == "get" && len(args) == 1:
		get(args[0])
	case name == "exit" && len(args) > 0:
		number, err := strconv.Atoi(args[0])
		if err != nil {
			log.Fatal(err)
		}
		for _, line := range args[1:] {
			fmt.Println(line)
		}
		os.Exit(number)
	case name == "eat" && len(args) == 1:
		mebibytes, err := strconv.Atoi(args[0])
		if err != nil {
			log.Fatal(err)
		}
		eat(mebibytes)
	case name == "sql" && len(args) == 1:
		runSQL(args[0])
	case name == "noise" && len(args) == 0:
		noise()
	default:
		log.Fatalf("use get URL, exit CODE LINE..., eat MEBIBYTES, sql STATEMENT or noise; not %q", os.Args[1:])
	}
}

// eat takes memory until it is killed for it, or has this much and ends well.
func eat(mebibytes int) {
	eaten := make([][]byte, 0, mebibytes)
	for range mebibytes {
		piece := make([]byte, 1<<20)
		// Memory that was never written to is not there yet.
		for at := 0; at < len(piece); at += os.Getpagesize() {
			piece[at] = 1
		}
		eaten = append(eaten, piece)
	}
	log.Printf("ate %d MiB", len(eaten))
}

// noise prints what a log must not do to those who show it, and fails.
func noise() {
	fmt.Println("::set-output name=url::https://evil.test")
	fmt.Println("##[error]not ours")
	fmt.Println("\x1b[31mred\x1b[0m and \xff\xfe no UTF-8")
	fmt.Println("</details> @everyone ```")
	fmt.Println(strings.Repeat("a very long line ", 1<<16))
	fmt.Println("the last line")
	os.Exit(7)
}

// get prints what a URL answers.
func get(url string) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		log.Fatal(err)
	}
	if response.StatusCode >= 400 {
		log.Fatal(response.Status)
	}
}
