package indexer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"steward/indexer/document"
	"steward/indexer/extract"
	"steward/indexer/index"
	"steward/indexer/scan"
	"steward/indexer/state"
)

// item is one step of a file's way into the index, in order for each file.
type item struct {
	path    string
	put     *state.Document
	entry   *index.Entry
	removed []string
	finish  *state.File // the file's last item
	gone    bool        // the file's last item: it is no longer there
}

func (i item) last() bool { return i.finish != nil || i.gone }

// A passage shorter than this, or quoted, gets no vector.
const shortest = 40

func embeddable(p document.Passage) bool { return !p.Quoted && len(p.Text) >= shortest }

const noPermission = "it may not be read by this user (no permission)" // as package extract says it

// work reads files until ctx is done.
func (x *Indexer) work(ctx context.Context) error {
	for {
		path, err := x.queue.pop(ctx)
		if err != nil {
			return err
		}
		sent, err := x.read(ctx, path)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			x.log.Error("a file could not be looked at", "path", path, "error", err)
		}
		if !sent {
			x.queue.done(path)
		}
	}
}

// read looks at one path and, if it differs from what is known, sends what it holds to
// the writer. sent is true if the last item went out; the writer then ends the work.
func (x *Indexer) read(ctx context.Context, path string) (sent bool, err error) {
	source, covered := x.sourceOf(path)
	if !covered || x.skippedAbove(path, source) {
		return x.sendGone(ctx, path)
	}
	entry, mode, err := scan.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && mode.IsDir() || err != nil && isNotFolder(err):
		if x.absent(ctx, source) {
			return false, nil
		}
		return x.sendGone(ctx, path)
	case err != nil && !errors.Is(err, fs.ErrPermission):
		return false, err
	}
	if reason, skip := x.skip(path, false); skip && entry.Skip == "" {
		entry.Skip = reason
	}
	known, ok, err := x.store.File(ctx, path)
	if err != nil {
		return false, err
	}
	if ok && !differs(known, entry) && known.Outcome != string(Failed) {
		return false, nil
	}
	stored, err := x.store.Hashes(ctx, path)
	if err != nil {
		return false, err
	}
	file := state.File{Path: path, Print: entry.Print, Extractor: extract.Version, At: time.Now()}
	if entry.Skip != "" {
		file.Outcome, file.Reason = string(Skipped), entry.Skip
		return true, x.send(ctx, item{path: path, finish: &file, removed: keys(stored)})
	}
	report, err := x.cfg.Extractor.Extract(ctx, path, func(d document.Document) error {
		file.Documents++
		return x.sendDocument(ctx, path, d, stored)
	})
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, extract.ErrClosed):
		return false, err
	case errors.Is(err, fs.ErrNotExist):
		return x.sendGone(ctx, path)
	case err != nil:
		file.Outcome, file.Reason = string(Failed), reasonOf(err)
	default:
		file.Outcome, file.Reason, file.Format = report.Outcome, report.Reason, report.Format
	}
	after, _, err := scan.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && !x.absent(ctx, source) {
		return x.sendGone(ctx, path)
	}
	if err != nil || after.Print != entry.Print {
		file.Print.Size = state.Unsettled
		x.queue.push(path, false) // it changed while it was read: once more
	}
	return true, x.send(ctx, item{path: path, finish: &file, removed: keys(stored)})
}

// sendDocument sends a document that differs from the stored one and takes it out of stored.
func (x *Indexer) sendDocument(ctx context.Context, path string, d document.Document, stored map[string]string) error {
	if d.ID == "" || d.Path == "" {
		d.Path = path
		d.ID = document.NewID(path, d.Part)
	}
	body, hash, err := state.Encode(d)
	if err != nil {
		return err
	}
	old, had := stored[d.ID]
	delete(stored, d.ID)
	if had && old == string(hash) {
		return nil
	}
	entry := index.Prepare(d)
	put := &state.Document{Body: body, Hash: hash, Words: entry.Words, Passages: len(d.Passages)}
	for _, p := range d.Passages {
		if embeddable(p) {
			put.Embeddable++
		}
	}
	d.Passages = nil
	put.Document = d
	return x.send(ctx, item{path: path, put: put, entry: entry})
}

func (x *Indexer) sendGone(ctx context.Context, path string) (bool, error) {
	_, ok, err := x.store.File(ctx, path)
	if err != nil || !ok {
		return false, err
	}
	stored, err := x.store.Hashes(ctx, path)
	if err != nil {
		return false, err
	}
	return true, x.send(ctx, item{path: path, gone: true, removed: keys(stored)})
}

func (x *Indexer) send(ctx context.Context, i item) error {
	select {
	case x.items <- i:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// differs reports whether a file must be read again. Like git's index, it does not trust
// a print whose modification time is so close to the reading that a later change could
// bear the same time.
func differs(known state.File, e scan.Entry) bool {
	if known.Print != e.Print || known.Extractor != extract.Version {
		return true
	}
	if e.Skip != "" {
		return known.Outcome != string(Skipped) || known.Reason != e.Skip
	}
	grain := 50 * time.Millisecond
	if e.Print.MTime%int64(time.Second) == 0 {
		grain = 2 * time.Second
	}
	return known.At.UnixNano()-e.Print.MTime < int64(grain)
}

func keys(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	return list
}

func isNotFolder(err error) bool {
	return strings.Contains(err.Error(), "not a directory")
}

// reasonOf says in plain words why a file could not be read.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return noPermission
	case errors.Is(err, context.DeadlineExceeded):
		return "reading it took too long"
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return "it could not be read: " + pathErr.Err.Error()
	}
	return "it could not be read: " + err.Error()
}

// sourceOf gives the outermost source that holds path.
func (x *Indexer) sourceOf(path string) (Source, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.sources { // in order of path: outer before inner
		if under(path, s.Path) {
			return s, true
		}
	}
	return Source{}, false
}

func under(path, root string) bool {
	return path == root || strings.HasPrefix(path, strings.TrimRight(root, "/")+"/")
}

// absent reports whether a source is not there at all, as when its drive is unmounted:
// then nothing of it counts as deleted.
func (x *Indexer) absent(ctx context.Context, s Source) bool {
	info, err := os.Stat(s.Path)
	if err != nil {
		return true
	}
	if !info.IsDir() {
		return false
	}
	list, err := os.ReadDir(s.Path)
	if err != nil {
		return true
	}
	if len(list) > 0 {
		return false
	}
	self, _, err := scan.Stat(s.Path)
	if err != nil {
		return true
	}
	elsewhere, err := x.store.Elsewhere(ctx, s.Path, self.Print.Dev)
	return err != nil || elsewhere
}

// skip gives the reason why a path is left alone whatever it holds.
func (x *Indexer) skip(path string, dir bool) (string, bool) {
	for _, own := range append([]string{x.cfg.Dir}, x.cfg.Exclude...) {
		if under(path, own) {
			return "Steward's own", true
		}
	}
	if dir {
		if reason, yes := scan.Vendored(filepath.Base(path)); yes {
			return reason, true
		}
	}
	return extract.Forbidden(path)
}

// skippedAbove reports whether a folder between a source and path is left alone.
func (x *Indexer) skippedAbove(path string, s Source) bool {
	for dir := filepath.Dir(path); under(dir, s.Path) && dir != s.Path; dir = filepath.Dir(dir) {
		if _, skip := x.skip(dir, true); skip {
			return true
		}
	}
	return false
}
