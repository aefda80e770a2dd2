package indexer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"steward/indexer/index"
)

// damaged asks for the words index to be built anew.
func (x *Indexer) damaged(err error) {
	x.log.Error("the words index is damaged and is built anew", "error", err)
	x.mu.Lock()
	x.rebuild = true
	x.mu.Unlock()
	select {
	case x.damage <- struct{}{}:
	default:
	}
}

// rebuildIfNeeded builds the words index anew if that is needed, until it works. The
// writer calls it, so that nothing else is written meanwhile.
func (x *Indexer) rebuildIfNeeded(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		x.mu.Lock()
		needed := x.rebuild
		x.mu.Unlock()
		if !needed {
			return nil
		}
		x.notice("words", "The index of words is being built anew; until then some searches find less.")
		err := x.rebuildWords(ctx)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		x.log.Error("the words index could not be built anew; it is tried again", "error", err)
		x.notice("words", writeTrouble(x.cfg.Dir, err))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// rebuildWords builds the words index anew beside the old one from the stored texts, and
// swaps them. The old one, if it can be opened, serves until then.
func (x *Indexer) rebuildWords(ctx context.Context) error {
	x.mu.Lock()
	x.building = true
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		x.building = false
		x.mu.Unlock()
	}()
	old, err := x.store.Meta(ctx, "words")
	if err != nil {
		return err
	}
	var number int
	_, _ = fmt.Sscanf(old, "words-%d", &number)
	fresh := fmt.Sprintf("words-%d", number+1)
	dir := filepath.Join(x.cfg.Dir, fresh)
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("make room for a new words index: %w", err)
	}
	words, err := index.Open(dir)
	if err != nil {
		return err
	}
	if err := x.fill(ctx, words); err != nil {
		_ = words.Close()
		_ = os.RemoveAll(dir)
		return err
	}
	if err := x.store.SetMeta(ctx, "words_version", index.Version); err != nil {
		_ = words.Close()
		return err
	}
	if err := x.store.SetMeta(ctx, "words", fresh); err != nil {
		_ = words.Close()
		return err
	}
	x.wordsMu.Lock()
	before := x.words
	x.words = words
	x.wordsMu.Unlock()
	if before != nil {
		_ = before.Close()
	}
	_ = os.RemoveAll(filepath.Join(x.cfg.Dir, old))
	x.mu.Lock()
	x.rebuild = false
	x.mu.Unlock()
	x.notice("words", "")
	x.changed()
	unsure, err := x.store.Unsure(ctx)
	if err != nil {
		return err
	}
	return x.store.Settle(ctx, unsure)
}

// fill writes every stored document into a new words index.
func (x *Indexer) fill(ctx context.Context, words *index.Words) error {
	documents, err := x.store.IDs(ctx)
	if err != nil {
		return err
	}
	for len(documents) > 0 {
		n := min(len(documents), batchDocuments/2)
		var put []*index.Entry
		for _, id := range documents[:n] {
			if err := ctx.Err(); err != nil {
				return err
			}
			d, err := x.store.Load(ctx, id)
			if err != nil {
				return fmt.Errorf("read a stored document: %w", err)
			}
			put = append(put, index.Prepare(d))
		}
		if err := words.Apply(put, nil); err != nil {
			return err
		}
		documents = documents[n:]
	}
	return nil
}
