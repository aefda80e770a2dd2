package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
)

// warmth gets the model ready before the first question. The model does one thing at a
// time, so getting it ready gives way to a question: that one reads the same words first,
// and does the same good.
type warmth struct {
	warm func(context.Context) error
	log  *slog.Logger
	poke chan struct{}

	mu     sync.Mutex
	cold   bool               // nothing has got the model ready yet, and somebody wants it
	asking int                // questions under way
	cancel context.CancelFunc // of the getting ready that is under way; nil when there is none
}

func newWarmth(warm func(context.Context) error, log *slog.Logger) *warmth {
	return &warmth{warm: warm, log: log, poke: make(chan struct{}, 1)}
}

// want asks for the model to be got ready. It does not wait.
func (w *warmth) want() {
	w.mu.Lock()
	w.cold = true
	w.mu.Unlock()
	w.wake()
}

func (w *warmth) wake() {
	select {
	case w.poke <- struct{}{}:
	default:
	}
}

// run gets the model ready whenever that is wanted and nobody asks, until ctx ends.
func (w *warmth) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-w.poke:
		case <-ctx.Done():
			return
		}
		w.mu.Lock()
		if !w.cold || w.asking > 0 {
			w.mu.Unlock()
			continue
		}
		run, cancel := context.WithCancel(ctx)
		w.cancel = cancel
		w.mu.Unlock()
		err := w.warm(run)
		w.mu.Lock()
		gaveWay := errors.Is(err, context.Canceled)
		w.cancel = nil
		w.cold = w.cold && gaveWay // what failed is not tried again before it is wanted again
		again := w.cold && w.asking == 0
		w.mu.Unlock()
		cancel()
		if err != nil && !gaveWay {
			w.log.Warn("the model could not be got ready", "err", err)
		}
		if again { // the question that came in between is over already
			w.wake()
		}
	}
}

// begin is called when a question comes: it stops the getting ready.
func (w *warmth) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asking++
	if w.cancel != nil {
		w.cancel()
	}
}

// end is called when a question is over. One that did not need the model leaves it as cold
// as it was.
func (w *warmth) end(used bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asking--
	w.cold = w.cold && !used
	if w.cold && w.asking == 0 {
		w.wake()
	}
}
