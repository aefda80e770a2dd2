package indexer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"steward/indexer/index"
	"steward/indexer/state"
)

// A batch is written once it holds this much, once its first item is this old, or when
// nothing more is on its way.
const (
	batchDocuments = 1000
	batchBytes     = 12 << 20
	batchAge       = 1500 * time.Millisecond
	batchIdle      = 15 * time.Millisecond
)

// batch is what one step of the writer changes.
type batch struct {
	changes []state.Change
	at      map[string]int // of changes, by path
	put     []*index.Entry
	remove  []string
	finish  []string // paths whose work ends with the batch
	bytes   int
}

func (b *batch) add(i item) {
	if b.at == nil {
		b.at = map[string]int{}
	}
	n, ok := b.at[i.path]
	if !ok {
		n = len(b.changes)
		b.at[i.path] = n
		b.changes = append(b.changes, state.Change{Path: i.path})
	}
	c := &b.changes[n]
	if i.put != nil {
		c.Put = append(c.Put, *i.put)
		b.put = append(b.put, i.entry)
		b.bytes += i.entry.Bytes + len(i.put.Body)
	}
	c.Removed = append(c.Removed, i.removed...)
	b.remove = append(b.remove, i.removed...)
	if i.last() {
		c.File, c.Gone = i.finish, i.gone
		b.finish = append(b.finish, i.path)
	}
}

func (b *batch) empty() bool { return len(b.changes) == 0 }
func (b *batch) full() bool {
	return len(b.put)+len(b.remove) >= batchDocuments || b.bytes >= batchBytes || len(b.changes) >= 4*batchDocuments
}

// collect gathers items into batches and hands them on.
func (x *Indexer) collect(ctx context.Context, out chan<- *batch) error {
	b := &batch{}
	var first time.Time
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		var target chan<- *batch
		if !b.empty() && (b.full() || time.Since(first) >= batchAge || !x.queue.waiting() && len(x.items) == 0 && time.Since(first) >= batchIdle) {
			target = out
		}
		source := x.items
		if b.full() {
			source = nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case i := <-source:
			if b.empty() {
				first = time.Now()
				timer.Reset(batchIdle)
			}
			b.add(i)
		case target <- b:
			b = &batch{}
		case <-timer.C:
			if !b.empty() {
				timer.Reset(batchIdle)
			}
		}
	}
}

// flush writes batches until ctx is done. A batch that cannot be written is tried again
// until it can: nothing noticed is lost to a full disk.
func (x *Indexer) flush(ctx context.Context, in <-chan *batch) error {
	for {
		if err := x.rebuildIfNeeded(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-x.damage:
		case b := <-in:
			if err := x.writeUntilDone(ctx, b); err != nil {
				return err
			}
			x.changed() // before the work counts as done, so that nothing looks idle in between
			for _, path := range b.finish {
				x.queue.done(path)
			}
		}
	}
}

func (x *Indexer) writeUntilDone(ctx context.Context, b *batch) error {
	for wait := 500 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		err := x.writeBatch(ctx, b)
		if err == nil {
			x.notice("write", "")
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		x.log.Error("the index could not be written; it is tried again", "error", err)
		x.notice("write", writeTrouble(x.cfg.Dir, err))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		if err := x.reopenWords(); err != nil {
			x.log.Error("the words index could not be opened again", "error", err)
			x.mu.Lock()
			x.rebuild = true
			x.mu.Unlock()
		}
		if err := x.rebuildIfNeeded(ctx); err != nil {
			return err
		}
	}
}

func writeTrouble(dir string, err error) string {
	if errors.Is(err, errFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Sprintf("The disk that holds the index (%s) is full. Indexing goes on by itself once there is room.", dir)
	}
	return fmt.Sprintf("The index (%s) could not be written: %v. It is tried again.", dir, err)
}

var errFull = errors.New("the disk is full")

// room is what must stay free on the disk beside what a batch needs.
const room = 8 << 20

// writeBatch brings one batch into both stores: intent, words, then everything else in
// one transaction. After a crash at any point reconcile finds the intent.
func (x *Indexer) writeBatch(ctx context.Context, b *batch) error {
	if free, err := freeBytes(x.cfg.Dir); err == nil && free < room+3*int64(b.bytes) {
		return fmt.Errorf("%w: %d MB are left and %d MB are needed", errFull, free>>20, (room+3*int64(b.bytes))>>20)
	}
	if len(b.put)+len(b.remove) > 0 {
		ids := make([]string, 0, len(b.put)+len(b.remove))
		for _, e := range b.put {
			ids = append(ids, e.ID)
		}
		if err := x.store.Intend(ctx, append(ids, b.remove...)); err != nil {
			return fmt.Errorf("record the intent: %w", err)
		}
		x.wordsMu.RLock()
		words := x.words
		var err error
		if words == nil {
			err = errors.New("the words index is not open")
		} else {
			err = words.Apply(b.put, b.remove)
		}
		x.wordsMu.RUnlock()
		if err != nil {
			return err
		}
	}
	if err := x.store.Commit(ctx, b.changes); err != nil {
		return fmt.Errorf("commit a batch: %w", err)
	}
	return nil
}

// reopenWords opens the words index again after a failed write, so that what is in memory
// is what is on disk.
func (x *Indexer) reopenWords() error {
	x.wordsMu.Lock()
	defer x.wordsMu.Unlock()
	if x.words != nil {
		_ = x.words.Close()
		x.words = nil
	}
	current, err := x.store.Meta(context.Background(), "words")
	if err != nil {
		return err
	}
	dir := filepath.Join(x.cfg.Dir, current)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return err
	}
	x.words, err = index.Open(dir)
	return err
}
