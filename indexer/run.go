package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"golang.org/x/sync/errgroup"

	"steward/indexer/scan"
	"steward/indexer/state"
	"steward/indexer/watch"
)

// Run keeps the index equal to the disk until ctx is done: one goroutine scans and decides
// what to look at, a few read files, one writes, one embeds. It returns ctx.Err(), or the
// error that made going on pointless. It must not run twice at once.
func (x *Indexer) Run(ctx context.Context) error {
	x.mu.Lock()
	if x.running {
		x.mu.Unlock()
		return errors.New("the indexer is already running")
	}
	x.running, x.wanted = true, true
	x.mu.Unlock()
	w, err := watch.New(watch.Config{Barrier: x.cfg.Dir, Quiet: x.cfg.Debounce})
	if err != nil {
		x.log.Warn("changes are found by scanning only", "error", err)
		x.notice("watch", fmt.Sprintf("The system watches no folders for Steward, so changes are found by a look every %d seconds. (%v)", int(pollEvery.Seconds()), err))
	}
	x.mu.Lock()
	x.watcher = w
	x.polled = map[string]struct{}{}
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		x.running, x.watcher, x.scanning = false, nil, false
		x.mu.Unlock()
	}()
	batches := make(chan *batch)
	g, ctx := errgroup.WithContext(ctx)
	if w != nil {
		g.Go(func() error { return w.Run(ctx) })
	}
	g.Go(func() error { return x.scanner(ctx, w) })
	for range x.cfg.Workers {
		g.Go(func() error { return x.work(ctx) })
	}
	g.Go(func() error { return x.collect(ctx, batches) })
	g.Go(func() error { return x.flush(ctx, batches) })
	g.Go(func() error { return x.embedAll(ctx) })
	err = g.Wait()
	if status, statusErr := x.Status(context.Background()); statusErr == nil && !status.AsOf.IsZero() {
		_ = x.store.SetMeta(context.Background(), "as_of", status.AsOf.Format(time.RFC3339Nano))
	}
	x.drain()
	return err
}

// drain forgets what was on its way when Run ended; the next scan finds it again.
func (x *Indexer) drain() {
	x.queue.reset()
	for {
		select {
		case <-x.items:
		default:
			return
		}
	}
}

// pollEvery is the time between looks at folders that the system refuses to watch.
const pollEvery = 30 * time.Second

func (x *Indexer) scanner(ctx context.Context, w *watch.Watcher) error {
	var ready <-chan struct{}
	if w != nil {
		ready = w.Ready()
	}
	full := time.NewTicker(x.cfg.Rescan)
	defer full.Stop()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		if x.take() {
			if err := x.scanAll(ctx, w); err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-x.kick:
		case <-ready:
			x.hints(ctx, w)
		case <-full.C:
			x.want()
		case <-poll.C:
			x.poll(ctx, w)
		}
	}
}

func (x *Indexer) want() {
	x.mu.Lock()
	x.wanted = true
	x.mu.Unlock()
	select {
	case x.kick <- struct{}{}:
	default:
	}
}

// take takes on a wanted scan.
func (x *Indexer) take() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.wanted {
		return false
	}
	x.wanted, x.scanning = false, true
	return true
}

// scanAll compares every source with what is known.
func (x *Indexer) scanAll(ctx context.Context, w *watch.Watcher) error {
	began := time.Now()
	x.markStale(began)
	x.mu.Lock()
	sources := x.sources
	x.mu.Unlock()
	outer := ""
	for i, s := range sources {
		if i > 0 && under(s.Path, outer) {
			x.sourceState(ctx, s, nil)
			continue
		}
		outer = s.Path
		if err := x.scanSource(ctx, w, s); err != nil {
			return err
		}
	}
	if err := x.dropUncovered(ctx); err != nil {
		return err
	}
	x.mu.Lock()
	x.scanning, x.lastScan = false, began
	x.mu.Unlock()
	if err := x.store.SetMeta(ctx, "last_scan", began.Format(time.RFC3339Nano)); err != nil && ctx.Err() == nil {
		x.log.Warn("the time of the scan could not be stored", "error", err)
	}
	x.changed()
	return ctx.Err()
}

