package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"steward/app/httpapi"
)

// bar is one line at the foot of a terminal; elsewhere it says only what is new, rarely.
type bar struct {
	w        io.Writer
	terminal bool
	shown    bool
	step     string
	tenth    int64
}

func (c *command) bar() *bar { return &bar{w: c.err, terminal: isTerminal(c.err), tenth: -1} }

func (b *bar) clear() {
	if b.shown {
		fmt.Fprint(b.w, "\r\x1b[K")
		b.shown = false
	}
}

func (b *bar) line(text string) {
	fmt.Fprint(b.w, "\r\x1b[K"+text)
	b.shown = true
}

// index shows how far the index is.
func (b *bar) index(p httpapi.IndexProgress) {
	if !b.terminal {
		return
	}
	s := p.Status
	var text string
	switch {
	case s.Pending > 0:
		text = fmt.Sprintf("%s: %s, %d to go", s.State, many(s.Documents, "document"), s.Pending)
	case s.Embedded < s.Embeddable:
		text = fmt.Sprintf("meaning %s %d of %d passages", gauge(int64(s.Embedded), int64(s.Embeddable)), s.Embedded, s.Embeddable)
	default:
		text = fmt.Sprintf("%s: %s", s.State, many(s.Documents, "document"))
	}
	b.line(text + timeLeft(p.SecondsLeft))
}

// long shows a long step's progress in bytes.
func (b *bar) long(p httpapi.Progress) {
	text := printable(p.Step)
	if p.Detail != "" {
		text += " (" + printable(p.Detail) + ")"
	}
	if !b.terminal {
		tenth := int64(-1)
		if p.TotalBytes > 0 {
			tenth = 10 * p.DoneBytes / p.TotalBytes
		}
		if p.Step != b.step || tenth > b.tenth {
			b.step, b.tenth = p.Step, tenth
			if p.TotalBytes > 0 {
				text += fmt.Sprintf(": %s of %s%s", size(p.DoneBytes), size(p.TotalBytes), timeLeft(p.SecondsLeft))
			}
			fmt.Fprintln(b.w, text)
		}
		return
	}
	if p.Step != b.step && b.shown {
		fmt.Fprintln(b.w)
	}
	b.step = p.Step
	switch {
	case p.TotalBytes > 0:
		text += " " + gauge(p.DoneBytes, p.TotalBytes) + " " + size(p.DoneBytes) + " of " + size(p.TotalBytes)
	case p.DoneBytes > 0:
		text += " " + size(p.DoneBytes)
	}
	b.line(text + timeLeft(p.SecondsLeft))
}

func gauge(done, total int64) string {
	const width = 24
	full := 0
	if total > 0 {
		full = int(min(max(done*width/total, 0), width))
	}
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", width-full) + "]"
}

func timeLeft(seconds float64) string {
	if seconds <= 0 {
		return ""
	}
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	return ", " + d.String() + " left"
}

func size(bytes int64) string {
	const unit = 1000
	if bytes < unit {
		return fmt.Sprintf("%d B", bytes)
	}
	value, name := float64(bytes), ""
	for _, name = range []string{"kB", "MB", "GB", "TB"} {
		value /= unit
		if value < unit {
			break
		}
	}
	return fmt.Sprintf("%.1f %s", value, name)
}

func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
