package main

import (
	"crypto/rand"
	"errors"
	"io"
	"log"
	"net/http"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
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
	writeJSON(w, http.StatusCreated, map[string]string{"name": name, "key": s.keyOf(name)})
}

func (s *shop) listFiles(w http.ResponseWriter, r *http.Request) {
	found, err := s.files.ListObjectsV2(r.Context(), &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: aws.String(s.keyOf("")), MaxKeys: aws.Int32(100),
	})
	if err != nil {
		fail(w, "list the files of "+s.bucket, err)
		return
	}
	names := []string{}
	for _, each := range found.Contents {
		names = append(names, strings.TrimPrefix(aws.ToString(each.Key), s.keyOf("")))
	}
	writeJSON(w, http.StatusOK, map[string]any{"files": names})
}

func (s *shop) showFile(w http.ResponseWriter, r *http.Request) {
	found, err := s.files.GetObject(r.Context(), &s3.GetObjectInput{
		Bucket: &s.bucket, Key: aws.String(s.keyOf(r.PathValue("name"))),
	})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		refuse(w, http.StatusNotFound, "there is no such file")
		return
	}
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
