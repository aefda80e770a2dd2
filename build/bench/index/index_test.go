package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestRecollCountsWhatItIndexed(t *testing.T) {
	if _, err := exec.LookPath("recollindex"); err != nil {
		t.Skip("recollindex is not installed (Debian: recollcmd)")
	}
	tree, dir := filepath.Join(t.TempDir(), "with space"), t.TempDir()
	if err := os.Mkdir(tree, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.txt", "b.txt"} {
		if err := os.WriteFile(filepath.Join(tree, name), []byte(strings.Repeat("some words here\n", 20)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := build(context.Background(), recollIndex{}, dir, []string{tree})
	if err != nil {
		t.Fatal(err)
	}
	// Recoll counts the folder too.
	if r.documents != 3 || r.size == 0 || r.Wall == 0 {
		t.Errorf("indexed %d documents in %v, %d bytes; want two files and their folder", r.documents, r.Wall, r.size)
	}
}
