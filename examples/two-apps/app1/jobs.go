package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

var asking = http.Client{Timeout: 5 * time.Second}

// startJob writes the job down, and tells the worker through the queue.
func (s *shop) startJob(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Text string `json:"text"`
	}
	if !readJSON(w, r, &asked) {
		return
	}
	if len([]rune(asked.Text)) > 200 {
		refuse(w, http.StatusBadRequest, "text: 200 characters at most")
		return
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	id := hex.EncodeToString(random)
	if _, err := s.database.ExecContext(r.Context(), "INSERT INTO jobs (id, text) VALUES (?, ?)", id, asked.Text); err != nil {
		fail(w, "start a job", err)
		return
	}
	queue, err := s.queue.GetQueueUrl(r.Context(), &sqs.GetQueueUrlInput{QueueName: &s.queueName})
	if err != nil {
		fail(w, "find the queue "+s.queueName, err)
		return
	}
	_, err = s.queue.SendMessage(r.Context(), &sqs.SendMessageInput{
		QueueUrl: queue.QueueUrl, MessageBody: &id,
		// All previews share one queue: it says whose worker this is for.
		MessageAttributes: map[string]types.MessageAttributeValue{
			"preview": {DataType: aws.String("String"), StringValue: &s.preview},
		},
	})
	if err != nil {
		fail(w, "send to the queue "+s.queueName, err)
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]string{"id": id})
}

func (s *shop) showJob(w http.ResponseWriter, r *http.Request) {
	s.askWorker(w, r, "/jobs/"+url.PathEscape(r.PathValue("id")))
}

// showWorker tells whether the other app of this preview is there.
func (s *shop) showWorker(w http.ResponseWriter, r *http.Request) {
	s.askWorker(w, r, "/healthz")
}

// askWorker answers what app2 answers.
func (s *shop) askWorker(w http.ResponseWriter, r *http.Request, path string) {
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, s.worker+path, nil)
	if err != nil {
		fail(w, "ask the worker", err)
		return
	}
	answer, err := asking.Do(request)
	if err != nil {
		refuse(w, http.StatusBadGateway, fmt.Sprintf("the worker does not answer: %v", err))
		return
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err != nil || !json.Valid(text) {
		refuse(w, http.StatusBadGateway, "the worker's answer is no JSON: is WORKER_URL the worker's?")
		return
	}
	writeJSON(w, answer.StatusCode, json.RawMessage(text))
}
