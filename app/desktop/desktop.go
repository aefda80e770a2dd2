// Package desktop owns the window: it opens one, serves the interface to it from an
// http.Handler, remembers its size, brings it to the front and closes it. It is the only
// importer of Wails. It refuses to know what the interface says: no product logic, no
// routes but those that need the system (a folder dialog, the front, a cancelled request).
//
// The window is built with the tags "desktop,production,webkit2_41"; without them the
// package compiles to Available() == false and needs neither cgo nor GTK.
package desktop

import (
	"errors"
	"log/slog"
	"net/http"
)

// ErrNoDisplay is returned by Run when there is no screen to open a window on, as over a
// plain ssh session. Nothing was started; the same interface can be served on loopback.
var ErrNoDisplay = errors.New("no display to open a window on: start Steward from a desktop session, or use \"steward serve\"")

// ErrNotBuilt is returned by Run in a build without the window.
var ErrNotBuilt = errors.New("this build of Steward has no window: build it with \"make run\", or use \"steward serve\"")

// Options say what the window shows and how. Only Handler is required.
type Options struct {
	// Handler answers everything the page asks for, "/" and the API. Its requests come
	// from this window alone, so it checks no token; their Host is "wails". A request's
	// context ends when the page gives the request up, is reloaded, or the window closes.
	Handler http.Handler
	// Title is the window's; "" means "Steward".
	Title string
	// Icon is a PNG.
	Icon []byte
	// Theme is "light" or "dark"; "" follows the system. It only paints the window until
	// the page has, so that no white flash is seen.
	Theme string
	// StateFile remembers size and maximisation between runs; "" remembers nothing.
	StateFile string
	// Show brings the window to the front each time something is received.
	Show <-chan struct{}
	// Log gets what the window has to say; nil means slog.Default().
	Log *slog.Logger
	// OnReady is called once, on its own goroutine, when the page has loaded.
	OnReady func()
}
