package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"steward/indexer/query"
)

func (h *Handler) search(w http.ResponseWriter, r *http.Request) error {
	var q query.Query
	if err := readJSON(r, &q); err != nil {
		return err
	}
	if q.Limit < 0 || q.Limit > 1000 || q.Offset < 0 {
		return badRequest("The limit is from 0 to 1,000 and the offset not below 0.")
	}
	searcher := h.Searcher
	if r.URL.Query().Get("patient") != "" {
		searcher = h.Patient
	}
	result, err := searcher.Search(r.Context(), q)
	if err != nil {
		return err
	}
	if result.Hits == nil {
		result.Hits = []query.Hit{}
	}
	return writeJSON(w, result)
}

func (h *Handler) status(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	state, err := h.Searcher.Status(ctx)
	if err != nil {
		return err
	}
	sources, err := h.listed(ctx)
	if err != nil {
		return err
	}
	set, err := h.Choices.Settings(ctx)
	if err != nil {
		return err
	}
	return writeJSON(w, Status{
		Version: h.Version, Home: h.Home, Index: state, Runtime: h.Models.Runtime(ctx), Sources: sources,
		FirstRun: !set.FirstRunDone, Native: h.Native,
	})
}

// heartbeat keeps the event stream's line open and finds out that nobody listens any more.
const heartbeat = 15 * time.Second

func (h *Handler) events(w http.ResponseWriter, r *http.Request) error {
	signal, stop := h.Changes.Subscribe()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	var last Change
	for first := true; ; first = false {
		if now := h.Changes.Now(); first || now != last {
			last = now
			text, err := json.Marshal(now)
			if err != nil {
				return nil
			}
			if _, err := fmt.Fprintf(w, "event: change\ndata: %s\n\n", text); err != nil || flush(w) != nil {
				return nil
			}
		}
		select {
		case _, open := <-signal:
			if !open {
				return nil
			}
		case <-tick.C:
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil || flush(w) != nil {
				return nil
			}
		case <-r.Context().Done():
			return nil
		}
	}
}

// progressEvery is how often a line of progress is sent while something is under way.
const progressEvery = 250 * time.Millisecond

func (h *Handler) index(w http.ResponseWriter, r *http.Request) error {
	var req IndexRequest
	if err := readJSON(r, &req); err != nil {
		return err
	}
	ctx := r.Context()
	ended := make(chan error, 1)
	go func() {
		var err error
		if !req.NoRescan {
			err = h.Upkeep.Rescan(ctx)
		}
		switch {
		case err != nil:
		case req.Wait:
			err = h.Upkeep.Wait(ctx)
		case req.Words:
			err = h.Upkeep.WaitWords(ctx)
		}
		ended <- err
	}()
	out := &lines{w: w}
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	guess := &timeLeft{}
	for {
		var (
			err  error
			done bool
		)
		select {
		case err = <-ended:
			done = true
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		state, statusErr := h.Searcher.Status(ctx)
		if err == nil {
			err = statusErr
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !out.started {
			return err
		}
		p := IndexProgress{Status: state, Done: done, Error: AsError(err)}
		if !done {
			p.SecondsLeft = guess.after(state)
		}
		if out.write(p) != nil || done || err != nil {
			return nil
		}
	}
}

// timeLeft guesses how long an index still takes from how fast what is left has shrunk.
type timeLeft struct {
	start time.Time
	from  float64
}

// A passage to embed costs about as much as indexing one small file.
func left(s query.Status) float64 {
	return float64(s.Pending) + float64(max(s.Embeddable-s.Embedded, 0))
}

func (t *timeLeft) after(s query.Status) float64 {
	now := left(s)
	if t.start.IsZero() || now > t.from {
		t.start, t.from = time.Now(), now // more was found: begin again
		return 0
	}
	spent := time.Since(t.start).Seconds()
	if gone := t.from - now; gone > 0 && spent > 2 {
		return now * spent / gone
	}
	return 0
}
