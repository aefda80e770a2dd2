package desktop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Sizes are in GTK's units: pixels, before the screen's scale factor.
const (
	minWidth, minHeight         = 480, 420
	defaultWidth, defaultHeight = 1180, 780
	largest                     = 16384
)

// geometry is what is remembered of the window between runs.
type geometry struct {
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
}

// readGeometry returns the remembered geometry, or the default one when the file is
// missing, broken or absurd: a window that cannot be found again is worse than a
// forgotten size.
func readGeometry(path string) geometry {
	start := geometry{Width: defaultWidth, Height: defaultHeight}
	if path == "" {
		return start
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return start
	}
	var g geometry
	if json.Unmarshal(content, &g) != nil {
		return start
	}
	if g.Width < minWidth || g.Height < minHeight || g.Width > largest || g.Height > largest {
		g.Width, g.Height = defaultWidth, defaultHeight
	}
	return g
}

// writeGeometry replaces the file at once, so that a crash leaves the old or the new one.
func writeGeometry(path string, g geometry) error {
	if path == "" || g.Width == 0 || g.Height == 0 {
		return nil
	}
	content, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("remember the window's size: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("remember the window's size: %w", err)
	}
	temporary, err := os.CreateTemp(dir, ".window-*")
	if err != nil {
		return fmt.Errorf("remember the window's size: %w", err)
	}
	_, err = temporary.Write(append(content, '\n'))
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		if left := os.Remove(temporary.Name()); left != nil && !errors.Is(left, fs.ErrNotExist) {
			err = errors.Join(err, left)
		}
		return fmt.Errorf("remember the window's size: %w", err)
	}
	return nil
}
