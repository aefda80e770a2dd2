package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// eventually waits until ok; nothing is measured by its limit.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// TestAQuestionGoesBeforeGettingReady asks while the model, which does one thing at a time,
// is being got ready, which here never ends by itself.
func TestAQuestionGoesBeforeGettingReady(t *testing.T) {
	s := &script{models: models(), reply: pieces(goodAnswer)}
	b := newBench(t, s)
	b.must(0, "add", b.docs)
	s.mu.Lock()
	s.holdReady = true
	s.mu.Unlock()
	b.serve()
	eventually(t, "the model is being got ready", func() bool { begun, _ := s.readyCounts(); return begun > 0 })
	var a answer
	b.mustJSON(0, &a, "ask", "When is the boiler inspection?")
	if !a.Found {
		t.Errorf("answer: %+v", a)
	}
	eventually(t, "the getting ready was given up", func() bool { _, left := s.readyCounts(); return left > 0 })
	if begun, _ := s.readyCounts(); begun != 1 {
		t.Errorf("after an answer the model was got ready again (%d times)", begun)
	}
}

func TestGettingReadyGivesWay(t *testing.T) {
	begun := make(chan context.Context, 1)
	proceed := make(chan error)
	w := newWarmth(func(ctx context.Context) error {
		begun <- ctx
		select {
		case err := <-proceed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}, slog.New(slog.DiscardHandler))
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { w.run(ctx); close(ended) }()

	w.want()
	first := <-begun
	w.begin() // a question comes
	<-first.Done()
	w.begin() // and another
	w.end(false)
	select {
	case <-begun:
		t.Fatal("the model was got ready in the middle of a question")
	case <-time.After(50 * time.Millisecond): // too short to fail wrongly, long enough to see a slip
	}
	w.end(false) // neither needed the model: it is as cold as before
	second := <-begun
	proceed <- nil
	<-second.Done()

	w.want()
	third := <-begun
	w.begin()
	<-third.Done()
	w.end(true) // the question did it
	w.want()    // another model
	<-begun
	proceed <- errors.New("no model")
	w.begin()
	w.end(false) // what failed is not tried again unasked
	cancel()
	<-ended
	select {
	case <-begun:
		t.Error("the model was got ready though nobody wanted it")
	default:
	}
}

// TestAChildIsNoSteward starts the program as its own child with a command no child has.
func TestAChildIsNoSteward(t *testing.T) {
	b := newBench(t, nil)
	cmd := b.command("serve")
	cmd.Env = append(cmd.Env, "STEWARD_CHILD=1")
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "STEWARD_CHILD") {
		t.Errorf("it ended with %v and said %q", err, out)
	}
}
