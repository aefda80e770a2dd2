// Package setup owns getting what Steward runs on: the model runtime, the models, and
// advice on which model fits a machine. It starts nothing that stays, keeps everything
// in one cache folder, and never installs anything system-wide.
package setup

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
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

// Bar draws progress in a terminal: one line that is drawn over, with a bar, bytes, rate
// and time left. Where w is no terminal it writes a plain line when a step begins and ends
// and every ten seconds. It is safe for concurrent use.
type Bar struct {
	w        io.Writer
	terminal bool
	width    int

	mu   sync.Mutex
	step string
	last time.Time
	open bool
}

// NewBar returns a bar that writes to w.
func NewBar(w io.Writer) *Bar {
	b := &Bar{w: w, width: 80}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.terminal = true
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 20 {
			b.width = width
		}
	}
	return b
}

// Show draws one report.
func (b *Bar) Show(p Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.terminal {
		if p.Step != b.step && b.open {
			_, _ = fmt.Fprintln(b.w)
		}
		_, _ = fmt.Fprintf(b.w, "\r\x1b[K%s", clip(Line(p, true), b.width-1))
		b.open = !p.Done
		if p.Done {
			_, _ = fmt.Fprintln(b.w)
		}
		b.step = p.Step
		return
	}
	if p.Step == b.step && !p.Done && time.Since(b.last) < 10*time.Second {
		return
	}
	b.step, b.last = p.Step, time.Now()
	_, _ = fmt.Fprintln(b.w, Line(p, false))
}

// Close ends an unfinished line.
func (b *Bar) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open {
		_, _ = fmt.Fprintln(b.w)
		b.open = false
	}
}

// Line is a report as one line of text, with or without a drawn bar.
func Line(p Progress, bar bool) string {
	var s strings.Builder
	s.WriteString(p.Step)
	if p.Done {
		s.WriteString(": done")
		if p.Detail != "" {
			s.WriteString(" (" + p.Detail + ")")
		}
		return s.String()
	}
	if p.TotalBytes > 0 {
		part := min(float64(p.DoneBytes)/float64(p.TotalBytes), 1)
		if bar {
			const cells = 20
			full := int(part * cells)
			s.WriteString(" [" + strings.Repeat("#", full) + strings.Repeat(".", cells-full) + "]")
		}
		fmt.Fprintf(&s, " %3.0f%%  %s of %s", part*100, Bytes(p.DoneBytes), Bytes(p.TotalBytes))
	}
	if p.Rate > 0 {
		fmt.Fprintf(&s, "  %s/s", Bytes(int64(p.Rate)))
	}
	if p.SecondsLeft > 0 {
		fmt.Fprintf(&s, "  %s left", (time.Duration(p.SecondsLeft+0.5) * time.Second).String())
	}
	if p.Detail != "" {
		s.WriteString("  " + p.Detail)
	}
	return s.String()
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

func clip(s string, width int) string {
	r := []rune(s)
	if len(r) > width {
		return string(r[:width])
	}
	return s
}
