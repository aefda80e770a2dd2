package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"steward/agent"
	"steward/agent/ollama"
	"steward/app/httpapi"
	"steward/app/store"
	"steward/build/setup"
	"steward/indexer"
	"steward/indexer/extract"
)

// services are all parts of Steward on one home, under one context. Whoever has them holds
// the home's lock.
type services struct {
	home  home
	log   *slog.Logger
	store *store.Store
	pool  *extract.Pool
	index *indexer.Indexer
	model *modelServer
	agent *agent.Agent
	// changes are what an interface is told of.
	changes *changes
	handler *httpapi.Handler

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup

	once sync.Once
	// stopped is closed when the indexer has stopped, by the error in failure or the end of ctx.
	stopped chan struct{}
	failure error
	stays   bool
	warmth  *warmth
	mu      sync.Mutex // of changes to the sources
}

// options say how services are started.
type options struct {
	static  fs.FS
	version string
	native  bool
	// stays is true for the window and serve: the index is kept up to date and the model
	// is got ready before the first question.
	stays bool
	// opened, when set, is called with the settings as soon as they can be read; the rest
	// has yet to start.
	opened func(*store.Store)
	log    *slog.Logger
}

// start opens everything in the home, whose lock the caller has. It waits for nothing slow:
// the model server is looked for in the background.
func start(ctx context.Context, h home, o options) (_ *services, err error) {
	s := &services{home: h, log: o.log, changes: newChanges(), stopped: make(chan struct{}), stays: o.stays}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := os.RemoveAll(h.file(httpapi.Opened)); err != nil {
		s.log.Warn("single messages that were opened are left", "err", err)
	}
	if s.store, err = store.Open(ctx, h.file("steward.db")); err != nil {
		return nil, partError("settings", err)
	}
	if o.opened != nil {
		o.opened(s.store)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find Steward's own program: %w", err)
	}
	cache, err := setup.CacheDir()
	if err != nil {
		return nil, err
	}
	s.pool = extract.NewPool(extract.Options{
		Command: []string{self, parseWorker}, CacheDir: h.file("cache"), Log: s.log,
	})
	s.index, err = indexer.Open(indexer.Config{
		Dir: h.file("index"), Extractor: s.pool, Log: s.log, Exclude: []string{string(h), cache},
	})
	if err != nil {
		return nil, partError("index", err)
	}
	if err := s.giveSources(ctx); err != nil {
		return nil, partError("index", err)
	}
	s.model = newModelServer(modelOptions{
		home: h, cache: cache, settings: s.store.Settings,
		changed: s.changes.bump, chosen: s.useModels, log: s.log,
	})
	wait := commandPatience
	if o.stays {
		wait = askPatience
	}
	s.agent = agent.New(agent.Options{
		Model: s.chatModel, Searcher: patient{s.index, s.model, wait}, Log: s.log,
	})
	s.warmth = newWarmth(s.agent.Warm, s.log)
	s.handler = httpapi.New(httpapi.Options{
		Asker: s, Searcher: s.index, Patient: patient{s.index, s.model, commandPatience}, Library: s, Upkeep: s, Choices: s, Models: s, Changes: s.changes,
		Diagnose: s.diagnose, Static: o.static, Version: o.version, Home: string(h), Native: o.native, Log: s.log,
	})
	s.group.Go(func() { s.model.run(s.ctx) })
	s.group.Go(s.relayRevisions)
	if o.stays {
		s.keepIndexing()
		s.group.Go(func() { s.warmth.run(s.ctx) })
		s.model.find(true)
	}
	return s, nil
}

// partError says which part is unavailable.
func partError(part string, err error) error {
	if store.IsFull(err) {
		return err
	}
	return &httpapi.Error{
		Code: "unavailable", Part: part, Message: err.Error() + ".",
		Fix: "`steward doctor` tells more.",
	}
}

// keepIndexing runs the indexer from now on: a process that only reads the index begins
// with it when a person adds something.
func (s *services) keepIndexing() {
	s.once.Do(func() {
		s.group.Go(func() {
			defer close(s.stopped)
			if err := s.index.Run(s.ctx); err != nil && s.ctx.Err() == nil {
				s.log.Error("the indexer stopped", "err", err)
				s.failure = partError("index", err)
			}
		})
	})
}

// relayRevisions tells interfaces of changes to the index.
func (s *services) relayRevisions() {
	revisions, stop := s.index.Subscribe()
	defer stop()
	for {
		select {
		case r, open := <-revisions:
			if !open {
				return
			}
			s.changes.indexAt(r)
		case <-s.ctx.Done():
			return
		}
	}
}

// close ends everything, what was last first, and returns when it is gone.
func (s *services) close() error {
	s.cancel()
	s.group.Wait()
	var errs []error
	if s.index != nil {
		errs = append(errs, s.index.Close())
	}
	if s.pool != nil {
		s.pool.Close()
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

// Ask answers a question; it waits for nothing but what the answer needs.
func (s *services) Ask(ctx context.Context, q agent.Question, emit func(agent.Event)) (answer agent.Answer, err error) {
	s.warmth.begin()
	defer func() { s.warmth.end(err == nil && answer.Model != "") }()
	return s.agent.Ask(ctx, q, emit)
}

// chatModel gives the model in use. It fails at once when there is surely none, and waits
// in its Chat, which can be cancelled, when that is not known yet.
func (s *services) chatModel() (agent.Model, error) {
	return model{s.model}, nil
}

// useModels hands the models in use to those who need them. It is called by the model
// server's goroutine.
func (s *services) useModels(ctx context.Context, client *ollama.Client, chat, embed string) {
	if embed == "" {
		s.index.SetEmbedder(nil)
	} else {
		s.index.SetEmbedder(client.Embedder(embed))
	}
	if chat != "" {
		s.warmth.want()
	}
}

// Settings gives the person's settings.
func (s *services) Settings(ctx context.Context) (httpapi.Settings, error) {
	set, err := s.store.Settings(ctx)
	return httpapi.Settings(set), err
}

// SaveSettings stores the settings and lets them take effect.
func (s *services) SaveSettings(ctx context.Context, set httpapi.Settings) error {
	if err := s.store.SaveSettings(ctx, store.Settings(set)); err != nil {
		return err
	}
	s.changes.bump()
	if s.stays {
		s.model.find(true)
	}
	return nil
}

// newServer gives the HTTP server for the handler, on whatever it listens.
func (s *services) newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}
