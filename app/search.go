package app

import (
	"context"
	"time"

	"steward/indexer"
	"steward/indexer/query"
)

// How long a search waits for its query's vector. The index itself waits a moment only,
// as typing in the window wants it; a question or a command would rather wait than find less.
const (
	askPatience     = 2 * time.Second
	commandPatience = 15 * time.Second
)

// patient is the index with more time for meaning.
type patient struct {
	*indexer.Indexer
	model *modelServer
	wait  time.Duration
}

// Search gives the index's result, after the model server has started and the query's vector
// was made, if that takes no longer than wait. What fails about meaning is in the result.
func (p patient) Search(ctx context.Context, q query.Query) (query.Result, error) {
	if q.Text == "" || q.KeywordOnly {
		return p.Indexer.Search(ctx, q)
	}
	limited, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	p.model.settled(limited)
	result, err := p.Indexer.Search(ctx, q)
	if err != nil || result.Semantic {
		return result, err
	}
	state, client, _ := p.model.now()
	if client == nil || state.Embed == "" {
		return result, nil
	}
	// The index has asked for the vector already and keeps it when it comes. This one comes
	// after it, so that the vector is there then.
	if _, err := client.Embedder(state.Embed).Embed(limited, []string{q.Text}); err != nil {
		return result, nil //nolint:nilerr // the words' result, with its notice, is what there is
	}
	return p.Indexer.Search(ctx, q)
}

// settled waits until the first look for a model server has ended, if one was begun.
func (m *modelServer) settled(ctx context.Context) {
	m.mu.Lock()
	looked, begun := m.looked, m.begun
	m.mu.Unlock()
	if !begun {
		return
	}
	select {
	case <-looked:
	case <-ctx.Done():
	}
}
