package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"steward/indexer/state"
)

// Health is one finding about an index.
type Health struct {
	OK bool
	// Subject is a path.
	Subject string
	// Message says what is so; Fix what a person can do, "" if nothing needs doing.
	Message, Fix string
}

// Check looks at the index in dir without changing it, whether or not a process uses it.
// It takes a moment for every gigabyte.
func Check(ctx context.Context, dir string) []Health {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return []Health{{OK: true, Subject: dir, Message: "There is no index yet.", Fix: "Add a folder, and one is made."}}
	case err != nil:
		return []Health{{Subject: dir, Message: "The index folder cannot be looked at: " + err.Error(), Fix: "Give yourself the right to read and write it."}}
	case !info.IsDir():
		return []Health{{Subject: dir, Message: "Where the index folder should be, there is a file.", Fix: "Move it away."}}
	}
	var list []Health
	probe, err := os.CreateTemp(dir, ".check-*")
	if err != nil {
		list = append(list, Health{Subject: dir, Message: "The index folder cannot be written: " + err.Error(), Fix: "Give yourself the right to write it, or make room on the disk."})
	} else {
		_ = probe.Close()
		_ = os.Remove(probe.Name())
	}
	if free, err := freeBytes(dir); err == nil {
		h := Health{OK: free > 256<<20, Subject: dir, Message: fmt.Sprintf("%d MB are free on the disk of the index.", free>>20)}
		if !h.OK {
			h.Fix = "Make room on the disk; indexing goes on by itself then."
		}
		list = append(list, h)
	}
	path := filepath.Join(dir, "state.db")
	if _, err := os.Stat(path); err != nil {
		return append(list, Health{OK: true, Subject: dir, Message: "The index is empty."})
	}
	h := Health{OK: true, Subject: path, Message: "The index's database is sound."}
	words, documents, err := state.Inspect(ctx, path)
	if err != nil {
		h = Health{Subject: path, Message: "The index's database cannot be used: " + err.Error(), Fix: "Start Steward: it builds the index anew from your files, which are untouched."}
		return append(list, h)
	}
	list = append(list, h)
	folder := filepath.Join(dir, words)
	if _, err := os.Stat(filepath.Join(folder, "store", "root.bolt")); err != nil && words != "" {
		return append(list, Health{Subject: folder, Message: "The index of words is missing.", Fix: "Start Steward: it builds it anew."})
	}
	return append(list, Health{OK: true, Subject: folder, Message: fmt.Sprintf("The index holds %d documents.", documents)})
}
