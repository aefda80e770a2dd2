package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"steward/app/httpapi"
	"steward/build/bench/service"
)

// recollIndex is recollindex with its defaults, but at the priority of this process.
type recollIndex struct{}

func (recollIndex) name() string { return "Recoll" }

func (recollIndex) prepare(_ context.Context, dir string, trees []string) error {
	var quoted []string
	for _, t := range trees {
		quoted = append(quoted, strconv.Quote(t))
	}
	// By default recollindex yields to every other program (nice 19); on a machine that is not
	// quite idle that would flatter the other side.
	nice, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil {
		return fmt.Errorf("find this process's priority: %w", err)
	}
	nice = 20 - nice // the system call counts from 40 down to 1
	conf := fmt.Sprintf("topdirs = %s\nloglevel = 2\nidxniceprio = %d\n", strings.Join(quoted, " "), nice)
	return os.WriteFile(filepath.Join(dir, "recoll.conf"), []byte(conf), 0o644)
}

func (recollIndex) command(dir string, _ []string) *exec.Cmd {
	cmd := exec.Command("recollindex", "-c", dir, "-z")
	cmd.Env = append(os.Environ(), "PATH=/usr/bin:/bin", "RECOLL_CONFDIR="+dir)
	return cmd
}

// documents reads Recoll's own count and tells which filters it could not run.
func (recollIndex) documents(_ context.Context, dir string) (int, string, error) {
	data := filepath.Join(dir, "xapiandb")
	if missing, err := os.ReadFile(filepath.Join(dir, "missing")); err == nil && len(strings.TrimSpace(string(missing))) > 0 {
		fmt.Fprintf(os.Stderr, "recoll lacks helpers for some files: %s\n", strings.TrimSpace(string(missing)))
	}
	status, err := os.ReadFile(filepath.Join(dir, "idxstatus.txt"))
	if err != nil {
		return 0, data, err
	}
	for line := range strings.Lines(string(status)) {
		if name, value, ok := strings.Cut(line, "="); ok && strings.TrimSpace(name) == "dbtotdocs" {
			n, err := strconv.Atoi(strings.TrimSpace(value))
			return n, data, err
		}
	}
	return 0, data, errors.New("idxstatus.txt has no dbtotdocs")
}

// stewardIndex is the command line on a home of its own, with vectors turned off.
type stewardIndex struct{ binary string }

func (*stewardIndex) name() string { return "Steward" }

func (s *stewardIndex) prepare(ctx context.Context, dir string, _ []string) error {
	running, err := service.Start(ctx, s.binary, filepath.Join(dir, "home"), io.Discard)
	if err != nil {
		return err
	}
	return errors.Join(
		running.Configure(ctx, func(c *httpapi.Settings) { c.Semantic = false }),
		running.Stop(),
	)
}

// command adds the trees as a person would; it returns when they can be searched.
func (s *stewardIndex) command(dir string, trees []string) *exec.Cmd {
	cmd := exec.Command(s.binary, append([]string{"add"}, trees...)...)
	cmd.Env = append(os.Environ(), "STEWARD_HOME="+filepath.Join(dir, "home"))
	return cmd
}

func (s *stewardIndex) documents(ctx context.Context, dir string) (int, string, error) {
	home := filepath.Join(dir, "home")
	running, err := service.Start(ctx, s.binary, home, io.Discard)
	if err != nil {
		return 0, home, err
	}
	var status httpapi.Status
	err = running.JSON(ctx, "GET", "/api/status", nil, &status)
	return status.Index.Documents, filepath.Join(home, "index"), errors.Join(err, running.Stop())
}
