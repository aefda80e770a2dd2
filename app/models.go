package app

import (
	"context"
	"sync"
	"time"

	"steward/agent/ollama"
	"steward/app/httpapi"
	"steward/build/setup"
)

// Runtime gives the model server's state as last seen.
func (s *services) Runtime(context.Context) httpapi.Runtime {
	state, _, _ := s.model.now()
	return state
}

// library remembers for a while whether Ollama's model library can be reached.
var library struct {
	sync.Mutex
	at time.Time
	ok bool
}

func libraryReachable(ctx context.Context) bool {
	library.Lock()
	defer library.Unlock()
	if time.Since(library.at) > 10*time.Minute {
		library.ok, library.at = ollama.LibraryReachable(ctx), time.Now()
	}
	return library.ok
}

// Models gives what is installed and what could be.
func (s *services) Models(ctx context.Context) (httpapi.Models, error) {
	if err := s.model.await(ctx, true); err != nil {
		return httpapi.Models{}, err
	}
	state, client, _ := s.model.now()
	out := httpapi.Models{
		Endpoint: state.Endpoint, Owned: state.Owned, MemoryBytes: machine().Memory, GPU: machine().GPU,
		Registry: libraryReachable(ctx),
	}
	if client != nil {
		installed, err := client.Models(ctx)
		if err != nil {
			return out, err
		}
		for _, d := range installed {
			if d.Remote != "" {
				continue
			}
			m := httpapi.Model{Name: d.Name, Bytes: d.Bytes, Parameters: d.Parameters, Role: "chat", Loaded: d.Loaded}
			m.InUse = d.Name == state.Chat
			if d.Embeds {
				m.Role, m.InUse = "embed", d.Name == state.Embed
			}
			out.Installed = append(out.Installed, m)
		}
	}
	for _, a := range setup.Advise(machine(), out.Registry) {
		out.Recommended = append(out.Recommended, httpapi.ModelAdvice(a))
	}
	return out, nil
}

// Install gets a model, and a runtime first where there is none. "" is the chat model
// recommended for this machine.
func (s *services) Install(ctx context.Context, name string, report func(httpapi.Progress)) error {
	pass := func(p setup.Progress) {
		report(httpapi.Progress{
			Step: p.Step, Detail: p.Detail, DoneBytes: p.DoneBytes, TotalBytes: p.TotalBytes, SecondsLeft: p.SecondsLeft,
		})
	}
	client, err := s.model.ensure(ctx, pass)
	if err != nil {
		return err
	}
	if name == "" {
		for _, a := range setup.Advise(machine(), libraryReachable(ctx)) {
			if a.Role == "chat" && a.Best {
				name = a.Name
			}
		}
	}
	if err := setup.InstallModel(ctx, client, name, s.model.cache, pass); err != nil {
		return err
	}
	return s.model.await(ctx, true)
}
