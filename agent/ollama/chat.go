package ollama

import (
	"context"
	"errors"
	"fmt"

	"github.com/ollama/ollama/api"

	"steward/agent"
)

// These are the same in every call: a runner is loaded anew when one of them changes, and
// its cache of the prompt's prefix is lost.
const (
	// ContextTokens is the room for prompt and reply together, in tokens.
	ContextTokens = 4096
	// batchTokens is how much of a prompt is read between two looks at whether the caller
	// is still there: it bounds how long a cancelled call goes on working.
	batchTokens = 128
)

// Chat returns the chat model of that name. It is not asked for before the first call.
func (c *Client) Chat(name string) agent.Model { return &chatModel{client: c, name: name} }

// chatModel implements agent.Model.
type chatModel struct {
	client *Client
	name   string
}

func (m *chatModel) Name() string { return m.name }

func (m *chatModel) Chat(ctx context.Context, call agent.Call, token func(string) error) (agent.Usage, error) {
	c := m.client
	release, err := c.take(ctx)
	if err != nil {
		return agent.Usage{}, err
	}
	defer release()

	details, err := c.Show(ctx, m.name)
	if err != nil {
		return agent.Usage{}, err
	}
	if err := refuse(details); err != nil {
		return agent.Usage{}, err
	}

	// A callback's error must come back as it is, and must stop the server's work: the
	// request ends with this context.
	run, stop := context.WithCancel(ctx)
	defer stop()
	var usage agent.Usage
	var refused error
	done := false
	err = c.api.Chat(run, request(m.name, details, call), func(r api.ChatResponse) error {
		if r.RemoteHost != "" {
			refused = remoteRefused(m.name, r.RemoteHost)
			return refused
		}
		if r.Message.Content != "" {
			if refused = token(r.Message.Content); refused != nil {
				return refused
			}
		}
		if r.Done {
			done = true
			usage = agent.Usage{
				PromptTokens: r.PromptEvalCount, ReplyTokens: r.EvalCount,
				Load: r.LoadDuration, Prompt: r.PromptEvalDuration, Reply: r.EvalDuration,
			}
		}
		return nil
	})
	switch {
	case refused != nil:
		return usage, refused
	case err == nil && !done:
		err = errBroken
	case err == nil:
		return usage, nil
	}
	if why := c.explain(ctx, m.name, err); why != err { //nolint:errorlint // identity: was it explained
		return usage, why
	}
	return usage, fmt.Errorf("model %s: %w", m.name, err)
}

func request(name string, d Details, call agent.Call) *api.ChatRequest {
	max := call.MaxTokens
	if max == 0 {
		max = 256
	}
	req := &api.ChatRequest{
		Model:     name,
		Format:    call.Schema,
		KeepAlive: &api.Duration{Duration: KeepAlive},
		Options: map[string]any{
			"num_ctx": ContextTokens, "num_batch": batchTokens, "num_predict": max,
			"temperature": call.Temperature, "seed": call.Seed,
		},
	}
	if d.Thinks {
		think := any(false)
		if d.Family == "gptoss" { // it cannot stop thinking, only think less
			think = "low"
		}
		req.Think = &api.ThinkValue{Value: think}
	}
	for _, msg := range call.Messages {
		req.Messages = append(req.Messages, api.Message{Role: msg.Role, Content: msg.Content})
	}
	return req
}

func refuse(d Details) error {
	if d.Remote != "" {
		return remoteRefused(d.Name, d.Remote)
	}
	if d.Embeds {
		return &agent.Unavailable{
			Part: "model", Err: errors.ErrUnsupported,
			Reason: fmt.Sprintf("The model %s makes vectors and cannot answer.", d.Name),
			Fix:    "Choose a chat model in Settings.",
		}
	}
	return nil
}

func remoteRefused(name, host string) error {
	return &agent.Unavailable{
		Part: "model", Err: errors.ErrUnsupported,
		Reason: fmt.Sprintf("The model %s runs at %s and not on this computer; your text would leave it.", name, host),
		Fix:    "Choose a model that runs here.",
	}
}
