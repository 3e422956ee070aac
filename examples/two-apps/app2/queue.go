package main

import (
	"context"
	"database/sql"
	"errors"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	pollSeconds = 10
	// After an error, and after messages that are all for others: their workers get a chance.
	pause = 300 * time.Millisecond
)

type worker struct {
	database *sql.DB
	// preview is the name of the leased database, which app1 of this preview writes on its messages.
	preview   string
	queue     *sqs.Client
	queueName string
}

// work takes messages until the context ends; a job that was begun is finished.
func (w *worker) work(ended context.Context) {
	for ended.Err() == nil {
		took, err := w.poll(ended)
		if err != nil && ended.Err() == nil {
			log.Printf("the queue %s: %v", w.queueName, err)
		}
		if took {
			continue
		}
		select {
		case <-ended.Done():
		case <-time.After(pause):
		}
	}
}

// poll waits for messages; it tells whether the next ones should be asked for at once.
func (w *worker) poll(ended context.Context) (bool, error) {
	found, err := w.queue.GetQueueUrl(ended, &sqs.GetQueueUrlInput{QueueName: &w.queueName})
	if err != nil {
		return false, err
	}
	came, err := w.queue.ReceiveMessage(ended, &sqs.ReceiveMessageInput{
		QueueUrl: found.QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: pollSeconds,
		MessageAttributeNames: []string{"preview"},
	})
	if err != nil {
		return false, err
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ended), 20*time.Second)
	defer cancel()
	took := len(came.Messages) == 0
	problems := []error{}
	for _, message := range came.Messages {
		if w.isOwn(message) {
			took = true
			problems = append(problems, w.take(limit, found.QueueUrl, message))
		} else {
			problems = append(problems, w.giveBack(limit, found.QueueUrl, message))
		}
	}
	return took, errors.Join(problems...)
}

func (w *worker) isOwn(message types.Message) bool {
	preview, said := message.MessageAttributes["preview"]
	return said && aws.ToString(preview.StringValue) == w.preview
}

func (w *worker) take(ctx context.Context, queue *string, message types.Message) error {
	err := carryOut(ctx, w.database, aws.ToString(message.Body))
	// A job of an earlier preview on a database of the same name: nobody will ever have it.
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = w.queue.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: message.ReceiptHandle})
	return err
}

// giveBack lets the other preview's worker see it at once.
func (w *worker) giveBack(ctx context.Context, queue *string, message types.Message) error {
	_, err := w.queue.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: queue, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0,
	})
	return err
}
