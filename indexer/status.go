package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"steward/indexer/query"
	"steward/indexer/state"
)

// SetSources makes list the places to keep indexed. New ones are scanned and the documents
// of removed ones deleted by Run, soon after it returns. Paths must be absolute; one inside
// another is allowed and costs nothing.
func (x *Indexer) SetSources(ctx context.Context, list []Source) error {
	clean := make([]Source, 0, len(list))
	seen := map[string]bool{}
	for _, s := range list {
		if !filepath.IsAbs(s.Path) {
			return fmt.Errorf("add %s: give the whole path", s.Path)
		}
		s.Path = filepath.Clean(s.Path)
		if s.Kind == "" {
			s.Kind = kindOf(s.Path)
		}
		if !seen[s.Path] {
			seen[s.Path] = true
			clean = append(clean, s)
		}
	}
	sort.Slice(clean, func(i, j int) bool { return clean[i].Path < clean[j].Path })
	stored := make([]state.Source, len(clean))
	for i, s := range clean {
		stored[i] = state.Source{Path: s.Path, Kind: s.Kind}
	}
	if err := x.store.SetSources(ctx, stored); err != nil {
		return fmt.Errorf("store the sources: %w", err)
	}
	x.mu.Lock()
	old := x.sources
	x.sources = clean
	w := x.watcher
	x.mu.Unlock()
	if w != nil {
		for _, s := range old {
			if _, ok := x.sourceOf(s.Path); !ok {
				w.Forget(s.Path)
			}
		}
	}
	x.want()
	return nil
}

// kindOf finds out what a source is. An mbox begins with "From " (RFC 4155).
func kindOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "folder"
	}
	if info.IsDir() {
		for _, sub := range []string{"cur", "new", "tmp"} {
			if s, err := os.Stat(filepath.Join(path, sub)); err != nil || !s.IsDir() {
				return "folder"
			}
		}
		return "maildir"
	}
	f, err := os.Open(path)
	if err != nil {
		return "file"
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 5)
	if n, _ := f.Read(head); n == 5 && string(head) == "From " {
		return "mbox"
	}
	return "file"
}

// Sources gives every source with what became of it.
func (x *Indexer) Sources(ctx context.Context) ([]SourceStatus, error) {
	list, err := x.store.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	out := make([]SourceStatus, 0, len(list))
	for _, s := range list {
		status := SourceStatus{Source: Source{Path: s.Path, Kind: s.Kind}, State: s.State, Notice: s.Notice}
		if status.State == "" {
			status.State = "scanned"
		}
		status.Files, status.Documents, status.Failed, err = x.store.Tally(ctx, s.Path)
		if err != nil {
			return nil, fmt.Errorf("count the files of %s: %w", s.Path, err)
		}
		out = append(out, status)
	}
	return out, nil
}

// sourceState records a source's state after a scan that ended with err.
func (x *Indexer) sourceState(ctx context.Context, s Source, err error) {
	status, notice := "watched", ""
	x.mu.Lock()
	if x.watcher == nil {
		status, notice = "scanned", "Changes are found by a scan every few minutes."
	}
	for dir := range x.polled {
		if under(dir, s.Path) {
			status, notice = "scanned", "The system watches no more folders, so changes are found by a look now and then."
		}
	}
	x.mu.Unlock()
	missing := ""
	switch {
	case err != nil:
		status, notice = "unreadable", "It could not be read: "+reasonOf(err)
	case x.absent(ctx, s):
		status = "missing"
		notice = "It is not there now, perhaps because its drive is not connected. What was read from it is kept."
		missing = fmt.Sprintf("%s is not there now. What was read from it is kept.", s.Path)
	}
	x.notice("missing "+s.Path, missing)
	if err := x.store.SetSourceState(ctx, s.Path, status, notice); err != nil && ctx.Err() == nil {
		x.log.Warn("a source's state could not be stored", "error", err)
	}
}

// Rescan asks for a full comparison with the disk and returns at once.
func (x *Indexer) Rescan(context.Context) error {
	x.want()
	return nil
}

// ErrNotEmbedded is what Wait returns when all text is indexed, but the embedding model
// does not answer, so that passages without a vector are left.
var ErrNotEmbedded = errors.New("everything is indexed by words, but not all by meaning: the embedding model does not answer")

