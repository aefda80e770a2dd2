// Package app owns the composition of Steward: which parts there are, in which order they
// start and end, who may open the home, and how its processes find each other. It holds no
// logic of the parts themselves.
package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"steward/agent/ollama"
	"steward/app/cli"
	"steward/indexer/extract"
)

// parseWorker is the hidden command of the child process that reads files of others.
const parseWorker = "parse-worker"

// version is set by the build (-ldflags "-X steward/app.version=1.2.3").
var version = ""

// Main runs the program with the built front end, whose index.html may be absent, and gives
// its exit code (package cli has them).
func Main(static fs.FS) int {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case parseWorker:
			if err := extract.ServeChild(context.Background(), os.Stdin, os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, "steward parse-worker:", err)
				return cli.Unavailable
			}
			return cli.Done
		case ollama.SuperviseCommand:
			return ollama.Supervise(os.Args[2:])
		}
	}
	if extract.InChild() { // asked by a parent for what it does not know, it must not begin anew
		fmt.Fprintln(os.Stderr, "steward:", extract.ErrInChild)
		return cli.Unavailable
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	return cli.Run(ctx, &host{static: static, version: versionText()}, os.Args[1:], os.Stdout, os.Stderr)
}

func versionText() string {
	if version != "" {
		return version
	}
	text := "0.1.0-dev"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				text += "+" + s.Value[:12]
			}
		}
	}
	return text
}

// logger writes to the home's log; without one it is silent rather than in the way.
func logger(h home) (*slog.Logger, func() error) {
	f, err := h.openLog()
	if err != nil {
		return slog.New(slog.DiscardHandler), func() error { return nil }
	}
	log := slog.New(slog.NewTextHandler(f, nil))
	slog.SetDefault(log)
	return log, f.Close
}
