package window

import (
	"bufio"
	"context"
	"os/exec"
	"time"
)

// Mapped sends the moment the next window is put on the screen, as the window manager
// tells it (_NET_CLIENT_LIST, EWMH), or the zero time if none is before ctx ends or xprop
// (x11-utils) is missing. Windows must have been closed before.
func (s *Session) Mapped(ctx context.Context) <-chan time.Time {
	at := make(chan time.Time, 1)
	watch := exec.CommandContext(ctx, "xprop", "-root", "-spy", "_NET_CLIENT_LIST")
	watch.Env = s.Env()
	out, err := watch.StdoutPipe()
	if err == nil {
		err = watch.Start()
	}
	if err != nil {
		close(at)
		return at
	}
	lines := bufio.NewScanner(out)
	lines.Scan() // what is there already
	go func() {
		defer close(at)
		if lines.Scan() {
			at <- time.Now()
		}
		_ = watch.Process.Kill() // it may have ended by itself
		_ = watch.Wait()         // killed: the error says so
	}()
	return at
}
