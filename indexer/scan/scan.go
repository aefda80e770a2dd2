// Package scan owns the walk over a person's folders: what lies there, with a print of
// each file that tells whether it changed. It reads no file's contents, follows no
// symbolic link below the root, and one bad folder never stops a walk.
package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"steward/indexer/state"
)

// Entry is one thing in a folder.
type Entry struct {
	Path  string
	Print state.Print
	// Dir is set for a folder.
	Dir bool
	// Skip says in plain words why a file is left alone; "" for a file to be read.
	Skip string
	// Err is set when even its metadata cannot be had.
	Err error
}

// Visitor is told what a walk meets, from one goroutine. An error from it ends the walk.
type Visitor interface {
	// Skip gives the reason why path is to be left alone.
	Skip(path string, dir bool) (reason string, yes bool)
	// Enter is called before a folder is read.
	Enter(dir string) error
	// Folder is called after a folder was read, with everything in it; the folders among
	// it that have no Skip are entered next. unreadable is set when the folder could not be read.
	Folder(dir string, entries []Entry, unreadable error) error
}

// Walk visits the folder root and all below it, each folder once.
func Walk(ctx context.Context, root string, v Visitor) error {
	return walk(ctx, root, true, v, map[[2]uint64]bool{})
}

func walk(ctx context.Context, dir string, root bool, v Visitor, seen map[[2]uint64]bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := v.Enter(dir); err != nil {
		return err
	}
	list, self, err := read(dir, root)
	if err == nil && self.Ino != 0 {
		key := [2]uint64{self.Dev, self.Ino}
		if seen[key] {
			return nil
		}
		seen[key] = true
	}
	maildir := isMaildir(list)
	entries := make([]Entry, 0, len(list))
	var below []string
	for _, d := range list {
		path := filepath.Join(dir, d.Name())
		reason, skip := v.Skip(path, d.IsDir())
		if maildir && d.IsDir() && d.Name() == "tmp" {
			reason, skip = "mail still being delivered", true
		}
		e := Entry{Path: path, Dir: d.IsDir(), Skip: reason}
		if d.IsDir() {
			if !skip {
				below = append(below, path)
			}
			entries = append(entries, e)
			continue
		}
		info, err := d.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // it vanished
		case err != nil:
			e.Err = err
		default:
			e.Print = print(info)
			if !skip {
				e.Skip = special(info.Mode())
			}
		}
		entries = append(entries, e)
	}
	if err := v.Folder(dir, entries, err); err != nil {
		return err
	}
	for _, path := range below {
		if err := walk(ctx, path, false, v, seen); err != nil {
			return err
		}
	}
	return nil
}

func special(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link; what it points to is read where it lies"
	case !mode.IsRegular():
		return "not a file with contents"
	}
	return ""
}

func isMaildir(list []fs.DirEntry) bool {
	found := 0
	for _, d := range list {
		switch d.Name() {
		case "cur", "new", "tmp":
			if d.IsDir() {
				found++
			}
		}
	}
	return found == 3
}

func read(dir string, follow bool) ([]fs.DirEntry, state.Print, error) {
	f, err := openFolder(dir, follow)
	if err != nil {
		return nil, state.Print{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, state.Print{}, err
	}
	if !info.IsDir() {
		return nil, state.Print{}, fmt.Errorf("read %s: it is not a folder", dir)
	}
	list, err := f.ReadDir(-1)
	return list, print(info), err
}

// Stat looks at one file without following a link that it may be.
func Stat(path string) (Entry, fs.FileMode, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return Entry{Path: path}, 0, err
	}
	return Entry{Path: path, Print: print(info), Skip: special(info.Mode())}, info.Mode(), nil
}

// vendored are folders that hold no person's documents: version control, caches, trash.
var vendored = map[string]string{
	".git": "version control", ".hg": "version control", ".svn": "version control", ".bzr": "version control", "CVS": "version control", ".jj": "version control",
	"node_modules": "downloaded program parts", "__pycache__": "a cache", ".cache": "a cache", ".venv": "downloaded program parts",
	".npm": "a cache", ".cargo": "a cache", ".rustup": "a cache", ".gradle": "a cache", ".m2": "a cache", ".mypy_cache": "a cache", ".pytest_cache": "a cache",
	".tox": "a cache", ".Trash": "the trash", ".Trash-1000": "the trash", "$RECYCLE.BIN": "the trash", "lost+found": "the file system's own",
	".thumbnails": "a cache", ".Spotlight-V100": "another index", ".recoll": "another index", ".notmuch": "another index", ".xapian": "another index",
}

// Vendored gives the reason why a folder of this name holds nothing of a person's.
func Vendored(name string) (reason string, yes bool) {
	reason, yes = vendored[name]
	if yes {
		reason = "folder skipped: " + reason
	}
	return reason, yes
}
