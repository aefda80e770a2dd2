package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"steward/indexer/document"
	"steward/indexer/extract"
	"steward/indexer/index"
	"steward/indexer/query"
	"steward/indexer/state"
	"steward/indexer/watch"
)

// Extractor reads one file into documents. It is called from several goroutines at once
// and calls emit from the caller's. An error means that the file could not be read at all.
type Extractor interface {
	Extract(ctx context.Context, path string, emit func(document.Document) error) (extract.Report, error)
}

var (
	_ Extractor      = (*extract.Pool)(nil)
	_ query.Searcher = (*Indexer)(nil)
)

// Config sets an Indexer up. Zero fields but Dir and Extractor take the defaults.
type Config struct {
	// Dir is the index's own folder; it is made if need be, and never indexed.
	Dir       string
	Extractor Extractor
	// Exclude are further folders that are never indexed.
	Exclude []string
	Log     *slog.Logger
	// Rescan is the time between full comparisons with the disk, 10 minutes.
	Rescan time.Duration
	// Debounce is how long a file must be quiet before it is read, 300 ms.
	Debounce time.Duration
	// Workers is the number of files read at once, 2.
	Workers int
}

// Indexer keeps the index of Config.Dir. Its methods may be called from any goroutine.
// Searching works from Open to Close, also while Run does not run; then what is found is
// as old as Status says.
type Indexer struct {
	cfg    Config
	log    *slog.Logger
	lock   *os.File
	store  *state.Store
	queue  *queue
	items  chan item
	kick   chan struct{} // wakes the scanner
	damage chan struct{} // wakes the writer to build the words index anew

	wordsMu sync.RWMutex
	words   *index.Words // nil while it cannot be opened

	mu         sync.Mutex
	sources    []Source
	watcher    *watch.Watcher
	running    bool
	wanted     bool // a full scan is asked for
	scanning   bool
	rebuild    bool // the words index is to be built anew from the texts
	building   bool
	asOf       time.Time
	lastScan   time.Time
	notices    map[string]string
	polled     map[string]struct{}
	listeners  map[chan uint64]struct{}
	totals     state.Totals
	totalsAt   uint64 // revision+1 of totals; 0: none
	totalsOf   int64
	totalsWhen time.Time

	revision atomic.Uint64
	meaning  meaning
}

// ErrLocked says that another process has the index open.
var ErrLocked = errors.New("another Steward is using this index")

// Open opens the index in cfg.Dir, or makes one. It takes the folder's lock first, so
// that two processes never write one index: ErrLocked. What a crash left half done is
// put right before it returns; a damaged part is set aside and built anew by Run.
func Open(cfg Config) (*Indexer, error) {
	if cfg.Dir == "" || cfg.Extractor == nil {
		return nil, errors.New("the indexer needs a folder and an extractor")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Rescan == 0 {
		cfg.Rescan = 10 * time.Minute
	}
	if cfg.Workers == 0 {
		cfg.Workers = 2
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the index folder: %w", err)
	}
	cfg.Dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the index folder: %w", err)
	}
	x := &Indexer{
		cfg: cfg, log: cfg.Log, queue: newQueue(), items: make(chan item, 64), kick: make(chan struct{}, 1), damage: make(chan struct{}, 1),
		notices: map[string]string{}, polled: map[string]struct{}{}, listeners: map[chan uint64]struct{}{},
	}
	x.meaning.wake = make(chan struct{}, 1)
	if x.lock, err = takeLock(filepath.Join(dir, "lock")); err != nil {
		return nil, err
	}
	if err := x.open(context.Background()); err != nil {
		_ = x.Close()
		return nil, err
	}
	return x, nil
}

func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the index: %w", err)
	}
	if held, err := flock(f); err != nil {
		_ = f.Close()
		if held {
			return nil, fmt.Errorf("%w (%s): close it, or use it", ErrLocked, filepath.Dir(path))
		}
		return nil, fmt.Errorf("lock the index %s: %w", path, err)
	}
	return f, nil
}

func (x *Indexer) open(ctx context.Context) error {
	path := filepath.Join(x.cfg.Dir, "state.db")
	store, err := state.Open(path)
	if errors.Is(err, state.ErrDamaged) {
		x.log.Warn("the index's database is set aside and built anew", "error", err)
		x.notice("state", "The index was damaged and is being built anew from your files.")
		if err := setAside(path); err != nil {
			return err
		}
		store, err = state.Open(path)
	}
	if err != nil {
		return err
	}
	x.store = store
	sources, err := store.Sources(ctx)
	if err != nil {
		return fmt.Errorf("read the index's sources: %w", err)
	}
	for _, s := range sources {
		x.sources = append(x.sources, Source{Path: s.Path, Kind: s.Kind})
	}
	if x.lastScan, err = x.metaTime(ctx, "last_scan"); err != nil {
		return err
	}
	if x.asOf, err = x.metaTime(ctx, "as_of"); err != nil {
		return err
	}
	// No index changes a thousand times a second for long: later runs go on from more.
	x.revision.Store(uint64(time.Now().UnixMilli()))
	return x.openWords(ctx)
}

