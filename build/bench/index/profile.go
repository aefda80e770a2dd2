package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"steward/indexer"
	"steward/indexer/extract"
)

// profile indexes the trees in this one process, files read in it too, and writes a CPU
// profile for `go tool pprof`: it tells where the time of the two processes goes.
func profile(ctx context.Context, trees []string, file string) (err error) {
	dir, err := os.MkdirTemp("", "steward-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cache, err := os.UserCacheDir() // compiled code of the PDF reader, kept from run to run
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	pool := extract.NewPool(extract.Options{CacheDir: filepath.Join(cache, "steward", "bench-parser")})
	defer func() { err = errors.Join(err, pool.Close()) }()
	x, err := indexer.Open(indexer.Config{Dir: dir, Extractor: pool})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	start := time.Now()
	go func() { done <- x.Run(running) }()
	var sources []indexer.Source
	for _, t := range trees {
		sources = append(sources, indexer.Source{Path: t})
	}
	err = errors.Join(x.SetSources(ctx, sources), x.Wait(ctx))
	fmt.Printf("Indexed in %s in one process; the profile is in %s.\n", time.Since(start).Round(time.Millisecond), file)
	stop()
	if ended := <-done; !errors.Is(ended, context.Canceled) {
		err = errors.Join(err, ended)
	}
	return err
}
