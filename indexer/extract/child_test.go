package extract

import (
	"os"
	"path/filepath"
	"testing"

	"steward/indexer/document"
)

// TestAChildStartsNoChildren has a child that does not know its command, as a program that
// was not made for it would be: this test's own binary, which then makes a pool of its own.
func TestAChildStartsNoChildren(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("Words to read."), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(childVariable, "1") // as launch sets it
	p := NewPool(Options{Command: childCommand(), CacheDir: t.TempDir()})
	defer p.Close()
	r, err := p.Extract(t.Context(), path, func(document.Document) error { return nil })
	if err != nil || r.Outcome != failed || r.Documents != 0 {
		t.Errorf("inside a child another one was started: %+v, %v", r, err)
	}
}

// TestChildrenAreMarked looks at the environment of a child.
func TestChildrenAreMarked(t *testing.T) {
	p := NewPool(Options{Command: childCommand(), CacheDir: t.TempDir()})
	defer p.Close()
	c, err := p.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.stop()
	for _, v := range c.cmd.Env {
		if v == childVariable+"=1" {
			return
		}
	}
	t.Errorf("the environment of a child is %q", c.cmd.Env)
}
