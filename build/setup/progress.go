// Package setup owns getting what Steward runs on: the model runtime, the models, and
// advice on which model fits a machine. It starts nothing that stays, keeps everything
// in one cache folder, and never installs anything system-wide.
package setup

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Progress is one report of a long step.
type Progress struct {
	// Step is what is being done, such as "Fetching qwen2.5-coder:1.5b".
	Step   string
	Detail string
	// DoneBytes of TotalBytes; TotalBytes 0 means the length is unknown.
	DoneBytes, TotalBytes int64
	// Rate is in bytes per second, 0 when unknown.
	Rate float64
	// SecondsLeft is 0 when unknown.
	SecondsLeft float64
	// Done is true in the last report of a step that succeeded.
	Done bool
}

// CacheDir is where everything fetched or built is kept: "steward" in the person's cache folder.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w (set XDG_CACHE_HOME or HOME)", err)
	}
	return filepath.Join(dir, "steward"), nil
}

// meter turns a count of bytes into reports with a rate and the time left. What was there
// before the step began does not count for the rate.
type meter struct {
	report func(Progress)
	step   string
	total  int64
	before int64
	began  time.Time
	last   time.Time
}

func newMeter(step string, before, total int64, report func(Progress)) *meter {
	m := &meter{report: report, step: step, total: total, before: before, began: time.Now()}
	m.at("", before)
	return m
}

// at reports done bytes, at most five times a second.
func (m *meter) at(detail string, done int64) {
	now := time.Now()
	if now.Sub(m.last) < 200*time.Millisecond && done < m.total {
		return
	}
	m.last = now
	p := Progress{Step: m.step, Detail: detail, DoneBytes: done, TotalBytes: m.total}
	if spent := now.Sub(m.began).Seconds(); spent > 0.5 && done > m.before {
		p.Rate = float64(done-m.before) / spent
		if m.total > done {
			p.SecondsLeft = float64(m.total-done) / p.Rate
		}
	}
	m.report(p)
}

func (m *meter) done(detail string) {
	m.report(Progress{Step: m.step, Detail: detail, DoneBytes: m.total, TotalBytes: m.total, Done: true})
}

// Bytes writes a size in decimal units, as disks are sold.
func Bytes(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
