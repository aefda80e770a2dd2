package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"steward/agent"
	"steward/agent/ollama"
	"steward/app/httpapi"
	"steward/app/store"
	"steward/build/setup"
)

// How often the model server is looked at while it answers and while it does not. Another
// program may start, stop or change it at any time.
const (
	lookReady  = 20 * time.Second
	lookAbsent = 4 * time.Second
)

// machine is this machine, which is looked at once: asking a graphics processor may take seconds.
var machine = sync.OnceValue(setup.Machine)

// modelOptions are what a modelServer works with.
type modelOptions struct {
	home home
	// cache is where setup keeps what it got.
	cache    string
	settings func(context.Context) (store.Settings, error)
	// changed is called after the state has changed, chosen when other models are in use;
	// both from run's goroutine.
	changed func()
	chosen  func(ctx context.Context, client *ollama.Client, chat, embed string)
	log     *slog.Logger
}

// modelServer keeps the connection to a model server: the person's own when one answers,
// else one of ours, started as a child. One goroutine, run, changes it; everything else may
// be called from any goroutine.
type modelServer struct {
	modelOptions

	poke chan bool // true: start a server of our own if none answers

	mu     sync.Mutex
	state  httpapi.Runtime
	err    error // why there is no model to ask; nil when there is
	client *ollama.Client
	own    *ollama.Server
	start  bool
	begun  bool // somebody wanted a server
	// looked is closed when the look that is under way has ended.
	looked chan struct{}
}

func newModelServer(o modelOptions) *modelServer {
	return &modelServer{
		modelOptions: o, poke: make(chan bool, 1), looked: make(chan struct{}),
		state: httpapi.Runtime{State: "starting", Message: "Steward looks for a model server."},
	}
}

// run looks for a server and its models until ctx ends; then it stops a server of our own.
// Nothing happens before the first want or need.
func (m *modelServer) run(ctx context.Context) {
	defer func() {
		m.mu.Lock()
		own := m.own
		m.mu.Unlock()
		if own != nil {
			own.Stop()
		}
	}()
	var wait <-chan time.Time // nil, and never ready, until somebody asks
	for {
		select {
		case start := <-m.poke:
			m.mu.Lock()
			m.start = m.start || start
			m.mu.Unlock()
		case <-wait:
		case <-ctx.Done():
			return
		}
		wait = time.After(m.look(ctx))
	}
}

// find begins to look for a server; with start it starts one of ours if none answers. It
// returns at once, and a channel that is closed when the look has ended.
func (m *modelServer) find(start bool) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begun = true
	select {
	case <-m.looked:
		m.looked = make(chan struct{})
	default:
	}
	select {
	case m.poke <- start:
	case old := <-m.poke:
		m.poke <- old || start
	}
	return m.looked
}

