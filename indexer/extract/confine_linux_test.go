package extract

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"steward/indexer/document"
)

// asNobody runs f without root's right to read everything. It takes a thread that then ends.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
			return
		}
		f()
	}()
	<-done
}

// TestNoWriting checks that a child cannot write, where the kernel knows Landlock.
func TestNoWriting(t *testing.T) {
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 {
		t.Skip("this kernel has no Landlock")
	}
	p := faultyPool(t, "write", Options{})
	r, err := p.Extract(context.Background(), filepath.Join(t.TempDir(), "bad"), func(document.Document) error { return nil })
	if err != nil || r.Reason != "could not write" {
		t.Errorf("%+v, %v", r, err)
	}
}