func (x *Indexer) scanSource(ctx context.Context, w *watch.Watcher, s Source) error {
	if x.absent(ctx, s) {
		x.sourceState(ctx, s, nil)
		return nil
	}
	info, err := os.Stat(s.Path)
	if err != nil {
		x.sourceState(ctx, s, err)
		return nil
	}
	if !info.IsDir() {
		if w != nil {
			_ = w.Add(filepath.Dir(s.Path))
		}
		x.queue.push(s.Path, false)
		x.sourceState(ctx, s, nil)
		return nil
	}
	err = x.scanTree(ctx, w, s.Path)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	x.sourceState(ctx, s, err)
	return nil
}

// dropUncovered sends files that lie in no source any more to be removed.
func (x *Indexer) dropUncovered(ctx context.Context) error {
	dirs, err := x.store.Dirs(ctx, "")
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if _, ok := x.sourceOf(dir); ok {
			continue
		}
		known, err := x.store.Folder(ctx, dir)
		if err != nil {
			return err
		}
		for _, f := range known {
			if _, ok := x.sourceOf(f.Path); !ok {
				x.queue.push(f.Path, false)
			}
		}
	}
	return nil
}

// hints looks at what the watcher saw change.
func (x *Indexer) hints(ctx context.Context, w *watch.Watcher) {
	x.mu.Lock()
	was := x.scanning
	x.scanning = true
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		x.scanning = was
		x.mu.Unlock()
	}()
	paths, lost := w.Take()
	// A moved folder's watch is still on its way out under its old name; put on under the
	// new one before that is through, it would go with it.
	_ = w.Sync(ctx)
	x.markStale(time.Now().Add(-time.Second))
	if lost {
		x.want()
	}
	sort.Strings(paths)
	for _, path := range paths {
		x.hint(ctx, w, path)
	}
}

func (x *Indexer) hint(ctx context.Context, w *watch.Watcher, path string) {
	s, ok := x.sourceOf(path)
	if !ok || x.skippedAbove(path, s) {
		return
	}
	_, mode, err := scan.Stat(path)
	switch {
	case path == s.Path && (err != nil || mode.IsDir()):
		x.want()
	case err == nil && mode.IsDir():
		if _, skip := x.skip(path, true); skip {
			x.want()
			return
		}
		if err := x.scanTree(ctx, w, path); err != nil && ctx.Err() == nil {
			x.log.Warn("a changed folder could not be scanned", "path", path, "error", err)
		}
	case err != nil && !x.absent(ctx, s):
		known := false
		_ = x.store.EachFile(ctx, path, func(f state.File) {
			known = true
			x.queue.push(f.Path, true)
		})
		if !known {
			x.queue.push(path, true)
		}
	default:
		x.queue.push(path, true)
	}
}

// poll compares the folders that cannot be watched.
func (x *Indexer) poll(ctx context.Context, w *watch.Watcher) {
	if w == nil {
		x.want()
		return
	}
	x.mu.Lock()
	var dirs []string
	for dir := range x.polled {
		dirs = append(dirs, dir)
	}
	x.mu.Unlock()
	sort.Strings(dirs)
	last := ""
	for _, dir := range dirs {
		if last != "" && under(dir, last) {
			continue
		}
		last = dir
		if err := x.scanTree(ctx, w, dir); err != nil && ctx.Err() == nil {
			x.log.Warn("a folder could not be scanned", "path", dir, "error", err)
		}
	}
}

func (x *Indexer) pollAlso(dir string) {
	x.mu.Lock()
	x.polled[dir] = struct{}{}
	n := len(x.polled)
	x.mu.Unlock()
	if n == 1 {
		x.notice("limit", fmt.Sprintf("The system watches no more folders, so changes in %s and others are found by a look every %d seconds. "+
			"Raising fs.inotify.max_user_watches helps.", dir, int(pollEvery.Seconds())))
	}
}

func (x *Indexer) pollNoLonger(dir string) {
	x.mu.Lock()
	_, was := x.polled[dir]
	delete(x.polled, dir)
	none := len(x.polled) == 0
	x.mu.Unlock()
	if was && none {
		x.notice("limit", "")
	}
}
