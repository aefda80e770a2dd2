//go:build desktop && !linux

package desktop

import (
	"log/slog"
	"os"
)

// Elsewhere Wails' own defaults hold, and the page's policy alone keeps it in place.

func prepare() error { return nil }

func systemIsDark() bool { return false }

func guard(*slog.Logger) {}

func quit() {
	if own, err := os.FindProcess(os.Getpid()); err == nil {
		_ = own.Signal(os.Interrupt) // Wails closes the window on it
	}
}

func lastGeometry() geometry { return geometry{} }
