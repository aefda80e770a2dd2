package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"steward/agent/route"
	"steward/indexer/query"
)

// Options are what an Agent works with.
type Options struct {
	// Model gives the model in use now, or an *Unavailable. It is asked once per question.
	Model func() (Model, error)
	// Searcher is the index.
	Searcher query.Searcher
	Limits   Limits
	// Log may be nil. Questions, passages and answers are never logged.
	Log *slog.Logger
}

// Agent answers questions. Its methods may be called from any goroutine.
type Agent struct {
	model  func() (Model, error)
	index  query.Searcher
	limits Limits
	log    *slog.Logger
}

// New gives an agent. It does nothing until it is asked.
func New(o Options) *Agent {
	l := o.Limits
	l.Steps = cmp.Or(l.Steps, 4)
	l.ReplyTokens = cmp.Or(l.ReplyTokens, 320)
	l.Time = cmp.Or(l.Time, 3*time.Minute)
	l.PromptBytes = cmp.Or(l.PromptBytes, 1400)
	return &Agent{model: o.Model, index: o.Searcher, limits: l, log: cmp.Or(o.Log, slog.New(slog.DiscardHandler))}
}

// The ways an answer stops short; they end in Answer.Stopped.
const (
	stoppedTokens    = "tokens"
	stoppedTime      = "time"
	stoppedSteps     = "steps"
	stoppedCancelled = "cancelled"
)

// hitsShown is how many passages a person sees, and at most how many the model is given.
const hitsShown, hitsRead = 8, 4

// run is one question on its way.
type run struct {
	*Agent
	ctx   context.Context
	q     Question
	read  route.Reading
	say   phrases
	emit  func(Event)
	began time.Time
	a     Answer
}

// Ask answers one question. It calls emit in order, from one goroutine, and returns after the
// last event; the answer returned is the one of the "done" event.
//
// A cancelled context or a limit is no error: Answer.Stopped says so and the answer holds what
// there was. With the model away the passages are emitted and returned beside an *Unavailable;
// with the index away there is only the *Unavailable. In both cases no "done" is emitted.
func (g *Agent) Ask(ctx context.Context, q Question, emit func(Event)) (Answer, error) {
	if emit == nil {
		emit = func(Event) {}
	}
	if q.Now.IsZero() {
		q.Now = time.Now()
	}
	limited, cancel := context.WithTimeout(ctx, g.limits.Time)
	defer cancel()
	r := &run{Agent: g, ctx: limited, q: q, emit: emit, began: time.Now()}
	err := r.all()
	if err != nil && limited.Err() != nil {
		r.a.Stopped = stoppedTime
		if ctx.Err() != nil {
			r.a.Stopped = stoppedCancelled
		}
		err = nil
	}
	r.finish()
	if err != nil {
		r.log.Info("question not answered", "route", r.a.Route, "ms", r.a.Millis, "err", err)
		return r.a, err
	}
	r.log.Info("question answered", "route", r.a.Route, "found", r.a.Found, "citations", len(r.a.Citations), "stopped", r.a.Stopped, "ms", r.a.Millis)
	emit(Event{Type: "done", Answer: &r.a})
	return r.a, nil
}

// all is the loop: route, search, and then either a sentence from the index or one from the model.
func (r *run) all() error {
	at := time.Now()
	r.read = route.Read(r.q.Text, r.q.Now)
	r.say = speak(r.read, r.q)
	r.a.Route, r.a.Query = Route(r.read.Kind), r.read.Query
	if err := r.place(); err != nil {
		return r.indexError(err)
	}
	r.step("route", string(r.a.Route)+": "+r.a.Query.String(), at, nil)
	if r.a.Route != RouteAnswer {
		return r.indexError(r.lookUp())
	}
	if err := r.search(); err != nil {
		return r.indexError(err)
	}
	r.passages()
	if len(r.a.Hits) == 0 {
		r.a.Text = r.nothing(r.a.Query)
		return nil
	}
	return r.answer()
}

