package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"steward/app/httpapi"
	"steward/app/store"
	"steward/indexer"
)

// giveSources tells the indexer what the store has.
func (s *services) giveSources(ctx context.Context) error {
	stored, err := s.store.Sources(ctx)
	if err != nil {
		return err
	}
	sources := make([]indexer.Source, 0, len(stored))
	for _, src := range stored {
		sources = append(sources, indexer.Source{Path: src.Path, Kind: src.Kind})
	}
	return s.index.SetSources(ctx, sources)
}

// Sources gives the sources with what became of them.
func (s *services) Sources(ctx context.Context) ([]indexer.SourceStatus, error) {
	return s.index.Sources(ctx)
}

// Coverage says what became of files.
func (s *services) Coverage(ctx context.Context, f indexer.CoverageFilter) (indexer.Coverage, error) {
	return s.index.Coverage(ctx, f)
}

// AddSources stores the paths as sources, all or none, and begins to index them.
func (s *services) AddSources(ctx context.Context, paths []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	added := make([]store.Source, 0, len(paths))
	for _, p := range paths {
		src, err := s.source(p)
		if err != nil {
			return err
		}
		added = append(added, src)
	}
	if err := s.store.AddSources(ctx, added...); err != nil {
		return err
	}
	if err := s.giveSources(ctx); err != nil {
		return err
	}
	s.changes.bump()
	s.keepIndexing()
	return nil
}

// source looks at what lies at path and refuses what cannot be a source.
func (s *services) source(path string) (store.Source, error) {
	bad := func(format string, args ...any) (store.Source, error) {
		return store.Source{}, &httpapi.Error{Code: "bad_request", Part: "folder", Message: fmt.Sprintf(format, args...)}
	}
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return bad("There is no %s.", path)
	}
	if err != nil {
		return bad("%s cannot be used: %v.", path, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return bad("%s cannot be used: %v.", path, err)
	}
	if within(real, string(s.home)) {
		return bad("%s is Steward's own folder.", path)
	}
	kind := ""
	switch {
	case info.IsDir():
		if _, err := os.ReadDir(real); err != nil {
			return store.Source{}, &httpapi.Error{
				Code: "unavailable", Part: "folder", Message: fmt.Sprintf("The folder %s cannot be read: %v.", path, err),
				Fix: "Give yourself the right to read it, or choose another folder.",
			}
		}
	case info.Mode().IsRegular():
	default:
		return bad("%s is neither a folder nor a file.", path)
	}
	if kind, err = httpapi.KindOf(real); err != nil {
		return bad("%s cannot be used: %v.", path, err)
	}
	return store.Source{Path: real, Kind: kind, Added: time.Now()}, nil
}

// within tells whether path is dir or lies under it.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && (rel == "." || rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)))
}

// RemoveSources forgets sources and takes what they held out of the index. Nothing that
// lies at the paths is touched.
func (s *services) RemoveSources(ctx context.Context, paths []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, err := s.store.Sources(ctx)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, src := range stored {
		have[src.Path] = true
	}
	for _, p := range paths {
		if !have[p] {
			return &httpapi.Error{Code: "not_found", Message: p + " was not added."}
		}
	}
	if err := s.store.RemoveSources(ctx, paths...); err != nil {
		return err
	}
	if err := s.giveSources(ctx); err != nil {
		return err
	}
	s.changes.bump()
	s.keepIndexing()
	return nil
}

// Rescan starts a full comparison with the disk.
func (s *services) Rescan(ctx context.Context) error {
	s.keepIndexing()
	return s.index.Rescan(ctx)
}

// Wait returns when nothing is left to do.
func (s *services) Wait(ctx context.Context) error {
	s.keepIndexing()
	// Whether there are vectors to wait for depends on the model server.
	if err := s.model.await(ctx, true); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-s.stopped:
			cancel(s.stopReason())
		case <-ctx.Done():
		}
	}()
	if err := s.index.Wait(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if errors.Is(err, indexer.ErrNotEmbedded) {
			return &httpapi.Error{
				Code: "unavailable", Part: "embedding", Message: "Everything can be searched by words, but not all by meaning: the embedding model does not answer.",
				Fix: "`steward doctor` tells more.",
			}
		}
		return err
	}
	return nil
}

// stopReason says why the indexer does not run any more.
func (s *services) stopReason() error {
	if s.failure != nil {
		return s.failure
	}
	return &httpapi.Error{Code: "unavailable", Part: "index", Message: "Steward is ending.", Fix: "Start it again."}
}

// WaitWords returns when all that is known to have changed can be searched by its words.
func (s *services) WaitWords(ctx context.Context) error {
	s.keepIndexing()
	const look = 50 * time.Millisecond
	for {
		st, err := s.index.Status(ctx)
		if err != nil {
			return err
		}
		if st.Pending == 0 && (st.State == "idle" || st.State == "embedding") {
			return nil
		}
		select {
		case <-time.After(look):
		case <-s.stopped:
			return s.stopReason()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
