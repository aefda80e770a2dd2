package ollama

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/ollama/ollama/api"

	"steward/agent"
)

const (
	// embedBatch texts are sent at once; a waiting chat goes first between two batches.
	embedBatch = 16
	// embedBytes is where a text is cut before it is sent; the server cuts the rest to
	// what the model can read.
	embedBytes = 8 << 10
)

// Embedder makes vectors of texts with one model. It is safe for concurrent use.
type Embedder struct {
	client *Client
	name   string
}

// Embedder returns the embedding model of that name. It is not asked for before the first call.
func (c *Client) Embedder(name string) *Embedder { return &Embedder{client: c, name: name} }

// Name is the model's name as its server knows it.
func (e *Embedder) Name() string { return e.name }

// Embed returns one vector per text, in order; each has length 1 as Ollama normalises
// them. Texts longer than the model reads are cut at their end. A single text, such as a
// question, goes ahead at once; more of them wait while a chat is running and let
// one through between batches. An absent server or model is an *agent.Unavailable.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for start := 0; start < len(texts); start += embedBatch {
		batch := texts[start:min(start+embedBatch, len(texts))]
		vectors, err := e.batch(ctx, batch, len(texts) > 1)
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
	}
	return out, nil
}

func (e *Embedder) batch(ctx context.Context, texts []string, wait bool) ([][]float32, error) {
	if wait {
		release, err := e.client.take(ctx)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	details, err := e.client.Show(ctx, e.name)
	if err != nil {
		return nil, err
	}
	if details.Remote != "" {
		return nil, remoteRefused(e.name, details.Remote)
	}
	input := make([]string, len(texts))
	for i, t := range texts {
		input[i] = cut(t, embedBytes)
	}
	yes := true
	resp, err := e.client.api.Embed(ctx, &api.EmbedRequest{
		Model: e.name, Input: input, Truncate: &yes, KeepAlive: &api.Duration{Duration: KeepAlive},
	})
	if err != nil {
		var status api.StatusError
		if errors.As(err, &status) && status.StatusCode == 400 && !details.Embeds {
			return nil, &agent.Unavailable{
				Part: "model", Err: err,
				Reason: fmt.Sprintf("The model %s cannot make vectors.", e.name),
				Fix:    "Choose an embedding model in Settings, such as all-minilm.",
			}
		}
		return nil, fmt.Errorf("embedding with %s: %w", e.name, e.client.explain(ctx, e.name, err))
	}
	if len(resp.Embeddings) != len(texts) {
		return nil, fmt.Errorf("embedding with %s: %d vectors came back for %d texts", e.name, len(resp.Embeddings), len(texts))
	}
	return resp.Embeddings, nil
}

// cut keeps at most n bytes of s, at a rune's border.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
