package indexer

import (
	"context"
	"sync"
)

// queue holds the paths to look at, each at most once, urgent ones first. A path that is
// pushed while it is being worked on is worked on again afterwards, never twice at once.
type queue struct {
	mu     sync.Mutex
	urgent []string
	bulk   []string
	paths  map[string]progress
	wake   chan struct{}
}

type progress uint8

const (
	queued progress = 1 + iota
	running
	runningAgain
)

func newQueue() *queue {
	return &queue{paths: map[string]progress{}, wake: make(chan struct{}, 1)}
}

func (q *queue) push(path string, urgent bool) {
	q.mu.Lock()
	switch q.paths[path] {
	case 0:
		q.paths[path] = queued
		if urgent {
			q.urgent = append(q.urgent, path)
		} else {
			q.bulk = append(q.bulk, path)
		}
	case running:
		q.paths[path] = runningAgain
	case queued:
		if urgent { // it is found twice then, and the second time no longer queued
			q.urgent = append(q.urgent, path)
		}
	}
	q.mu.Unlock()
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// pop waits for a path and takes it on.
func (q *queue) pop(ctx context.Context) (string, error) {
	for {
		q.mu.Lock()
		path, ok := q.next()
		more := len(q.urgent)+len(q.bulk) > 0
		q.mu.Unlock()
		if more {
			q.signal()
		}
		if ok {
			return path, nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-q.wake:
		}
	}
}

func (q *queue) next() (string, bool) {
	for _, list := range []*[]string{&q.urgent, &q.bulk} {
		for len(*list) > 0 {
			path := (*list)[0]
			*list = (*list)[1:]
			if q.paths[path] == queued {
				q.paths[path] = running
				return path, true
			}
		}
	}
	return "", false
}

// done ends the work on a path that pop gave; it does nothing for others.
func (q *queue) done(path string) {
	q.mu.Lock()
	again := q.paths[path] == runningAgain
	if q.paths[path] != queued {
		delete(q.paths, path)
	}
	q.mu.Unlock()
	if again {
		q.push(path, true)
	}
}

// len is the number of paths queued or worked on.
func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.paths)
}

// waiting reports whether any path waits to be taken on.
func (q *queue) waiting() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.urgent)+len(q.bulk) > 0
}

// reset forgets everything.
func (q *queue) reset() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.urgent, q.bulk, q.paths = nil, nil, map[string]progress{}
}