func setAside(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		err := os.Rename(path+suffix, path+".damaged"+suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("set the damaged index aside: %w", err)
		}
	}
	return nil
}

func (x *Indexer) metaTime(ctx context.Context, key string) (time.Time, error) {
	v, err := x.store.Meta(ctx, key)
	if err != nil || v == "" {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // an unreadable time is an unknown one
	}
	return t, nil
}

// openWords opens the words index in use, removes the remains of others, and makes it
// agree with the database.
func (x *Indexer) openWords(ctx context.Context) error {
	current, err := x.store.Meta(ctx, "words")
	if err != nil {
		return err
	}
	version, err := x.store.Meta(ctx, "words_version")
	if err != nil {
		return err
	}
	if current == "" {
		current, version = "words-1", index.Version
		_ = os.RemoveAll(filepath.Join(x.cfg.Dir, current))
		if err := x.store.SetMeta(ctx, "words_version", version); err != nil {
			return err
		}
	} else if _, err := os.Stat(filepath.Join(x.cfg.Dir, current)); err != nil {
		x.rebuild = true
	}
	x.removeOthers(current)
	if x.rebuild {
		return nil
	}
	words, err := index.Open(filepath.Join(x.cfg.Dir, current))
	if err != nil {
		x.log.Warn("the words index cannot be opened and is built anew", "error", err)
		x.rebuild = true
		return nil
	}
	if err := x.store.SetMeta(ctx, "words", current); err != nil {
		_ = words.Close()
		return err
	}
	x.words = words
	x.rebuild = version != index.Version
	if x.rebuild {
		return nil
	}
	return x.reconcile(ctx)
}

func (x *Indexer) removeOthers(current string) {
	list, err := os.ReadDir(x.cfg.Dir)
	if err != nil {
		return
	}
	for _, d := range list {
		if strings.HasPrefix(d.Name(), "words-") && d.Name() != current || strings.HasPrefix(d.Name(), ".sync-") {
			_ = os.RemoveAll(filepath.Join(x.cfg.Dir, d.Name()))
		}
	}
}

// reconcile undoes or completes what a crash interrupted: documents intended and never
// committed are written again as the database has them, or removed.
func (x *Indexer) reconcile(ctx context.Context) error {
	unsure, err := x.store.Unsure(ctx)
	if err != nil {
		return err
	}
	n, err := x.words.Len()
	if err != nil {
		return fmt.Errorf("count the words index: %w", err)
	}
	totals, err := x.store.Totals(ctx, 0)
	if err != nil {
		return err
	}
	if n != totals.Documents && len(unsure) == 0 {
		unsure, err = x.difference(ctx)
		if err != nil {
			return err
		}
	}
	settle := unsure
	for len(unsure) > 0 {
		ids := unsure[:min(len(unsure), 500)]
		unsure = unsure[len(ids):]
		var put []*index.Entry
		var remove []string
		for _, id := range ids {
			d, err := x.store.Load(ctx, id)
			switch {
			case errors.Is(err, query.ErrNotFound):
				remove = append(remove, id)
			case err != nil:
				return err
			default:
				put = append(put, index.Prepare(d))
			}
		}
		if err := x.words.Apply(put, remove); err != nil {
			return err
		}
	}
	if len(settle) > 0 {
		x.log.Info("an interrupted batch was put right", "documents", len(settle))
		return x.store.Settle(ctx, settle)
	}
	return nil
}

// difference gives the documents that only one of the two stores has.
func (x *Indexer) difference(ctx context.Context) ([]string, error) {
	ids, err := x.store.IDs(ctx)
	if err != nil {
		return nil, err
	}
	stored := make(map[string]bool, len(ids))
	for _, id := range ids {
		stored[id] = true
	}
	var odd []string
	err = x.words.IDs(ctx, func(id string) {
		if stored[id] {
			delete(stored, id)
		} else {
			odd = append(odd, id)
		}
	})
	for id := range stored {
		odd = append(odd, id)
	}
	return odd, err
}

// Close ends all use of the index. Run must have returned.
func (x *Indexer) Close() error {
	var errs []error
	x.wordsMu.Lock()
	if x.words != nil {
		errs = append(errs, x.words.Close())
		x.words = nil
	}
	x.wordsMu.Unlock()
	x.meaning.close()
	if x.store != nil {
		errs = append(errs, x.store.Close())
	}
	if x.lock != nil {
		errs = append(errs, x.lock.Close())
	}
	return errors.Join(errs...)
}
