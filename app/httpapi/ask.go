package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"steward/agent"
	"steward/app/surface"
)

// maxQuestion bounds a question, in bytes: a page of text.
const maxQuestion = 8 << 10

func (h *Handler) ask(w http.ResponseWriter, r *http.Request) error {
	var req AskRequest
	if err := readJSON(r, &req); err != nil {
		return err
	}
	req.Question = strings.TrimSpace(req.Question)
	switch {
	case req.Question == "":
		return badRequest("There is no question.")
	case len(req.Question) > maxQuestion:
		return badRequest("The question is longer than %d bytes.", maxQuestion)
	case req.Locale != "" && req.Locale != "en" && req.Locale != "zh-Hans":
		return badRequest("The locale %q is neither en nor zh-Hans.", req.Locale)
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	if req.Locale == "" {
		set, err := h.Choices.Settings(ctx)
		if err != nil {
			return err
		}
		req.Locale = set.Locale
	}
	if req.Locale == "" {
		req.Locale = "en"
	}
	a := &answering{out: &lines{w: w}, cancel: cancel}
	if req.Surface {
		a.surface = surface.NewAnswer("answer-"+strings.ToLower(rand.Text()), req.Locale)
	}
	answer, err := h.Asker.Ask(ctx, agent.Question{Text: req.Question, Now: req.Now, Locale: req.Locale}, a.event)
	if r.Context().Err() != nil {
		return nil // the person went away; nobody reads a last line
	}
	a.end(answer, err)
	if e := AsError(err); e != nil && e.Code == "internal" {
		h.Log.Error("a question failed", "err", err)
	}
	return nil
}

// answering is one answer on its way out. The loop emits from one goroutine at a time; the
// lock only keeps a late event from mixing with the last line.
type answering struct {
	mu      sync.Mutex
	out     *lines
	surface *surface.Answer
	cancel  context.CancelCauseFunc
	ended   bool
}

func (a *answering) event(e agent.Event) {
	if e.Type == "done" || e.Type == "error" {
		return // end writes the last line, with what Ask returned
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.put(AskEvent{Event: e})
	}
}

func (a *answering) end(answer agent.Answer, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	if err != nil {
		a.put(AskEvent{Event: agent.Event{Type: "error"}, Error: AsError(err)})
		return
	}
	a.put(AskEvent{Event: agent.Event{Type: "done", Answer: &answer}})
}

// put writes the event and what the surface makes of it, the last event after its surface, so that the last
// line is always the event. A surface that fails costs the answer nothing but its looks.
func (a *answering) put(e AskEvent) {
	last := e.Type == "done" || e.Type == "error"
	if !last && a.out.write(e) != nil {
		a.cancel(context.Canceled)
		return
	}
	if a.surface != nil {
		messages, err := compile(a.surface, e)
		if err != nil {
			a.surface = nil
		} else if len(messages) > 0 {
			if a.out.write(AskEvent{Event: agent.Event{Type: "surface"}, Messages: messages}) != nil {
				a.cancel(context.Canceled)
				return
			}
		}
	}
	if last {
		_ = a.out.write(e)
	}
}

func compile(s *surface.Answer, e AskEvent) ([]json.RawMessage, error) {
	if e.Error == nil {
		return s.On(e.Event)
	}
	return s.Fail(surface.Failure{Code: e.Error.Code, Part: e.Error.Part, Message: e.Error.Message, Fix: e.Error.Fix})
}
