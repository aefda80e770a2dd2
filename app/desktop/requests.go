package desktop

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// glance is how often a streaming answer's reader is looked for.
const glance = 100 * time.Millisecond

// requests knows the requests being answered. It is safe for concurrent use.
type requests struct {
	mu     sync.Mutex
	last   uint64
	active map[uint64]context.CancelFunc

	// opening is held while an answer's pipe is made and found.
	opening sync.Mutex
}

func newRequests() *requests {
	responsePipe() // whatever was inherited is nobody's answer
	return &requests{active: map[uint64]context.CancelFunc{}}
}

// begin returns the request's context, what ends it, and what forgets it.
func (q *requests) begin(parent context.Context) (ctx context.Context, cancel, forget func()) {
	ctx, cancel = context.WithCancel(parent)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	id := q.last
	q.active[id] = cancel
	return ctx, cancel, func() {
		cancel()
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.active, id)
	}
}

func (q *requests) cancelAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, cancel := range q.active {
		cancel()
	}
}

// serve answers r by next, with a context that ends when the page gives the answer up.
// Wails brings no such context: a handler would learn of it by a failing Write only, and
// one that waits for a model writes nothing.
func (q *requests) serve(next http.Handler, w http.ResponseWriter, r *http.Request) {
	ctx, cancel, forget := q.begin(r.Context())
	a := &answer{ResponseWriter: w, ctx: ctx, giveUp: cancel, opening: &q.opening}
	// Once this function has returned the pipe is closed and its number free for others.
	defer a.watching.Wait()
	defer forget()
	next.ServeHTTP(a, r.WithContext(ctx))
	a.WriteHeader(http.StatusOK) // left unsaid, Wails would say "not implemented"
}

// answer is the ResponseWriter of one request. Each Write reaches the page at once.
type answer struct {
	http.ResponseWriter
	ctx      context.Context
	giveUp   context.CancelFunc
	opening  *sync.Mutex
	opened   bool
	watching sync.WaitGroup
}

func (a *answer) WriteHeader(status int) {
	if a.opened {
		return
	}
	a.opened = true
	a.opening.Lock()
	a.ResponseWriter.WriteHeader(status)
	pipe, found := responsePipe()
	a.opening.Unlock()
	if found {
		a.watching.Go(func() { a.watch(pipe) })
	}
}

// Write refuses an answer that was given up: nobody reads it, and a full pipe would
// block for ever.
func (a *answer) Write(b []byte) (int, error) {
	if !a.opened {
		if a.Header().Get("Content-Type") == "" {
			a.Header().Set("Content-Type", http.DetectContentType(b))
		}
		a.WriteHeader(http.StatusOK)
	}
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.ResponseWriter.Write(b)
}

// Flush sends the header if nothing else has; nothing is ever held back.
func (a *answer) Flush() { a.WriteHeader(http.StatusOK) }

// watch gives the request up when WebKit has closed its end of the pipe.
func (a *answer) watch(pipe int) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-a.ctx.Done():
			return
		case <-tick.C:
			if unread(pipe) {
				a.giveUp()
				return
			}
		}
	}
}
