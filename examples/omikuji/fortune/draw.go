package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

type draws struct {
	// The fortunes that came.
	Drawn []string `json:"drawn"`
	// How often each did.
	Times map[string]int `json:"times"`
}

// A connection for each draw: a kept one stays with its slip.
var client = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// drawMany asks the box, as a neighbour in the cluster and as often as that.
func drawMany(ctx context.Context, box string, often int) (draws, error) {
	found := draws{Times: map[string]int{}}
	for range often {
		one, err := draw(ctx, box)
		if err != nil {
			return draws{}, fmt.Errorf("draw from %q: %w", box, err)
		}
		if !slices.Contains(found.Drawn, one.Fortune) {
			found.Drawn = append(found.Drawn, one.Fortune)
		}
		found.Times[one.Fortune]++
	}
	slices.Sort(found.Drawn)
	return found, nil
}

func draw(ctx context.Context, box string) (slip, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, box+"/draw", nil)
	if err != nil {
		return slip{}, err
	}
	response, err := client.Do(request)
	if err != nil {
		return slip{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return slip{}, fmt.Errorf("answered %s", response.Status)
	}
	var drawn slip
	return drawn, json.NewDecoder(response.Body).Decode(&drawn)
}
