//go:build unix

package extract

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestNotOrdinary checks that pipes and folders are not waited for.
func TestNotOrdinary(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, t.TempDir()} {
		if _, r := readFile(t, path); r.Outcome != skipped || r.Reason != "not an ordinary file" {
			t.Errorf("%+v", r)
		}
	}
}
