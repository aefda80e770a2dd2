// Package extract owns the reading of files: it tells by content what a file is and turns
// it into documents with passages, each at a position that can be opened again. Reading is
// done in child processes with bounds on memory and time and without a network, so that no
// file, however broken or hostile, stops a run. It never writes a person's file, never
// reads secrets (Forbidden), runs nothing a file contains and loads nothing it points to.
package extract

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"steward/indexer/document"
)

// Version is raised when what is extracted from any format changes.
const Version = 2

// Outcomes of a file.
const (
	read    = "read"
	partial = "partial"
	skipped = "skipped"
	failed  = "failed"
)

// Report is what became of a file.
type Report struct {
	// Outcome is "read", "partial" (some of it), "skipped" (of a kind that is not read) or "failed".
	Outcome string
	// Reason says in plain words why the outcome is not "read". A file that went away while
	// it was read is "failed" with the reason Vanished.
	Reason string
	// Format is the type found by content; "" when it was not looked at.
	Format string
	// Documents counts what was emitted.
	Documents int
}

// Options for a Pool.
type Options struct {
	// Workers is how many files are read at a time; 0 means 1.
	Workers int
	// Command is the argument vector of the child, which must call ServeChild with its
	// standard input and output; empty: files are read in this process, without its bounds.
	Command []string
	// CacheDir keeps compiled code of the PDF reader and temporary files; "" means none.
	CacheDir string
	// Timeout ends the reading of a file that makes no progress; 0 means 60 s.
	Timeout time.Duration
	// MemoryLimit is bytes per child; 0 means 768 MiB.
	MemoryLimit int64
	// Log gets what goes wrong with children, never contents; nil means slog.Default().
	Log *slog.Logger
}

// Pool reads files. Its methods may be called from any goroutine.
type Pool struct {
	opt    Options
	slots  chan *child // idle children; nil is one not yet started
	closed chan struct{}
	once   sync.Once
	local  chan *engine // in this process, when there is no command
	netLog sync.Once
}

// NewPool makes a pool; children start when they are first needed.
func NewPool(opt Options) *Pool {
	if opt.Workers <= 0 {
		opt.Workers = 1
	}
	if opt.Timeout <= 0 {
		opt.Timeout = 60 * time.Second
	}
	if opt.MemoryLimit <= 0 {
		opt.MemoryLimit = 768 << 20
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	p := &Pool{opt: opt, slots: make(chan *child, opt.Workers), closed: make(chan struct{}), local: make(chan *engine, opt.Workers)}
	for range opt.Workers {
		p.slots <- nil
		p.local <- nil
	}
	return p
}

// ErrClosed is returned by Extract after Close.
var ErrClosed = errors.New("the reader of files is closed")

// Extract reads the file at path and calls emit for each document in it, one after the
// other, from the calling goroutine. The error is ctx's, emit's or ErrClosed; trouble with
// the file is in the Report. Documents emitted before a failure are whole in themselves.
func (p *Pool) Extract(ctx context.Context, path string, emit func(document.Document) error) (Report, error) {
	if err := ctx.Err(); err != nil {
		return Report{}, err
	}
	if len(p.opt.Command) == 0 {
		return p.extractHere(ctx, path, emit)
	}
	var c *child
	select {
	case c = <-p.slots:
	case <-ctx.Done():
		return Report{}, ctx.Err()
	case <-p.closed:
		return Report{}, ErrClosed
	}
	defer func() { p.slots <- c }()
	for {
		used := c != nil && c.served > 0
		if c == nil {
			var err error
			if c, err = p.start(ctx); err != nil {
				if ctx.Err() != nil {
					return Report{}, ctx.Err()
				}
				p.opt.Log.Error("the reader of files cannot be started", "error", err)
				return Report{Outcome: failed, Reason: "the reader of files could not be started"}, nil
			}
		}
		r, alive, err := c.extract(ctx, path, p.opt.Timeout, emit)
		if !alive {
			c.stop()
			reason := c.death()
			c = nil
			if err != nil {
				return r, err
			}
			if used && r.Documents == 0 && r.Reason == "" { // it may have died of what it read before
				continue
			}
			if r.Reason == "" {
				r.Reason = reason
			}
			r.Outcome = failed
			if r.Documents > 0 {
				r.Outcome = partial
			}
			p.opt.Log.Warn("a reader process ended on a file", "reason", r.Reason)
		}
		return r, err
	}
}

func (p *Pool) extractHere(ctx context.Context, path string, emit func(document.Document) error) (Report, error) {
	var e *engine
	select {
	case e = <-p.local:
	case <-ctx.Done():
		return Report{}, ctx.Err()
	case <-p.closed:
		return Report{}, ErrClosed
	}
	if e == nil {
		e = &engine{cacheDir: p.opt.CacheDir, log: p.opt.Log}
	}
	defer func() { p.local <- e }()
	return e.extract(ctx, path, emit, func() {})
}

// Close ends all children. Calls of Extract that are under way end as they would.
func (p *Pool) Close() error {
	p.once.Do(func() {
		close(p.closed)
		for range p.opt.Workers {
			if c := <-p.slots; c != nil {
				c.stop()
			}
			if e := <-p.local; e != nil {
				e.close()
			}
		}
	})
	return nil
}
