package ollama

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// SuperviseCommand is the hidden command with which Steward's own binary calls Supervise.
const SuperviseCommand = "supervise-runtime"

// Supervise runs command until it ends or standard input closes, and then ends it with
// everything it started. The parent holds the other end of standard input: however the
// parent goes, even killed, the pipe closes. It returns the exit code.
func Supervise(command []string) int {
	if len(command) == 0 {
		fmt.Fprintln(os.Stderr, "supervise: no command")
		return 2
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	end, err := startGroup(cmd)
	if err != nil {
		fmt.Fprintln(os.Stderr, "supervise:", err)
		return 1
	}
	gone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(gone)
	}()
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the exit code says it all
		close(exited)
	}()
	select {
	case <-exited:
		end(true) // what it started may have stayed behind
	case <-gone:
		end(false)
		select {
		case <-exited:
		case <-time.After(3 * time.Second):
		}
		end(true)
	}
	return max(cmd.ProcessState.ExitCode(), 0)
}