// await finds a server as find does and waits for the end of the look.
func (m *modelServer) await(ctx context.Context, start bool) error {
	select {
	case <-m.find(start):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// look brings the state up to date and says when to look again.
func (m *modelServer) look(ctx context.Context) time.Duration {
	m.mu.Lock()
	before, beforeClient, start := m.state, m.client, m.start
	m.mu.Unlock()
	state, client, err := m.observe(ctx, start)
	if ctx.Err() != nil {
		return time.Hour
	}
	m.mu.Lock()
	m.state, m.client, m.err = state, client, err
	m.mu.Unlock()
	if client != nil && (client != beforeClient || state.Chat != before.Chat || state.Embed != before.Embed) {
		m.chosen(ctx, client, state.Chat, state.Embed)
	}
	m.mu.Lock()
	if len(m.poke) == 0 { // else somebody waits for the next look
		select {
		case <-m.looked:
		default:
			close(m.looked)
		}
	}
	m.mu.Unlock()
	if state != before {
		m.log.Info("model server", "state", state.State, "endpoint", state.Endpoint, "chat", state.Chat, "embed", state.Embed)
		m.changed()
	}
	if state.State == "ready" || state.State == "no_model" {
		return lookReady
	}
	return lookAbsent
}

func (m *modelServer) observe(ctx context.Context, start bool) (httpapi.Runtime, *ollama.Client, error) {
	set, err := m.settings(ctx)
	if err != nil {
		return httpapi.Runtime{State: "failed", Message: err.Error()}, nil, err
	}
	client, owned, err := m.reach(ctx, set.OllamaHost, start)
	if err != nil {
		e := httpapi.AsError(err)
		state := httpapi.Runtime{State: "absent", Message: e.Message, Fix: e.Fix, Owned: owned}
		if owned {
			state.State = "failed"
		}
		return state, nil, err
	}
	state := httpapi.Runtime{Endpoint: client.Endpoint(), Owned: owned}
	version, err := client.Version(ctx)
	if err == nil {
		state.Version = version
		var installed []ollama.Details
		if installed, err = client.Models(ctx); err == nil {
			state.Chat, state.Embed = choose(installed, set, machine().Memory)
		}
	}
	switch {
	case err != nil:
		e := httpapi.AsError(err)
		state.State, state.Message, state.Fix = "failed", e.Message, e.Fix
		return state, nil, err
	case state.Chat == "":
		missing := noModel(set.ChatModel)
		state.State, state.Message, state.Fix = "no_model", missing.Reason, missing.Fix
		return state, client, missing
	}
	state.State = "ready"
	return state, client, nil
}

func noModel(wanted string) *agent.Unavailable {
	reason := "The model server has no model that can answer."
	if wanted != "" {
		reason = fmt.Sprintf("The model server does not have the model %s.", wanted)
	}
	return &agent.Unavailable{Part: "model", Reason: reason, Fix: "Run `steward setup`, or get a model in Settings."}
}

// reach gives a client of a server that answers.
func (m *modelServer) reach(ctx context.Context, host string, start bool) (_ *ollama.Client, owned bool, _ error) {
	m.mu.Lock()
	own := m.own
	m.mu.Unlock()
	if own != nil && host == "" {
		state, err := own.State()
		switch state {
		case ollama.Ready:
			return own.Client(), true, nil
		case ollama.Starting, ollama.Failed:
			return nil, true, &agent.Unavailable{
				Part: "runtime", Reason: "The model server ended and is being started again.",
				Fix: "Try again in a moment.", Err: err,
			}
		}
	}
	client, err := ollama.Find(ctx, host)
	if err == nil || host != "" || ctx.Err() != nil {
		return client, false, err
	}
	binary, models := m.installed()
	if binary == "" {
		return nil, false, &agent.Unavailable{
			Part: "runtime", Reason: "No model server is running, and none is installed.",
			Fix: "Run `steward setup`, or start your own Ollama.", Err: err,
		}
	}
	if !start {
		return nil, false, &agent.Unavailable{
			Part: "runtime", Reason: "No model server is running.", Fix: "Steward starts its own when it is needed.", Err: err,
		}
	}
	own, err = ollama.Start(ctx, ollama.ServerConfig{
		Binary: binary, Models: models, Log: m.home.file("runtime.log"), Home: m.home.file("runtime"),
	})
	if err != nil {
		return nil, true, err
	}
	m.mu.Lock()
	m.own = own
	m.mu.Unlock()
	return own.Client(), true, nil
}

// installed finds an Ollama to start and the folder of its models: the person's own, else
// the one that setup built.
func (m *modelServer) installed() (binary, models string) {
	models = filepath.Join(m.cache, "models")
	if own, err := exec.LookPath("ollama"); err == nil {
		if home, err := os.UserHomeDir(); err == nil {
			theirs := filepath.Join(home, ".ollama", "models")
			if env := os.Getenv("OLLAMA_MODELS"); env != "" {
				theirs = env
			}
			if info, err := os.Stat(theirs); err == nil && info.IsDir() {
				models = theirs
			}
		}
		return own, models
	}
	return builtRuntime(m.cache), models
}

// builtRuntime finds the newest runtime that setup built here and that runs on this
// processor; "" when there is none.
func builtRuntime(cache string) string {
	found, _ := filepath.Glob(filepath.Join(cache, "runtime", "ollama-*", "ollama"))
	slices.Reverse(found)
	for _, binary := range found {
		if exec.Command(binary, "--version").Run() == nil {
			return binary
		}
	}
	return ""
}

// now gives the state as last seen.
func (m *modelServer) now() (httpapi.Runtime, *ollama.Client, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, m.client, m.err
}

// ensure gives a client of a running server, and gets and starts one when there is none.
func (m *modelServer) ensure(ctx context.Context, report func(setup.Progress)) (*ollama.Client, error) {
	if err := m.await(ctx, true); err != nil {
		return nil, err
	}
	_, client, err := m.now()
	if client != nil {
		return client, nil
	}
	var missing *agent.Unavailable
	if binary, _ := m.installed(); binary != "" || !errors.As(err, &missing) || missing.Part != "runtime" {
		return nil, err
	}
	if set, err := m.settings(ctx); err != nil || set.OllamaHost != "" {
		return nil, errors.Join(err, missing) // the person named a server; another is not what they want
	}
	if _, err := setup.Runtime(ctx, m.cache, report); err != nil {
		return nil, err
	}
	if err := m.await(ctx, true); err != nil {
		return nil, err
	}
	_, client, err = m.now()
	if client == nil {
		return nil, err
	}
	return client, nil
}

// model is what an answer is written with: whatever is in use when it is asked. It waits
// while the server starts.
type model struct{ server *modelServer }

func (m model) Name() string {
	state, _, _ := m.server.now()
	return state.Chat
}

func (m model) Chat(ctx context.Context, call agent.Call, token func(string) error) (agent.Usage, error) {
	state, client, err := m.server.now()
	if err != nil || client == nil || state.Chat == "" {
		if err := m.server.await(ctx, true); err != nil {
			return agent.Usage{}, err
		}
		if state, client, err = m.server.now(); err != nil {
			return agent.Usage{}, err
		}
	}
	usage, err := client.Chat(state.Chat).Chat(ctx, call, token)
	var missing *agent.Unavailable
	if errors.As(err, &missing) {
		m.server.find(true) // it has just gone: notice now, not in twenty seconds
	}
	return usage, err
}
