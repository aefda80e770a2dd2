//go:build !desktop

package desktop

import "context"

// Available tells whether this build has a window.
func Available() bool { return false }

// Run returns ErrNotBuilt: this build has no window.
func Run(context.Context, Options) error { return ErrNotBuilt }
