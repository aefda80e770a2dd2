package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"steward/app/httpapi"
	"steward/build/bench/service"
	"steward/indexer/query"
)

// steward makes the searches over HTTP; the time the index itself took, which the result
// carries, is the in-process figure of the same searches.
func steward(ctx context.Context, binary, home string, searches []search, rounds int) (documents int, rows []*times, err error) {
	if binary == "" {
		dir, err := os.MkdirTemp("", "steward-bench-")
		if err != nil {
			return 0, nil, err
		}
		defer os.RemoveAll(dir)
		if binary, err = service.Build(ctx, dir); err != nil {
			return 0, nil, err
		}
	}
	s, err := service.Start(ctx, binary, home, io.Discard)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	// The start compares everything with the disk; that must be over before anything is timed.
	resp, err := s.Do(ctx, "POST", "/api/index", httpapi.IndexRequest{Wait: true})
	if err != nil {
		return 0, nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return 0, nil, err
	}
	var status httpapi.Status
	if err := s.JSON(ctx, "GET", "/api/status", nil, &status); err != nil {
		return 0, nil, err
	}
	within, over := newTimes("Steward, in the index"), newTimes("Steward, over HTTP")
	for round := range rounds {
		for _, q := range searches {
			var result query.Result
			start := time.Now()
			if err := s.JSON(ctx, "POST", "/api/search", q.query(), &result); err != nil {
				return 0, nil, err
			}
			over.add(q.Kind, round, result.Total, time.Since(start))
			within.add(q.Kind, round, result.Total, result.Took)
		}
	}
	return status.Index.Documents, []*times{within, over}, nil
}
