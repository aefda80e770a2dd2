// Package embed owns vectors: what it needs of an embedding model, and a file of
// vectors that can be searched by cosine. It knows slots, not documents, and talks to no
// model server itself.
package embed

import "context"

// Model turns texts into vectors. Implementations are safe for concurrent use.
type Model interface {
	// Name tells models apart: another name means that old vectors do not compare.
	Name() string
	// Embed gives one vector a text, in order, all of one length. An error means none.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}