// search finds the passages to read. Where filters were only implied and find little, the
// same words without them fill up.
func (r *run) search() error {
	at := time.Now()
	q := r.a.Query
	q.Limit = hitsShown
	res, err := r.index.Search(r.ctx, q)
	if err != nil {
		return err
	}
	if len(res.Hits) == 0 && q.Order != "" {
		// "The latest report" may not have all the words: then the best will do.
		q.Order = ""
		if res, err = r.index.Search(r.ctx, q); err != nil {
			return err
		}
	}
	r.a.Hits = res.Hits
	if f := r.read.Fallback; f != nil && len(res.Hits) < hitsRead {
		more := *f
		more.Limit, more.Under = hitsShown, q.Under
		wider, err := r.index.Search(r.ctx, more)
		if err != nil {
			return err
		}
		if len(res.Hits) == 0 {
			r.a.Query = *f
		}
		r.a.Hits = merge(res.Hits, wider.Hits, hitsShown)
	}
	r.step("search", fmt.Sprintf("%d passages", len(r.a.Hits)), at, nil)
	return nil
}

// merge adds hits on other documents up to a limit.
func merge(hits, more []query.Hit, limit int) []query.Hit {
	have := map[string]bool{}
	for _, h := range hits {
		have[h.ID] = true
	}
	for _, h := range more {
		if !have[h.ID] && len(hits) < limit {
			hits = append(hits, h)
		}
	}
	return hits
}

// answer asks the model once and checks what it says.
func (r *run) answer() error {
	model, err := r.model()
	if err != nil {
		return r.modelError(err)
	}
	r.a.Model = model.Name()
	if r.limits.Steps < 1 {
		r.a.Stopped = stoppedSteps
		r.a.Text = r.say.unsaid()
		return nil
	}
	sources := pick(r.a.Hits, r.q.Text, r.limits.PromptBytes)
	reply := newReply(func(text string) { r.emit(Event{Type: "token", Token: text}) })
	at := time.Now()
	usage, err := model.Chat(r.ctx, prompt(sources, r.q.Text, r.limits.ReplyTokens), reply.add)
	if err == nil || errors.Is(err, errEnough) {
		err = nil
		if !reply.complete() && usage.ReplyTokens >= r.limits.ReplyTokens {
			r.a.Stopped = stoppedTokens
		}
	}
	r.step("model", fmt.Sprintf("%d passages read, found: %s", len(sources), cmp.Or(reply.found, "not said")), at, &usage)
	if err != nil && r.ctx.Err() == nil {
		return r.modelError(err)
	}
	// What was said before a cancel is checked too.
	r.check(reply, sources)
	return err
}

// Warm loads the model and lets its server read the part of the prompt that never changes, so
// that the first question does not wait for either. It returns an *Unavailable when there is no model.
func (g *Agent) Warm(ctx context.Context) error {
	model, err := g.model()
	if err != nil {
		return err
	}
	call := prompt(nil, "", 1)
	_, err = model.Chat(ctx, call, func(string) error { return nil })
	return err
}

// passages tells what was found, before any model is called.
func (r *run) passages() {
	q := r.a.Query
	r.emit(Event{Type: "passages", Route: r.a.Route, Query: &q, Hits: r.a.Hits})
}

func (r *run) step(name, detail string, began time.Time, u *Usage) {
	s := Step{Name: name, Detail: detail, Millis: time.Since(began).Milliseconds(), Usage: u}
	r.a.Steps = append(r.a.Steps, s)
	r.emit(Event{Type: "step", Step: &s})
}

// finish fills in what every answer has, whatever became of it.
func (r *run) finish() {
	// The index is asked for its age even after a cancel: it is quick.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), time.Second)
	defer cancel()
	r.a.IndexAge = -1
	if s, err := r.index.Status(ctx); err == nil && !s.AsOf.IsZero() {
		r.a.IndexAge = max(0, time.Since(s.AsOf).Seconds())
	}
	// JSON readers get empty lists, not nulls.
	r.a.Sentences = append([]Sentence{}, r.a.Sentences...)
	r.a.Citations = append([]Citation{}, r.a.Citations...)
	r.a.Unsupported = append([]string{}, r.a.Unsupported...)
	r.a.Steps = append([]Step{}, r.a.Steps...)
	r.a.Millis = time.Since(r.began).Milliseconds()
}

func (r *run) indexError(err error) error {
	if err == nil || r.ctx.Err() != nil {
		return err
	}
	if u := (*Unavailable)(nil); errors.As(err, &u) {
		return err
	}
	return &Unavailable{Part: "index", Reason: r.say.indexAway(), Err: fmt.Errorf("search the index: %w", err)}
}

func (r *run) modelError(err error) error {
	if u := (*Unavailable)(nil); errors.As(err, &u) {
		return err
	}
	return &Unavailable{Part: "model", Reason: r.say.modelAway(), Err: fmt.Errorf("ask the model: %w", err)}
}
