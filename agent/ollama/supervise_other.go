//go:build !unix

package ollama

import (
	"os/exec"
	"strconv"
)

// startGroup starts cmd; the function it returns ends it with its children.
func startGroup(cmd *exec.Cmd) (end func(force bool), err error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func(bool) {
		_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
	}, nil
}

func detach(*exec.Cmd) {}
