package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"steward/agent/ollama"
	"steward/build/setup"
)

// startServer runs the installed runtime on a free loopback port, with the models and the
// settings that Steward's own server has, and makes sure the models are there. The
// function it returns ends it.
func startServer(ctx context.Context, models []string, log *os.File) (address string, stop func(), err error) {
	cache, err := setup.CacheDir()
	if err != nil {
		return "", nil, err
	}
	binary, err := setup.Installed(cache)
	if err != nil {
		return "", nil, fmt.Errorf("%w (run `steward setup`, or name a running server with -ollama)", err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	host := free.Addr().String()
	if err := free.Close(); err != nil {
		return "", nil, err
	}
	cmd := exec.Command(binary, "serve")
	cmd.Env = append(os.Environ(),
		"OLLAMA_HOST="+host, "OLLAMA_MODELS="+filepath.Join(cache, "models"), "OLLAMA_NUM_PARALLEL=1",
		"OLLAMA_MAX_LOADED_MODELS=2", "OLLAMA_KEEP_ALIVE=30m", "OLLAMA_NOPRUNE=1")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	stop = func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) // the runner is in the same group
		select {
		case <-exited:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-exited
		}
	}
	address = "http://" + host
	if err := answers(ctx, address, exited); err != nil {
		stop()
		return "", nil, err
	}
	client, err := ollama.New(address)
	if err == nil {
		for _, m := range models {
			err = errors.Join(err, setup.InstallModel(ctx, client, m, cache, func(setup.Progress) {}))
		}
	}
	if err != nil {
		stop()
		return "", nil, err
	}
	return address, stop, nil
}

// answers waits until the server does.
func answers(ctx context.Context, address string, exited <-chan error) error {
	for range 600 {
		if resp, err := http.Get(address + "/api/version"); err == nil {
			return resp.Body.Close()
		}
		select {
		case err := <-exited:
			return fmt.Errorf("the model server ended at once: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("the model server did not answer within a minute")
}