// Wait returns once the index is idle: every change made before the call is indexed, and
// embedded if an embedder is set. It waits for Run to start if need be.
func (x *Indexer) Wait(ctx context.Context) error {
	x.mu.Lock()
	w, polling := x.watcher, len(x.polled) > 0
	x.mu.Unlock()
	if w != nil {
		if err := w.Sync(ctx); err != nil {
			return err
		}
	}
	if w == nil || polling {
		x.want() // nothing else would notice a change
	}
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		switch x.activity() {
		case "idle":
			return nil
		case "embedding":
			x.meaning.mu.Lock()
			failing := x.meaning.failing
			x.meaning.mu.Unlock()
			if failing != nil {
				return fmt.Errorf("%w (%w)", ErrNotEmbedded, failing)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// activity is Status.State.
func (x *Indexer) activity() string {
	// In the order in which work moves on, so that none is missed between two looks.
	x.mu.Lock()
	w := x.watcher
	x.mu.Unlock()
	hinted := w != nil && w.Pending() > 0
	x.mu.Lock()
	running, scanning, building := x.running, x.scanning || x.wanted, x.building || x.rebuild
	x.mu.Unlock()
	switch {
	case !running:
		return "stopped"
	case building:
		return "rebuilding"
	case scanning:
		return "scanning"
	case hinted || x.queue.len() > 0:
		return "indexing"
	}
	x.meaning.mu.Lock()
	defer x.meaning.mu.Unlock()
	if x.meaning.target() != nil && !x.meaning.settled {
		return "embedding"
	}
	return "idle"
}

// markStale notes that changes after t may not be in the index yet.
func (x *Indexer) markStale(t time.Time) {
	if a := x.activity(); a != "idle" && a != "embedding" && a != "scanning" || x.queue.len() > 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.lastScan.IsZero() && t.After(x.asOf) {
		x.asOf = t
	}
}

// Status tells how fresh and complete the index is.
func (x *Indexer) Status(ctx context.Context) (query.Status, error) {
	activity := x.activity()
	totals, revision, err := x.total(ctx)
	if err != nil {
		return query.Status{}, err
	}
	s := query.Status{
		Documents: totals.Documents, Files: totals.Files, Passages: totals.Passages, Embedded: totals.Embedded, Embeddable: totals.Embeddable,
		Pending: x.queue.len(), State: activity, Revision: revision,
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.watcher != nil {
		s.Pending += x.watcher.Pending()
	}
	if (activity == "idle" || activity == "embedding") && !x.lastScan.IsZero() && x.watcher != nil && len(x.polled) == 0 {
		x.asOf = time.Now()
	} else if (activity == "idle" || activity == "embedding") && x.lastScan.After(x.asOf) {
		x.asOf = x.lastScan
	}
	s.AsOf, s.LastScan = x.asOf, x.lastScan
	keys := make([]string, 0, len(x.notices))
	for key := range x.notices {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		s.Notices = append(s.Notices, x.notices[key])
	}
	return s, nil
}

// total counts what is in the index, at most once a revision.
func (x *Indexer) total(ctx context.Context) (state.Totals, uint64, error) {
	x.meaning.mu.Lock()
	var model int64
	if v := x.meaning.target(); v != nil {
		model = v.id
	}
	x.meaning.mu.Unlock()
	revision := x.revision.Load()
	x.mu.Lock()
	totals, at, of := x.totals, x.totalsAt, x.totalsOf
	x.mu.Unlock()
	if at == revision+1 && of == model {
		return totals, revision, nil
	}
	totals, err := x.store.Totals(ctx, model)
	if err != nil {
		return totals, revision, fmt.Errorf("count the index: %w", err)
	}
	x.mu.Lock()
	x.totals, x.totalsAt, x.totalsOf, x.totalsWhen = totals, revision+1, model, time.Now()
	x.mu.Unlock()
	return totals, revision, nil
}

// averageAge is how old the mean length of documents may be that ranking goes by.
const averageAge = 5 * time.Second

// averageWords is the mean length of a document, lately.
func (x *Indexer) averageWords(ctx context.Context) (float64, error) {
	x.mu.Lock()
	totals, known := x.totals, x.totalsAt > 0 && time.Since(x.totalsWhen) < averageAge
	x.mu.Unlock()
	if !known {
		var err error
		if totals, _, err = x.total(ctx); err != nil {
			return 0, err
		}
	}
	return float64(totals.Words) / float64(max(totals.Documents, 1)), nil
}

// notice sets what a person should know about one subject; "" clears it.
func (x *Indexer) notice(subject, text string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if text == "" {
		delete(x.notices, subject)
		return
	}
	x.notices[subject] = text
}

// changed makes a new revision known, wakes the embedder, and stores how fresh the index is.
func (x *Indexer) changed() {
	x.meaning.mu.Lock()
	x.meaning.settled = false
	x.meaning.mu.Unlock()
	select {
	case x.meaning.wake <- struct{}{}:
	default:
	}
	x.changedQuietly()
}

func (x *Indexer) changedQuietly() {
	n := x.revision.Add(1)
	x.mu.Lock()
	defer x.mu.Unlock()
	for c := range x.listeners {
		select {
		case <-c: // an older revision nobody read
		default:
		}
		select {
		case c <- n:
		default:
		}
	}
}

// Subscribe gives a channel of revisions, of which only the newest is kept for a slow
// reader, and a function that ends it.
func (x *Indexer) Subscribe() (<-chan uint64, func()) {
	c := make(chan uint64, 1)
	x.mu.Lock()
	x.listeners[c] = struct{}{}
	x.mu.Unlock()
	return c, func() {
		x.mu.Lock()
		delete(x.listeners, c)
		x.mu.Unlock()
	}
}

// Coverage says what became of every file.
func (x *Indexer) Coverage(ctx context.Context, f CoverageFilter) (Coverage, error) {
	c := Coverage{Counts: map[Outcome]int{}}
	list, err := x.store.Outcomes(ctx)
	if err != nil {
		return c, fmt.Errorf("read the coverage: %w", err)
	}
	for _, o := range list {
		c.Counts[Outcome(o.Outcome)] += o.Count
		if Outcome(o.Outcome) != Read {
			c.Reasons = append(c.Reasons, CoverageReason{Outcome: Outcome(o.Outcome), Reason: o.Reason, Count: o.Count})
		}
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	files, total, err := x.store.Files(ctx, string(f.Outcome), f.Under, f.Limit, f.Offset)
	if err != nil {
		return c, fmt.Errorf("read the coverage: %w", err)
	}
	c.Total = total
	for _, file := range files {
		c.Files = append(c.Files, CoveredFile{
			Path: file.Path, Outcome: Outcome(file.Outcome), Reason: file.Reason, Format: file.Format,
			Size: max(file.Print.Size, 0), Documents: file.Documents, At: file.At,
		})
	}
	return c, nil
}
