// Package watch owns hints that something changed on disk. It is the only importer of
// fsnotify. A hint is a path to look at and says nothing about what happened; hints may
// be lost, and then it says so. It looks at no file itself.
package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// ErrLimit says that the system allows no more watches: the folder must be polled.
var ErrLimit = errors.New("the system watches no more folders")

// Config sets a Watcher up. Zero durations take the defaults.
type Config struct {
	// Barrier is a folder of the program's own in which Sync makes a file for a moment.
	Barrier string
	// Quiet is how long nothing must happen before hints are handed out, 300 ms; Most is how
	// long the first hint waits at most, 1 s.
	Quiet, Most time.Duration
}

// Watcher collects hints. Its methods may be called from any goroutine.
type Watcher struct {
	cfg   Config
	fs    *fsnotify.Watcher
	ready chan struct{}

	mu       sync.Mutex
	dirty    map[string]struct{}
	overflow bool
	first    time.Time
	last     time.Time
	waiting  map[string]chan struct{}
	barrier  int
	folders  map[string]struct{} // those Added and not forgotten
}

// New starts watching nothing yet.
func New(cfg Config) (*Watcher, error) {
	if cfg.Quiet == 0 {
		cfg.Quiet = 300 * time.Millisecond
	}
	if cfg.Most == 0 {
		cfg.Most = time.Second
	}
	inner, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch folders: %w", err)
	}
	w := &Watcher{cfg: cfg, fs: inner, ready: make(chan struct{}, 1), dirty: map[string]struct{}{}, waiting: map[string]chan struct{}{}, folders: map[string]struct{}{}}
	if cfg.Barrier != "" {
		if err := inner.Add(cfg.Barrier); err != nil {
			w.cfg.Barrier = ""
		}
	}
	return w, nil
}

// Add watches one folder, not those below it. ErrLimit: it is not watched.
func (w *Watcher) Add(dir string) error {
	err := w.fs.Add(dir)
	switch {
	case err == nil:
		w.mu.Lock()
		w.folders[dir] = struct{}{}
		w.mu.Unlock()
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOMEM):
		return fmt.Errorf("watch %s: %w: %w", dir, ErrLimit, err)
	default:
		return fmt.Errorf("watch %s: %w", dir, err)
	}
}

// Forget stops watching root and everything below it.
func (w *Watcher) Forget(root string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(root)
}

func (w *Watcher) forget(root string) {
	for path := range w.folders {
		if path == root || strings.HasPrefix(path, strings.TrimRight(root, "/")+"/") {
			_ = w.fs.Remove(path)
			delete(w.folders, path)
		}
	}
}

// Ready receives when there are hints to Take.
func (w *Watcher) Ready() <-chan struct{} { return w.ready }

// Take gives the paths to look at, and whether hints were lost, so that everything must
// be looked at.
func (w *Watcher) Take() (paths []string, lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for path := range w.dirty {
		paths = append(paths, path)
	}
	lost = w.overflow
	w.dirty, w.overflow = map[string]struct{}{}, false
	return paths, lost
}

// Pending is the number of hints not yet taken.
func (w *Watcher) Pending() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.dirty)
	if w.overflow {
		n++
	}
	return n
}

// Sync returns once every change made before the call has become a hint: it makes a file
// in the barrier folder and waits to be told of it, as the system reports in order.
func (w *Watcher) Sync(ctx context.Context) error {
	if w.cfg.Barrier == "" {
		select {
		case <-time.After(50 * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.mu.Lock()
	w.barrier++
	path := filepath.Join(w.cfg.Barrier, fmt.Sprintf(".sync-%d", w.barrier))
	done := make(chan struct{})
	w.waiting[path] = done
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		delete(w.waiting, path)
		w.mu.Unlock()
		_ = os.Remove(path)
	}()
	f, err := os.Create(path)
	if err != nil {
		return nil //nolint:nilerr // a full disk: what was noticed until now must do
	}
	_ = f.Close()
	select {
	case <-done:
		return nil
	case <-time.After(2 * time.Second): // hints were lost, the flag for that is set
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run collects hints until ctx is done, then stops all watching.
func (w *Watcher) Run(ctx context.Context) error {
	defer func() { _ = w.fs.Close() }()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-w.fs.Events:
			if !ok {
				return errors.New("watching folders stopped by itself")
			}
			if w.note(e) {
				timer.Reset(w.wait())
			}
		case err, ok := <-w.fs.Errors:
			if !ok {
				return errors.New("watching folders stopped by itself")
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				w.mu.Lock()
				w.overflow = true
				w.mu.Unlock()
				timer.Reset(w.cfg.Quiet)
			}
		case <-timer.C:
			if w.Pending() > 0 {
				select {
				case w.ready <- struct{}{}:
				default:
				}
			}
		}
	}
}

func (w *Watcher) note(e fsnotify.Event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cfg.Barrier != "" && filepath.Dir(e.Name) == w.cfg.Barrier {
		if done, ok := w.waiting[e.Name]; ok {
			close(done)
			delete(w.waiting, e.Name)
		}
		return false
	}
	if e.Has(fsnotify.Rename) || e.Has(fsnotify.Remove) {
		if _, folder := w.folders[e.Name]; folder {
			w.forget(e.Name) // a moved folder keeps its watches under the old name
		}
	}
	now := time.Now()
	if len(w.dirty) == 0 {
		w.first = now
	}
	w.last = now
	w.dirty[e.Name] = struct{}{}
	return true
}

// wait is how long to wait for more before handing hints out.
func (w *Watcher) wait() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(0, min(w.cfg.Quiet, time.Until(w.first.Add(w.cfg.Most))))
}
