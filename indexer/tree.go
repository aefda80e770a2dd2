package indexer

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"steward/indexer/scan"
	"steward/indexer/state"
	"steward/indexer/watch"
)

// scanTree compares the folder root and all below it with what is known.
func (x *Indexer) scanTree(ctx context.Context, w *watch.Watcher, root string) error {
	lines, err := x.store.Folders(ctx, root)
	if err != nil {
		return err
	}
	t := &tree{x: x, ctx: ctx, watcher: w, lines: lines, visited: map[string]struct{}{}, closed: nil, root: root}
	if err := scan.Walk(ctx, root, t); err != nil {
		return err
	}
	dirs, err := x.store.Dirs(ctx, root)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if _, ok := t.visited[dir]; ok || !under(dir, root) || t.isClosed(dir) {
			continue
		}
		known, err := x.store.Folder(ctx, dir)
		if err != nil {
			return err
		}
		for _, f := range known {
			x.queue.push(f.Path, false)
		}
	}
	return t.rootErr
}

// tree is the visitor of one walk.
type tree struct {
	x       *Indexer
	ctx     context.Context //nolint:containedctx // it lives as long as the walk
	watcher *watch.Watcher
	root    string
	lines   map[string]state.File // what is known of folders as a whole
	visited map[string]struct{}
	closed  []string // folders that could not be read
	rootErr error
	folders int
}

func (t *tree) Skip(path string, dir bool) (string, bool) { return t.x.skip(path, dir) }

func (t *tree) isClosed(dir string) bool {
	for _, c := range t.closed {
		if under(dir, c) {
			return true
		}
	}
	return false
}

func (t *tree) Enter(dir string) error {
	if t.watcher == nil {
		return nil
	}
	if err := t.watcher.Add(dir); errors.Is(err, watch.ErrLimit) {
		t.x.pollAlso(dir)
	} else {
		t.x.pollNoLonger(dir)
	}
	t.folders++
	if t.folders%16 == 0 && t.watcher.Pending() > 0 { // a long walk must not hold up a change
		select {
		case <-t.watcher.Ready():
			t.x.hints(t.ctx, t.watcher)
		default:
		}
	}
	return nil
}

func (t *tree) Folder(dir string, entries []scan.Entry, unreadable error) error {
	t.visited[dir] = struct{}{}
	if unreadable != nil {
		if errors.Is(unreadable, fs.ErrNotExist) {
			return nil
		}
		t.closed = append(t.closed, dir)
		if dir == t.root {
			t.rootErr = unreadable
		}
		return t.line(dir, Failed, reasonOf(unreadable))
	}
	if _, ok := t.lines[dir]; ok {
		t.x.queue.push(dir, false) // it is a folder like others now
	}
	known, err := t.x.store.Folder(t.ctx, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := filepath.Base(e.Path)
		f, ok := known[name]
		delete(known, name)
		if e.Dir {
			if e.Skip != "" {
				if err := t.line(e.Path, Skipped, e.Skip); err != nil {
					return err
				}
			}
			continue
		}
		if !ok || differs(f, e) || f.Outcome == string(Failed) && f.Reason == noPermission {
			t.x.queue.push(e.Path, false)
		}
	}
	for _, f := range known {
		if f.Format != lineFormat {
			t.x.queue.push(f.Path, false)
		}
	}
	return nil
}

// lineFormat marks coverage lines that are about a folder as a whole.
const lineFormat = "folder"

// line records the fate of a folder as a whole.
func (t *tree) line(dir string, outcome Outcome, reason string) error {
	if f, ok := t.lines[dir]; ok && f.Outcome == string(outcome) && f.Reason == reason {
		return nil
	}
	file := state.File{Path: dir, Outcome: string(outcome), Reason: reason, Format: lineFormat, At: time.Now()}
	return t.x.send(t.ctx, item{path: dir, finish: &file})
}
