//go:build !windows

package httpapi

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"steward/indexer"
	"steward/indexer/document"
)

func TestRawStaysInTheSources(t *testing.T) {
	d := newDesk()
	top := t.TempDir()
	dir, outside := filepath.Join(top, "source"), filepath.Join(top, "outside")
	d.sources = []indexer.SourceStatus{{Source: indexer.Source{Path: dir, Kind: "folder"}}, {Source: indexer.Source{Path: filepath.Join(top, "one.mbox"), Kind: "mbox"}}}
	plain := d.hold(t, filepath.Join(dir, "sub", "plain.txt"), "", "plain")
	single := d.hold(t, filepath.Join(top, "one.mbox"), "", "single")
	beyond := d.hold(t, filepath.Join(outside, "secret.txt"), "", "secret")
	sibling := d.hold(t, filepath.Join(top, "source-2", "x.txt"), "", "secret")
	if err := os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "folder")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "hard.txt")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	known := func(path string) string {
		id := document.NewID(path, "")
		d.docs[id] = document.Document{ID: id, Path: path}
		return id
	}
	server := d.serve(t, nil)
	for _, c := range []struct {
		name, id string
		want     int
	}{
		{"a file", plain, 200},
		{"a file that is a source", single, 200},
		{"a file outside", beyond, 404},
		{"a folder with the source's name as its beginning", sibling, 404},
		{"a link out", known(filepath.Join(dir, "link.txt")), 404},
		{"through a linked folder", known(filepath.Join(dir, "folder", "secret.txt")), 404},
		{"dots", known(dir + "/sub/../../outside/secret.txt"), 404},
		{"a hard link", known(filepath.Join(dir, "hard.txt")), 503},
		{"a pipe", known(filepath.Join(dir, "pipe")), 404},
		{"a folder", known(filepath.Join(dir, "sub")), 404},
		{"the source itself", known(dir), 404},
		{"a file that is gone", known(filepath.Join(dir, "gone")), 404},
	} {
		status, body, _ := send(t, "GET", server.URL+"/api/documents/"+c.id+"/raw", "")
		if status != c.want || strings.Contains(body, "secret\n") || body == "secret" {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
}
