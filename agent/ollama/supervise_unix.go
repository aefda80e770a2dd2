//go:build unix

package ollama

import (
	"os/exec"
	"os/signal"
	"syscall"
)

// startGroup starts cmd as the head of its own process group; the function it returns
// asks the group to end, or forces it.
func startGroup(cmd *exec.Cmd) (end func(force bool), err error) {
	// A terminal's interrupt reaches the whole foreground group: the end of the pipe
	// decides, so that the server is stopped in one way only.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	group := -cmd.Process.Pid
	return func(force bool) {
		sig := syscall.SIGTERM
		if force {
			sig = syscall.SIGKILL
		}
		_ = syscall.Kill(group, sig)
	}, nil
}

// detach keeps a terminal's signals away from the supervisor.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
