// shipper stands in for Fluent Bit, whose image cannot be had while developing: it takes the same configuration, refuses
// whatever it does not know in it, and sends to CloudWatch Logs what Fluent Bit would send.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

func main() {
	log.SetFlags(0)
	file := flag.String("config", "", "path of the configuration")
	flag.Parse()
	settings, err := readSettings(*file)
	if err != nil {
		log.Fatalf("%s: %v", *file, err)
	}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(settings.output.Region))
	if err != nil {
		log.Fatal(err)
	}
	out := &stream{
		client: cloudwatchlogs.NewFromConfig(aws),
		group:  settings.output.LogGroupName,
		name:   settings.output.LogStreamName,
	}
	follow(ended, settings, out)
}

// follow sends new lines until the pod ends, and then once more.
func follow(ended context.Context, settings *settings, out *stream) {
	tail := &tail{pattern: settings.input.Path, offsets: map[string]int64{}, db: settings.input.DB}
	tail.remember()
	for {
		last := ended.Err() != nil
		limit, cancel := context.WithTimeout(context.Background(), time.Duration(settings.service.Grace)*time.Second)
		// What could not be sent is read again.
		if lines := tail.read(); len(lines) > 0 {
			if err := out.send(limit, lines); err != nil {
				log.Print(err)
			} else if err := tail.advance(); err != nil {
				log.Print(err)
			}
		}
		cancel()
		if last {
			return
		}
		select {
		case <-ended.Done():
		case <-time.After(time.Duration(settings.service.Flush) * time.Second):
		}
	}
}

// matching are the files of a pattern, oldest name first; a folder that is not there yet has none.
func matching(pattern string) []string {
	files, err := filepath.Glob(pattern)
	if err != nil {
		log.Fatal(err)
	}
	return files
}

func fileSize(file *os.File) int64 {
	info, err := file.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}
