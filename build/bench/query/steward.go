package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"steward/app/httpapi"
	"steward/build/bench/service"
	"steward/indexer"
	"steward/indexer/document"
	"steward/indexer/extract"
	"steward/indexer/query"
)

// steward makes the searches in this process, then through the socket of a running
// `steward serve`, as the command line does.
func steward(ctx context.Context, binary, home string, searches []search, rounds int) (documents int, rows []*times, err error) {
	within, err := inProcess(ctx, filepath.Join(home, "index"), searches, rounds)
	if err != nil {
		return 0, nil, err
	}
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
	if err := s.JSON(ctx, "POST", "/api/index", httpapi.IndexRequest{Words: true}, nil); err != nil {
		return 0, nil, err
	}
	var status httpapi.Status
	if err := s.JSON(ctx, "GET", "/api/status", nil, &status); err != nil {
		return 0, nil, err
	}
	over := newTimes("Steward, through its socket")
	socket := s.OverSocket()
	err = over.make(searches, rounds, func(q query.Query) (query.Result, error) {
		var result query.Result
		err := socket.JSON(ctx, "POST", "/api/search", q, &result)
		return result, err
	})
	return status.Index.Documents, []*times{within, over}, err
}

func inProcess(ctx context.Context, dir string, searches []search, rounds int) (_ *times, err error) {
	x, err := indexer.Open(indexer.Config{Dir: dir, Extractor: reader{}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	t := newTimes("Steward, in process")
	return t, t.make(searches, rounds, func(q query.Query) (query.Result, error) { return x.Search(ctx, q) })
}

// make times every search, round after round.
func (t *times) make(searches []search, rounds int, ask func(query.Query) (query.Result, error)) error {
	for round := range rounds {
		for _, s := range searches {
			start := time.Now()
			result, err := ask(s.query())
			if err != nil {
				return err
			}
			t.add(s.Kind, round, result.Total, time.Since(start))
		}
	}
	return nil
}

// reader reads nothing: the index is only searched.
type reader struct{}

func (reader) Extract(context.Context, string, func(document.Document) error) (extract.Report, error) {
	return extract.Report{}, errors.New("this index is only searched")
}
