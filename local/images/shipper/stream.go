package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// PutLogEvents takes 10,000 events and 1 MB; lines of a preview are short.
const batch = 1000

type stream struct {
	client  *cloudwatchlogs.Client
	group   string
	name    string
	created bool
}

func (s *stream) send(ctx context.Context, lines []string) error {
	if err := s.create(ctx); err != nil {
		return err
	}
	for len(lines) > 0 {
		size := min(batch, len(lines))
		events := make([]types.InputLogEvent, size)
		for at, line := range lines[:size] {
			events[at] = types.InputLogEvent{Message: aws.String(line), Timestamp: aws.Int64(time.Now().UnixMilli())}
		}
		_, err := s.client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
			LogGroupName: &s.group, LogStreamName: &s.name, LogEvents: events,
		})
		if err != nil {
			return fmt.Errorf("put events into %s: %w", s.name, err)
		}
		lines = lines[size:]
	}
	return nil
}

// create makes the stream, never the group: whoever owns that says how long logs are kept.
func (s *stream) create(ctx context.Context) error {
	if s.created {
		return nil
	}
	_, err := s.client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &s.group, LogStreamName: &s.name})
	var exists *types.ResourceAlreadyExistsException
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("create the stream %s in %s: %w", s.name, s.group, err)
	}
	s.created = true
	return nil
}
