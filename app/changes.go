package app

import (
	"sync"
	"sync/atomic"

	"steward/app/httpapi"
)

// changes counts what changed and tells who listens. It carries no data: whoever hears of
// a change reads again. It is safe for concurrent use.
type changes struct {
	app   atomic.Uint64
	index atomic.Uint64

	mu        sync.Mutex
	listeners map[chan struct{}]bool
}

func newChanges() *changes { return &changes{listeners: map[chan struct{}]bool{}} }

func (c *changes) Now() httpapi.Change {
	return httpapi.Change{Index: c.index.Load(), App: c.app.Load()}
}

// Subscribe gives a channel with at most one unread signal, and what ends it.
func (c *changes) Subscribe() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	c.mu.Lock()
	c.listeners[ch] = true
	c.mu.Unlock()
	return ch, func() {
		c.mu.Lock()
		delete(c.listeners, ch)
		c.mu.Unlock()
	}
}

// bump counts a change of settings, sources or runtime.
func (c *changes) bump() {
	c.app.Add(1)
	c.tell()
}

// indexAt notes the index's revision.
func (c *changes) indexAt(revision uint64) {
	if c.index.Swap(revision) != revision {
		c.tell()
	}
}

func (c *changes) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for ch := range c.listeners {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
