// Package index owns the words: which document holds which term, kept in Bleve on disk.
// It is the only importer of Bleve. It stores no text and no positions of terms: phrases
// are found by hashed pairs of neighbours, and who must be sure checks them against the
// text. Everything in it can be derived again.
package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2"
	bdoc "github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	api "github.com/blevesearch/bleve_index_api"
)

// Version is the version of how documents are cut into terms and filed. An index of
// another version is to be built anew.
const Version = "2"

// Words is an open index of words. Its methods may be called from any goroutine.
type Words struct {
	bleve bleve.Index
	inner api.Index
	close func() error

	version  atomic.Uint64 // grows with every change
	peopleMu sync.Mutex
	people   map[string]people // by field
}

// people are the values of a field of addresses at a version of the index.
type people struct {
	version uint64
	all     []string
}

// Open opens the index in folder dir, or makes one there if the folder does not exist.
// Any error means that the index there cannot be used.
func Open(dir string) (w *Words, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("open the words index %s: it is damaged: %v", dir, r)
		}
	}()
	settings := map[string]any{
		"bolt_timeout": "5s",
		"scorchMergePlanOptions": map[string]any{
			"MaxSegmentsPerTier": 10, "MaxSegmentSize": 5_000_000, "TierGrowth": 10.0, "SegmentsPerMergeTask": 10,
			"FloorSegmentSize": 2_000, "ReclaimDeletesWeight": 2.0,
		},
	}
	var idx bleve.Index
	if _, statErr := os.Stat(dir); errors.Is(statErr, os.ErrNotExist) {
		idx, err = bleve.NewUsing(dir, bleve.NewIndexMapping(), scorch.Name, scorch.Name, settings)
	} else {
		idx, err = bleve.OpenUsing(dir, settings)
	}
	if err != nil {
		return nil, fmt.Errorf("open the words index %s: %w", dir, err)
	}
	inner, err := idx.Advanced()
	if err != nil {
		_ = idx.Close()
		return nil, fmt.Errorf("open the words index %s: %w", dir, err)
	}
	return &Words{bleve: idx, inner: inner, people: map[string]people{}, close: sync.OnceValue(idx.Close)}, nil
}

// Apply stores entries and removes documents in one step, durable once it returned nil.
// After an error the index must be closed and opened again: what it holds in memory may
// be ahead of the disk.
func (w *Words) Apply(put []*Entry, remove []string) error {
	defer w.version.Add(1)
	batch := w.bleve.NewBatch()
	for _, id := range remove {
		batch.Delete(id)
	}
	for _, e := range put {
		d := bdoc.NewDocument(e.ID)
		d.Fields = append(make([]bdoc.Field, 0, len(e.fields)+1), e.fields...)
		if err := batch.IndexAdvanced(d); err != nil {
			return fmt.Errorf("index document %s: %w", e.ID, err)
		}
	}
	if err := w.bleve.Batch(batch); err != nil {
		return fmt.Errorf("write the words index: %w", err)
	}
	return nil
}

// Len is the number of documents.
func (w *Words) Len() (int, error) {
	n, err := w.bleve.DocCount()
	return int(n), err
}

// IDs visits the ID of every document.
func (w *Words) IDs(ctx context.Context, visit func(id string)) error {
	reader, err := w.inner.Reader()
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }()
	all, err := reader.DocIDReaderAll()
	if err != nil {
		return err
	}
	defer func() { _ = all.Close() }()
	for {
		id, err := all.Next()
		if err != nil || id == nil {
			return err
		}
		name, err := reader.ExternalID(id)
		if err != nil {
			return err
		}
		visit(name)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Close waits for what is being written and closes the index; a second call does nothing.
func (w *Words) Close() error { return w.close() }
