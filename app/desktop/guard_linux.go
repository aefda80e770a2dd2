//go:build desktop && linux

package desktop

/*
#cgo pkg-config: gtk+-3.0
#cgo !webkit2_41 pkg-config: webkit2gtk-4.0
#cgo webkit2_41 pkg-config: webkit2gtk-4.1
#include "guard_linux.h"
*/
import "C"

import (
	"log/slog"
	"os"
	"sync/atomic"
)

// guardLog is where the C callbacks report; there is one window in a process.
var guardLog atomic.Pointer[slog.Logger]

// prepare initialises GTK, which is harmless to do again, and sets what must be set
// before WebKit starts its processes.
func prepare() error {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return ErrNoDisplay
	}
	// Wails does the same, but only after we have initialised GTK.
	session := os.Getenv("XDG_SESSION_TYPE")
	if os.Getenv("GDK_BACKEND") == "" && os.Getenv("DISPLAY") != "" && session != "wayland" {
		_ = os.Setenv("GDK_BACKEND", "x11") // fails only for an invalid name
	}
	if C.steward_prepare() == 0 {
		return ErrNoDisplay
	}
	return nil
}

func systemIsDark() bool { return C.steward_system_is_dark() != 0 }

func guard(log *slog.Logger) {
	guardLog.Store(log)
	C.steward_guard(minWidth, minHeight)
}

func quit() { C.steward_quit() }

func lastGeometry() geometry {
	var width, height, maximised C.int
	C.steward_geometry(&width, &height, &maximised)
	return geometry{Width: int(width), Height: int(height), Maximised: maximised != 0}
}

//export stewardRefused
func stewardRefused() {
	if log := guardLog.Load(); log != nil {
		log.Info("window: the page was kept from leaving Steward")
	}
}

//export stewardTerminated
func stewardTerminated(reason C.int) {
	if log := guardLog.Load(); log != nil {
		log.Warn("window: WebKit's page process ended and was started again", "reason", int(reason))
	}
}
